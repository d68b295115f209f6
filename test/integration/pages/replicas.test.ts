import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { ownCertificate } from "../../../src/ingestion/io/own-certificate.ts";
import { HandOverError, handOver } from "../../../src/pages/io/hand-over.ts";
import type { ServingCertificate } from "../../../src/runtime/serving-certificate.ts";
import { shareKey } from "../../../src/share/tokens.ts";
import {
  type PageServer,
  exchange,
  exchangeTls,
  formTarget,
  key,
  noon,
  request,
  startPages,
  statusOf,
} from "./page-server.ts";

const replicas: PageServer[] = [];
afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.close();
});

/** Two replicas of one operator; who leads can change. */
async function twoReplicas(certificate?: ServingCertificate, handsOverWith = certificate) {
  const state: { leader: "a" | "b" | undefined; keyOfB: typeof key } = { leader: "a", keyOfB: key };
  const ports = new Map<string, number>();
  const start = async (name: "a" | "b") => {
    const replica = await startPages({
      certificate,
      isLeading: () => state.leader === name,
      leader: () =>
        state.leader === undefined
          ? undefined
          : { host: "127.0.0.1", port: ports.get(state.leader) ?? 0 },
      handOver: async (body, leader) =>
        handOver(body, {
          leader,
          key: state.keyOfB,
          certificate: handsOverWith,
          stop: new AbortController().signal,
        }),
    });
    replicas.push(replica);
    ports.set(name, replica.port);
    return replica;
  };
  return { a: await start("a"), b: await start("b"), state, ports };
}

const messages = ({ evidence }: PageServer) => evidence.map(({ message }) => message);

describe("two replicas", () => {
  test("whichever a person comes to, the one that leads reports it", async () => {
    const { a, b } = await twoReplicas();
    const press = request("POST", formTarget());
    for (const { port } of [a, b, b]) assert.equal(statusOf(await exchange(port, press)), 200);
    await b.desk.passOn();
    await a.desk.passOn();
    assert.deepEqual(messages(a), ["the button was pressed 3 times"]);
    assert.deepEqual(messages(b), []);
  });

  test("so they do over HTTPS, where they know each other by the certificate", async () => {
    const { a, b } = await twoReplicas(await ownCertificate(noon, Math.random));
    await exchangeTls(b.port, request("POST", formTarget()));
    await b.desk.passOn();
    await a.desk.passOn();
    assert.deepEqual(messages(a), ["the button was pressed once"]);
  });

  test("nothing is handed to somebody who shows another certificate", async () => {
    const [own, other] = [
      await ownCertificate(noon, Math.random),
      await ownCertificate(noon, Math.random),
    ];
    const { a, b } = await twoReplicas(own, other);
    await exchangeTls(b.port, request("POST", formTarget()));
    await assert.rejects(b.desk.passOn(), HandOverError);
    await a.desk.passOn();
    assert.deepEqual(messages(a), []);
  });

  test("nothing is taken from somebody who has another key", async () => {
    const { a, b, state } = await twoReplicas();
    state.keyOfB = shareKey(new Uint8Array(32).fill(9))!;
    await exchange(b.port, request("POST", formTarget()));
    await assert.rejects(b.desk.passOn(), /the replica that leads did not take/);
    await a.desk.passOn();
    assert.deepEqual(messages(a), []);
  });

  test("what could not be handed over goes to the next one that leads", async () => {
    const { a, b, state, ports } = await twoReplicas();
    await exchange(b.port, request("POST", formTarget()));
    const { port } = a;
    await a.close();
    await assert.rejects(b.desk.passOn(), HandOverError);
    state.leader = undefined;
    await b.desk.passOn();
    state.leader = "b";
    await b.desk.passOn();
    assert.deepEqual(messages(b), ["the button was pressed once"]);
    assert.equal(ports.get("a"), port);
  });

  test("one that takes itself for a follower of itself hands nothing round in circles", async () => {
    const { a, b, ports } = await twoReplicas();
    ports.set("a", b.port);
    await exchange(b.port, request("POST", formTarget()));
    await assert.rejects(b.desk.passOn(), HandOverError);
    assert.deepEqual([messages(a), messages(b)], [[], []]);
  });
});
