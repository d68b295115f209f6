import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { autoscalerObject } from "../../objects/autoscaler.ts";
import { apply, kubectl, read } from "../stage/kubectl.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { MetricsApi } from "./metrics-api.ts";
import { serving } from "../stage/pods.ts";
import { bringUp, proxyFleet } from "./stage.ts";

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
describe("an autoscaler", () => {
  const fleet = proxyFleet({ name: "e2e-proxy-scaling", addresses: ["203.0.113.216/30"] });
  before(async () => bringUp(fleet));
  after(async () => fleet.remove());

  test("adds pods when they are busy, and takes them away when they are not", async (t) => {
    const api = await MetricsApi.start();
    t.after(async () => api.stop());
    api.cpu = "90m"; // of the 100m that a pod asks for by default
    await apply(autoscalerObject(fleet));
    await waitFor(
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
});
