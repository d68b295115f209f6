import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ApiServer } from "../apiserver.ts";
import { installCrds } from "../crds.ts";
import { fleet, pool } from "../samples.ts";
import { balance } from "./balancer.ts";
import { Gate } from "./gate.ts";
import { apply, until } from "./operator.ts";
import { OperatorProcess } from "./process.ts";
import { addressesShown, childPaths, entriesOf, fleetPath, read, servicesOf } from "./world.ts";

let server: ApiServer;
let gate: Gate;
let kubeconfig: string;
let balancing: Promise<void>;
const stop = new AbortController();

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  gate = await Gate.start(server);
  kubeconfig = await gate.kubeconfig();
  balancing = balance(server, stop.signal);
});
after(async () => {
  stop.abort();
  await balancing;
  await gate.stop();
  await server.stop();
});

/** Runs one operator until it is killed right after a write of its own, whose answer it never sees, or until `isDone`. */
async function lifeOf(writes: number, isDone: () => Promise<boolean>): Promise<"killed" | "done"> {
  const operator = new OperatorProcess(kubeconfig);
  const last = gate.writes.length + writes;
  gate.isShut = false;
  gate.afterWrite = () => {
    if (gate.writes.length < last) return "answered";
    gate.isShut = true;
    operator.kill();
    return "lost";
  };
  await until("the operator is killed, or has no more to do", async () => operator.isGone || (await isDone()));
  const end = operator.isGone ? "killed" : "done";
  operator.kill();
  await operator.gone();
  return end;
}

/** Lives of two writes and of one in turn, until there is nothing more to do. Returns how many there were. */
async function livesUntil(isDone: () => Promise<boolean>): Promise<number> {
  for (let lives = 1; lives <= 60; lives++) {
    if ((await lifeOf((lives % 2) + 1, isDone)) === "done") return lives;
    await checkLedger();
  }
  throw new Error("the operator never comes to an end");
}

/** True at every moment: a slot has one address at most, each of its own, and no Service is without its entry. */
async function checkLedger(): Promise<void> {
  const entries = (await entriesOf(server, "family")).filter(({ spec }) => spec.want === "Serve");
  const slots = entries.map(({ spec }) => spec.claimRef.slot);
  assert.equal(new Set(slots).size, slots.length, "a slot was claimed for twice");
  const lanes = entries.map(({ spec }) => spec.lane);
  assert.equal(new Set(lanes).size, lanes.length, "two entries share a lane");
  const names = (await entriesOf(server, "family")).map(({ metadata }) => metadata.name);
  for (const { metadata } of await servicesOf(server, "family"))
    assert.ok(names.includes(metadata.labels?.["proxyfleet.dev/address"] ?? ""), `${metadata.name} is without its entry`);
}

describe("an operator that is killed right after its writes", () => {
  test("makes a fleet all the same: one claim a slot, one Service a claim", async (t) => {
    await apply(server, pool(), fleet());
    const lives = await livesUntil(async () => {
      const entries = await entriesOf(server, "family");
      const children = await Promise.all(Object.values(childPaths).map(async (path) => read(server, path("family"))));
      return entries.filter(({ status }) => status?.phase === "Verifying").length === 2 && children.every((child) => child !== undefined);
    });
    t.diagnostic(`${lives} operators`);
    assert.ok(lives > 5);
    const entries = await entriesOf(server, "family");
    assert.deepEqual(new Set(entries.map(({ spec }) => spec.claimRef.slot)), new Set([0, 1]));
    const services = await servicesOf(server, "family");
    assert.deepEqual([entries.length, services.length], [2, 2]);
    assert.deepEqual(addressesShown(services), new Set(entries.map(({ metadata }) => metadata.name)));
  });

  test("ends a fleet all the same: every address rests, and no Service is left", async (t) => {
    const before = await entriesOf(server, "family");
    await server.call("DELETE", fleetPath("family"));
    const lives = await livesUntil(async () => (await read(server, fleetPath("family"))) === undefined);
    t.diagnostic(`${lives} operators`);
    assert.ok(lives > 2);
    const after = await entriesOf(server, "family");
    assert.deepEqual(
      after.map(({ metadata, status }) => [metadata.uid, status?.phase]),
      before.map(({ metadata }) => [metadata.uid, "Quarantined"]),
    );
    assert.deepEqual(await servicesOf(server, "family"), []);
  });
});
