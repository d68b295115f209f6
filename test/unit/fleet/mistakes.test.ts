import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { childrenApplied } from "../../../src/fleet/children-applied.ts";
import { fleet, pool } from "../rotation/build.ts";
import { type GivenFleet, reconcilingSince, served, statusOf } from "./status-view.ts";

function conditionsOf(given: GivenFleet): ReadonlyMap<string, string> {
  const { conditions } = statusOf(given);
  return new Map(
    conditions.map(({ type, ...one }) => [type, `${one.status} ${one.reason}: ${one.message}`]),
  );
}

describe("a fleet that asks for no pods", () => {
  const asleep = {
    pods: { wanted: 0, ready: 0, replicas: 0 },
    before: reconcilingSince(-3600, "Updating"),
  };
  test("says so, and not that it waits for pods", () => {
    const conditions = conditionsOf(asleep);
    const says =
      /^False ScaledToZero: spec\.replicas is 0, so nobody is served: set it, or minReplicas/;
    assert.match(conditions.get("Ready") ?? "", says);
    assert.match(conditions.get("Reachable") ?? "", says);
  });
  test("is as it was asked to be, and stuck with nothing", () => {
    const conditions = conditionsOf(asleep);
    assert.deepEqual(
      [conditions.get("Reconciling"), conditions.get("Stalled")],
      [undefined, undefined],
    );
  });
  test("serves nobody", () => assert.equal(statusOf(asleep).serving, "0/1"));
});

test("none serves while no pod is ready", () =>
  assert.equal(statusOf({ pods: { ready: 0 } }).serving, "0/1"));

describe("a fleet that names two pools", () => {
  const beside = (other: ReturnType<typeof pool>) =>
    conditionsOf({ fleet: fleet({ addresses: [served], pools: [pool(), other] }) });
  test("is not Ready where one does not exist, though all slots are served", () => {
    const refusal = "pool pool-b does not exist";
    const conditions = beside(pool({ name: "pool-b", ranges: [], refusal, isMissing: true }));
    assert.equal(
      conditions.get("Ready"),
      "False PoolMissing: pool pool-b does not exist. All 1 slots are served meanwhile",
    );
    assert.equal(conditions.get("Stalled"), undefined);
  });
  test("is Ready where one gives nothing for another reason", () => {
    const conditions = beside(pool({ name: "pool-b", refusal: "pool pool-b is being deleted" }));
    assert.match(conditions.get("Ready") ?? "", /^True Serving/);
  });
});

describe("a child that others change again and again", () => {
  const said = (fields: readonly string[], writers = ["kube-controller-manager (scale)"]) => {
    const contest = { id: "deployment", object: "Deployment proxies/family-proxy", ms: 1 };
    const contested = [{ ...contest, writers, fields }];
    return childrenApplied({ refused: [], contested, shareKeyTrouble: "" }, []);
  };
  test("is named with who changes what, and where an autoscaler belongs", () =>
    assert.deepEqual(said(["spec.replicas"]), {
      status: "False",
      reason: "ChangedByOthers",
      message:
        "kube-controller-manager (scale) changes spec.replicas of Deployment proxies/family-proxy again and again, so that it is set back more and more seldom. An autoscaler must have the WhatsAppProxy for its target (scaleTargetRef), and not its Deployment",
    }));
  test("is named where nobody knows who changes it", () =>
    assert.match(
      said([], []).message,
      /^somebody changes fields of Deployment .* Let whoever it is leave/,
    ));
});
