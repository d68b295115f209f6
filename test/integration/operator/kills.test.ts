import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiServer } from "../apiserver.ts";
import { installCrds } from "../crds.ts";
import { fleet, pool } from "../samples.ts";
import { balance } from "./balancer.ts";
import { Lives } from "./lives.ts";
import { apply } from "./operator.ts";
import { addressesShown, childPaths, entriesOf, fleetPath, read, servicesOf } from "./world.ts";

let server: ApiServer;
let lives: Lives;
let balancing: Promise<void>;
const stop = new AbortController();

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  lives = await Lives.start(server);
  balancing = balance(server, stop.signal);
});
after(async () => {
  stop.abort();
  await balancing;
  await lives.stop();
  await server.stop();
});

/** Lives of two writes and of one in turn. */
async function livesUntil(isDone: () => Promise<boolean>): Promise<number> {
  return lives.until(isDone, (life) => (life % 2) + 1, checkLedger);
}

/**
 * True at every moment: a slot has one address at most, each of its own, and no Service is without
 * its entry.
 */
async function checkLedger(): Promise<void> {
  const entries = (await entriesOf(server, "family")).filter(({ spec }) => spec.want === "Serve");
  const slots = entries.map(({ spec }) => spec.claimRef.slot);
  assert.equal(new Set(slots).size, slots.length, "a slot was claimed for twice");
  const lanes = entries.map(({ spec }) => spec.lane);
  assert.equal(new Set(lanes).size, lanes.length, "two entries share a lane");
  const names = (await entriesOf(server, "family")).map(({ metadata }) => metadata.name);
  for (const { metadata } of await servicesOf(server, "family"))
    assert.ok(
      names.includes(metadata.labels?.["proxyfleet.dev/address"] ?? ""),
      `${metadata.name} is without its entry`,
    );
}

test("an operator that is killed right after its writes makes and ends a fleet", async (t) => {
  await t.test(
    "it makes the fleet all the same: one claim a slot, one Service a claim",
    async (t) => {
      await apply(server, pool(), fleet());
      const operators = await livesUntil(async () => {
        const entries = await entriesOf(server, "family");
        const children = await Promise.all(
          Object.values(childPaths).map(async (path) => read(server, path("family"))),
        );
        return (
          entries.filter(({ status }) => status?.phase === "Verifying").length === 2 &&
          children.every((child) => child !== undefined)
        );
      });
      t.diagnostic(`${operators} operators`);
      assert.ok(operators > 5);
      const entries = await entriesOf(server, "family");
      assert.deepEqual(new Set(entries.map(({ spec }) => spec.claimRef.slot)), new Set([0, 1]));
      const services = await servicesOf(server, "family");
      assert.deepEqual([entries.length, services.length], [2, 2]);
      assert.deepEqual(
        addressesShown(services),
        new Set(entries.map(({ metadata }) => metadata.name)),
      );
    },
  );

  await t.test(
    "it ends the fleet all the same: every address rests, and no Service is left",
    async (t) => {
      const before = await entriesOf(server, "family");
      await server.call("DELETE", fleetPath("family"));
      const operators = await livesUntil(
        async () => (await read(server, fleetPath("family"))) === undefined,
      );
      t.diagnostic(`${operators} operators`);
      assert.ok(operators > 2);
      const after = await entriesOf(server, "family");
      assert.deepEqual(
        after.map(({ metadata, status }) => [metadata.uid, status?.phase]),
        before.map(({ metadata }) => [metadata.uid, "Quarantined"]),
      );
      assert.deepEqual(await servicesOf(server, "family"), []);
    },
  );
});
