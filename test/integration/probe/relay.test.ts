import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { ownCertificate } from "../../../src/ingestion/io/own-certificate.ts";
import { RelayError, relayToken, toLeader } from "../../../src/ingestion/io/relay.ts";
import { tokenHash } from "../../../src/ingestion/io/tokens.ts";
import { parseRelay, relayBodies } from "../../../src/ingestion/relay.ts";
import { largestBody } from "../../../src/probe/protocol.ts";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import type { Target } from "../../../src/reachability/sources/source.ts";
import {
  type Endpoint,
  exchange,
  noon,
  noWork,
  request,
  startEndpoint,
  statusOf,
} from "./endpoint.ts";

const target: Target = {
  address: "203.0.113.9",
  ports: [{ listener: "chat", port: 443 }],
  certificateSHA256: undefined,
  mediaServerName: "whatsapp.net",
};
const body = JSON.stringify({
  run: "0123456789abcdef",
  results: Array.from({ length: 100 }, (_, index) => ({
    number: index + 1,
    address: target.address,
    listener: "chat",
    ageMs: 0,
    outcome: { kind: "Worked", upTo: "certificate" },
  })),
});

const replicas: Endpoint[] = [];
afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.close();
});

/** Two replicas of one operator; who leads can change. */
async function twoReplicas() {
  const certificate = await ownCertificate(noon, Math.random);
  const taken: Record<string, TestEvidence[]> = { a: [], b: [] };
  const state: { leader: string | undefined; ports: Record<string, number> } = {
    leader: "a",
    ports: {},
  };
  const start = async (name: string) => {
    const isLeading = () => state.leader === name;
    const take = (evidence: readonly TestEvidence[]) => void taken[name]?.push(...evidence);
    const replica = await startEndpoint({
      certificate,
      targetsFor: () => ({ ...noWork, targets: [target] }),
      relay: { tokenSHA256: () => tokenHash(relayToken(certificate)), isLeading, take },
      received: toLeader({
        isLeading,
        take,
        leader: () =>
          state.leader === undefined
            ? undefined
            : { host: "127.0.0.1", port: state.ports[state.leader] ?? 0 },
        certificate: () => certificate,
        stop: new AbortController().signal,
      }),
    });
    replicas.push(replica);
    state.ports[name] = replica.port;
    return replica;
  };
  return { a: await start("a"), b: await start("b"), taken, state, certificate };
}

describe("two replicas", () => {
  test("whichever an agent comes to, the one that leads has its results", async () => {
    const { a, b, taken } = await twoReplicas();
    assert.equal(statusOf(await exchange(b.port, request("POST", { body }))), 200);
    assert.equal(taken["a"]?.length, 100);
    assert.equal(taken["a"]?.[0]?.vantagePoint, "tehran");
    const another = body.replace("0123456789abcdef", "1123456789abcdef");
    assert.equal(statusOf(await exchange(a.port, request("POST", { body: another }))), 200);
    assert.equal(taken["a"]?.length, 200);
    assert.deepEqual(taken["b"], []);
  });

  test("without a leader the agent keeps its results, and they arrive when there is one", async () => {
    const { b, taken, state } = await twoReplicas();
    state.leader = undefined;
    assert.equal(statusOf(await exchange(b.port, request("POST", { body }))), 503);
    assert.ok(b.failures[0] instanceof RelayError);
    assert.match(b.failures[0].message, /no replica of the operator leads now/);
    state.leader = "b";
    assert.equal(statusOf(await exchange(b.port, request("POST", { body }))), 200);
    assert.equal(taken["b"]?.length, 100);
  });

  test("one that takes itself for a follower of itself hands nothing round in circles", async () => {
    const { b, taken, state } = await twoReplicas();
    state.ports["a"] = b.port;
    assert.equal(statusOf(await exchange(b.port, request("POST", { body }))), 503);
    assert.deepEqual(taken, { a: [], b: [] });
  });

  test("nobody but a replica can hand evidence in", async () => {
    const { a, taken } = await twoReplicas();
    const relayed = JSON.stringify({
      evidence: [
        {
          kind: "test",
          vantagePoint: "shiraz",
          country: "IR",
          role: "Probe",
          address: target.address,
          at: noon,
          listener: "chat",
          outcome: { kind: "Worked", upTo: "tcp" },
        },
      ],
    });
    assert.ok(parseRelay(relayed));
    const another = await ownCertificate(noon, Math.random);
    for (const bearer of [relayToken(another), "x"])
      assert.equal(
        statusOf(await exchange(a.port, request("POST", { bearer, body: relayed }))),
        404,
      );
    assert.equal(
      statusOf(await exchange(a.port, request("POST", { body: relayed }))),
      404,
      "nor an agent",
    );
    assert.deepEqual(taken["a"], []);
  });

  test("the longest evidence fits into what is read", () => {
    const longest: TestEvidence = {
      kind: "test",
      vantagePoint: "v".repeat(253),
      country: "IR",
      role: "Control",
      address: "2001:db8:1111:2222:3333:4444:5555:6666",
      at: noon,
      listener: "plainChat",
      outcome: {
        kind: "Failed",
        at: "certificate",
        failure: { kind: "Slow", bytesPerSecond: Number.MAX_SAFE_INTEGER },
      },
      reachesElse: false,
    };
    const bodies = relayBodies(Array.from({ length: 130 }, () => longest));
    assert.deepEqual(
      bodies.map((each) => parseRelay(each)?.length),
      [64, 64, 2],
    );
    assert.ok(bodies.every((each) => Buffer.byteLength(each) <= largestBody.request));
  });
});
