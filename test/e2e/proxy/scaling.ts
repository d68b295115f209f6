import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, kubectl, read } from "../stage/kubectl.ts";
import { waitFor as until } from "../../../tooling/wait-for.ts";
import { MetricsApi } from "./metrics-api.ts";
import { serving } from "./pods.ts";
import type { Stage } from "./stage.ts";

interface Autoscaler {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
  };
}

/** The real controller of autoscalers, on the fleet's scale subresource. */
export function scaling({ fleet }: Stage): void {
  test("an autoscaler adds pods when they are busy, and takes them away when they are not", async (t) => {
    const api = await MetricsApi.start();
    t.after(async () => api.stop());
    const scaleTargetRef = {
      apiVersion: "proxyfleet.dev/v1alpha1",
      kind: "WhatsAppProxy",
      name: fleet.name,
    };
    const cpu = {
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
    };
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
    api.cpu = "90m"; // of the 100m that a pod asks for by default
    await apply({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: fleet.name, namespace: fleet.name },
      spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 3, metrics: [cpu], behavior },
    });
    await until(
      "the fleet to have 3 pods",
      async () => (await fleet.read()).status.readyReplicas === 3,
    );
    const { status } = await read<Autoscaler>("hpa", fleet.name, "-n", fleet.name);
    const able =
      status?.conditions?.filter(
        ({ type }) => type === "AbleToScale" || type === "ScalingActive",
      ) ?? [];
    assert.ok(
      able.length === 2 && able.every((condition) => condition.status === "True"),
      JSON.stringify(able),
    );
    assert.equal(
      (await fleet.read()).spec.replicas,
      3,
      "the operator leaves spec.replicas to the autoscaler",
    );
    api.cpu = "10m";
    await serving(fleet.name, 2);
    await kubectl("delete", "hpa", fleet.name, "-n", fleet.name);
  });
}
