import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { fleet, pool } from "../samples.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { LoadBalancer } from "../../stand-ins/cluster/load-balancer.ts";
import { CrashingOperator } from "../../stand-ins/operator/crashing-operator.ts";
import { apply } from "./operator.ts";
import {
  addressesShown,
  childPaths,
  entriesOf,
  fleetPath,
  read,
  servicesOf,
} from "./fleet-objects.ts";

let server: ApiServer;
let crashing: CrashingOperator;
let loadBalancer: LoadBalancer;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await server.call("POST", "/api/v1/namespaces", namespaceObject("proxyfleet-system"));
  crashing = await CrashingOperator.start(server);
  loadBalancer = new LoadBalancer(server);
});
after(async () => {
  await loadBalancer.stop();
  await crashing.stop();
  await server.stop();
});

/** Crashes after two writes and after one in turn. */
async function crashUntil(isDone: () => Promise<boolean>): Promise<number> {
  return crashing.runUntil(isDone, (run) => (run % 2) + 1, checkLedger);
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
      const operators = await crashUntil(async () => {
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
      const operators = await crashUntil(
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
