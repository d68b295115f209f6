import assert from "node:assert/strict";
import { test } from "node:test";
import { lanePort } from "../../../src/ledger/lanes.ts";
import type { Pod } from "../../../src/kubernetes/objects.ts";
import { read } from "../stage/kubectl.ts";
import { chat } from "../stage/people.ts";
import { waitFor as until } from "../../../tooling/wait-for.ts";
import { patch, servingPods } from "./pods.ts";
import { takePort } from "./processes.ts";
import { type Stage, slots } from "./stage.ts";

/** The operator's metrics, of both replicas together: one of them leads. */
export async function operatorMetrics(): Promise<string> {
  const { items } = await read<{ items: Pod[] }>(
    "pods",
    "-n",
    "proxyfleet-system",
    "-l",
    "app.kubernetes.io/name=proxyfleet",
  );
  const answers = await Promise.all(
    items.map(async ({ status }) =>
      (await fetch(`http://${status?.podIP ?? ""}:8081/metrics`)).text(),
    ),
  );
  return answers.join("");
}

/** What an admin learns from conditions and metrics. */
export function telling({ fleet }: Stage): void {
  test("where the nodes allow too few open files, the fleet says so, and how many connections it takes", async () => {
    const message = await fleet.condition("LimitsApplied", "False", 30, "FewerConnections");
    assert.match(message, /2 of 2 pods take fewer than the 27500 connections .*LimitNOFILE/);
    await patch(fleet.name, { limits: { maxConnections: 5_000 } });
    await fleet.condition("LimitsApplied", "True", 60, "Applied");
    await until("the capacity", async () =>
      (await operatorMetrics()).includes(
        `proxyfleet_connection_capacity{namespace="${fleet.name}",fleet="${fleet.name}"} 10000`,
      ),
    );
  });

  test("the operator's metrics have sessions, bytes and failed handshakes by slot, and no address", async () => {
    const text = await operatorMetrics();
    const value = (name: string, more = "") => {
      const labels = `namespace="${fleet.name}",fleet="${fleet.name}",slot="0"${more}`;
      return Number(new RegExp(`^${name}{${labels}} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
    };
    assert.ok(value("proxyfleet_sessions_total") > 100);
    assert.ok(value("proxyfleet_bytes_total", ',direction="in"') > 1_000);
    assert.ok(value("proxyfleet_bytes_total", ',direction="out"') > 1_000);
    assert.ok(value("proxyfleet_handshake_failures_total") > 0);
    assert.doesNotMatch(text, /\b203[.-]0[.-]113[.-]\d/);
  });

  test("a configuration that HAProxy can't load leaves the one before, and is told in HAProxy's words", async () => {
    const [pod] = await servingPods(fleet.name);
    const taken = await takePort(pod!, lanePort(4 * slots, "media"));
    const addresses = {
      count: slots + 1,
      pools: [{ name: fleet.name }],
      externalTrafficPolicy: "Local",
    };
    await patch(fleet.name, { addresses });
    const message = await fleet.condition("ConfigApplied", "False", 60, "ConfigRefused");
    assert.match(
      message,
      new RegExp(`pod ${pod!.metadata.name}'s HAProxy refused .*cannot bind socket`, "s"),
    );
    await fleet.condition("Stalled", "True", 10, "ConfigRefused");
    assert.equal((await servingPods(fleet.name)).length, 2, "no pod is unready for it");
    await chat((await fleet.published()).get(0)!);
    taken.kill();
    await patch(fleet.name, { addresses: { ...addresses, count: slots } });
    await fleet.condition("ConfigApplied", "True", 60, "Loaded");
    await until(
      "Stalled to go",
      async () => !(await fleet.read()).status.conditions?.some(({ type }) => type === "Stalled"),
    );
  });
}
