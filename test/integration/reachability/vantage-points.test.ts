import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import type { KubeEvent } from "../../../src/kubernetes/events.ts";
import type { Round } from "../../../src/reachability/sources/source.ts";
import { minutes, seconds } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { list } from "../operator/operator.ts";
import { collectionOf, fleet, ledgerEntry, vantagePoint } from "../samples.ts";
import { MeasuringOperator, home } from "./measuring-operator.ts";

const name = "globalping-ir";
const address = "203.0.113.9";
const path = `${collectionOf(vantagePoint())}/${name}`;
const entryPath = `${collectionOf(ledgerEntry())}/ip-203-0-113-9`;
const secretToken = "s3cr3t-t0k3n";

let server: ApiServer;
let operator: MeasuringOperator;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  operator = await MeasuringOperator.start(server);
});
after(async () => {
  await operator?.stop();
  await server?.stop();
});

async function create(manifest: Parameters<typeof collectionOf>[0]): Promise<void> {
  const { code, body } = await server.call("POST", collectionOf(manifest), manifest);
  assert.equal(code, 201, JSON.stringify(body));
}

/** What the address controller and the verdicts say of the address. */
async function report(verdict?: string): Promise<void> {
  const since = "2026-11-22T02:14:00Z";
  const reachability = verdict === undefined ? [] : [{ country: "IR", verdict, since }];
  const status = { phase: "Serving", phaseSince: since, reachability };
  const { code, body } = await server.patch(`${entryPath}/status`, { status });
  assert.equal(code, 200, JSON.stringify(body));
}

async function live(): Promise<VantagePoint> {
  return (await server.call("GET", path)).body as unknown as VantagePoint;
}

async function isWorking(status: string, reason: string): Promise<VantagePoint> {
  return waitFor(`Working ${status} ${reason}`, async () => {
    const found = await live();
    const [working] = found.status?.conditions ?? [];
    return working?.status === status && working.reason === reason ? found : undefined;
  });
}

async function hasBegun(rounds: number): Promise<void> {
  await waitFor(`round ${rounds}`, () => operator.service.rounds.length >= rounds);
}

async function eventReasons(): Promise<readonly string[]> {
  const events = (await list(
    server,
    "/apis/events.k8s.io/v1/namespaces/default/events",
  )) as unknown as KubeEvent[];
  return events.filter(({ regarding }) => regarding.name === name).map(({ reason }) => reason);
}

const failure: Round = { evidence: [], answer: { kind: "failed", message: "502 Bad Gateway" } };

describe("a vantage point", () => {
  const rounds = () => operator.service.rounds;

  test("that has nothing to test says so, and asks nobody", async () => {
    await create(vantagePoint({ interval: "1m" }));
    await isWorking("Unknown", "NothingToMeasure");
    assert.deepEqual(rounds(), []);
  });

  test("tests an address as soon as it is published, hands on what it finds, and works", async () => {
    await create(fleet({ audience: { countries: ["IR"] } }));
    await create(ledgerEntry());
    await report();
    const { status } = await isWorking("True", "Measures");
    assert.deepEqual(rounds(), [[address]]);
    assert.deepEqual(
      operator.evidence.map(({ address, listener }) => `${address} ${listener}`),
      [`${address} chat`, `${address} media`],
    );
    assert.deepEqual([status.source, status.results], ["globalping", 2]);
    assert.match(status.lastResult ?? "", /:00Z$/);
    assert.deepEqual(await eventReasons(), []);
  });

  test("that is settled measures, and writes nothing", async () => {
    const { metadata } = await live();
    for (const round of [2, 3, 4]) {
      await operator.later(seconds(67), name);
      await hasBegun(round);
    }
    await operator.look(name);
    assert.equal((await live()).metadata.resourceVersion, metadata.resourceVersion);
    assert.equal(operator.evidence.length, 8);
  });

  test("tests what is suspected at once, and not what is blocked", async () => {
    await operator.later(seconds(31), name);
    assert.equal(rounds().length, 4);
    await report("Suspected");
    await hasBegun(5);
    await report("Blocked");
    await operator.later(minutes(5), name);
    await isWorking("Unknown", "NothingToMeasure");
    assert.equal(rounds().length, 5);
    await report("Reachable");
    await hasBegun(6);
    await isWorking("True", "Measures");
  });

  test("whose service breaks is tried again in pauses that grow, and says what it answered", async () => {
    operator.service.answer = () => failure;
    await operator.later(seconds(67), name);
    await hasBegun(7);
    // One failure may be a lost packet.
    await operator.look(name);
    await isWorking("True", "Measures");
    await operator.later(seconds(31), name);
    await hasBegun(8);
    const { status } = await isWorking("False", "ServiceFails");
    assert.match(
      status.conditions?.[0]?.message ?? "",
      /^Globalping: 502 Bad Gateway\. Results came last at 20/,
    );
    await operator.later(seconds(31), name);
    assert.equal(rounds().length, 8, "it was asked again too early");
    await operator.later(seconds(30), name);
    await hasBegun(9);
    await operator.later(seconds(61), name);
    await operator.look(name);
    assert.equal(rounds().length, 9, "the pause did not grow");
    assert.deepEqual(await eventReasons(), ["ServiceFails"]);
  });

  test("without its token says which one, and begins once it is there; nothing shows it", async () => {
    operator.service.answer = (evidence) => ({ evidence, answer: { kind: "worked" } });
    const ref = { tokenSecretRef: { name: "globalping" } };
    await server.patch(path, { spec: { globalping: ref } });
    const { status } = await isWorking("False", "TokenMissing");
    assert.match(
      status.conditions?.[0]?.message ?? "",
      /^there is no Secret proxyfleet-system\/globalping: kubectl create secret/,
    );
    const stringData = { token: `${secretToken}\n` };
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "globalping" } };
    const { code } = await server.call("POST", `/api/v1/namespaces/${home}/secrets`, {
      ...secret,
      stringData,
    });
    assert.equal(code, 201);
    await operator.later(seconds(61), name);
    await isWorking("True", "Measures");
    assert.equal(operator.service.tokens.at(-1), secretToken);
    const shown = [...operator.lines, JSON.stringify(await live())].filter((text) =>
      text.includes(secretToken),
    );
    assert.deepEqual(shown, []);
    // It stopped because of its service, then for want of a token, and works again.
    const reasons = await eventReasons();
    assert.deepEqual(reasons.toSorted(), ["Measures", "ServiceFails", "TokenMissing"]);
  });

  test("that is deleted stops its round, and what that found counts no more", async () => {
    const { promise, resolve } = Promise.withResolvers<Round>();
    operator.service.answer = async () => promise;
    const before = rounds().length;
    const heard = operator.evidence.length;
    await operator.later(seconds(67), name);
    await hasBegun(before + 1);
    await server.call("DELETE", path);
    await waitFor("the end of its round", () => operator.service.signal?.aborted);
    resolve({ evidence: operator.evidence.slice(0, 2), answer: { kind: "worked" } });
    await operator.later(minutes(5), name);
    assert.deepEqual([rounds().length, operator.evidence.length], [before + 1, heard]);
  });
});
