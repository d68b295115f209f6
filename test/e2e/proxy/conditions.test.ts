import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { lanePort } from "../../../src/ledger/lanes.ts";
import { chat } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { operatorMetrics } from "./operator-metrics.ts";
import { servingPods } from "../stage/pods.ts";
import { takePort } from "./processes.ts";
import { bringUp, proxyFleet } from "./stage.ts";

describe("what an admin learns from a fleet's conditions", () => {
  const name = "e2e-proxy-conditions";
  // With resources of its own, its pods stay when maxConnections changes.
  const resources = { requests: { memory: "128Mi" }, limits: { memory: "2Gi" } };
  const fleet = proxyFleet({ name, addresses: ["203.0.113.212/30"], spec: { resources } });
  before(async () => bringUp(fleet));
  after(async () => fleet.remove());

  test("that nodes allow too few open files, and how many connections pods take", async (t) => {
    // One pod may report before the other.
    await waitFor("both pods to report how many connections they take", async () => {
      const message = await fleet.condition("LimitsApplied", "False", {
        seconds: 30,
        reason: "FewerConnections",
      });
      return /2 of 2 pods take fewer than the 27500 connections .*LimitNOFILE/.test(message);
    });
    t.after(async () => fleet.patch({ limits: null }));
    await fleet.patch({ limits: { maxConnections: 5_000 } });
    await fleet.condition("LimitsApplied", "True", { seconds: 60, reason: "Applied" });
    await waitFor("the capacity", async () =>
      (await operatorMetrics()).includes(
        `proxyfleet_connection_capacity{namespace="${fleet.name}",fleet="${fleet.name}"} 10000`,
      ),
    );
  });

  // A reload binds the ports of one lane more, and finds one of them taken.
  test("HAProxy's words on a configuration it refuses; the one before goes on", async (t) => {
    const [pod] = await servingPods(fleet.name);
    const taken = await takePort(pod!, lanePort(4, "media"));
    t.after(() => taken.kill());
    await fleet.patch({ addresses: { count: 2 } });
    const message = await fleet.condition("ConfigApplied", "False", {
      seconds: 60,
      reason: "ConfigRefused",
    });
    assert.match(
      message,
      new RegExp(`pod ${pod!.metadata.name}'s HAProxy refused .*cannot bind socket`, "s"),
    );
    await fleet.condition("Stalled", "True", { seconds: 10, reason: "ConfigRefused" });
    assert.equal((await servingPods(fleet.name)).length, 2, "no pod is unready for it");
    await chat((await fleet.published()).get(0)!);
    taken.kill();
    await fleet.patch({ addresses: { count: 1 } });
    await fleet.condition("ConfigApplied", "True", { seconds: 60, reason: "Loaded" });
    await waitFor(
      "Stalled to go",
      async () => !(await fleet.read()).status.conditions?.some(({ type }) => type === "Stalled"),
    );
  });
});
