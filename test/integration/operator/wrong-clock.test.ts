import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { FaultProxy } from "../../stand-ins/api-server/fault-proxy.ts";
import { fleet, ledgerEntry, pool } from "../samples.ts";
import { type RunningOperator, apply, list, startOperator } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const group = "/apis/proxyfleet.dev/v1alpha1";
const name = "ip-198-51-100-60";
const fortyDays = 40 * 86_400_000;

/** A burnt address whose rest is over by one of two clocks. */
const atRest = () => {
  const times = { drainUntil: "2020-01-01T00:00:00Z", quarantineUntil: "2020-02-01T00:00:00Z" };
  const spec = { ...times, want: "Quarantine", retiredBecause: "Blocked" };
  return ledgerEntry({ ...spec, address: "198.51.100.60" }, name);
};

describe("an operator whose API server says that it is 40 days later", () => {
  let server: ApiServer;
  let proxy: FaultProxy;
  let operator: RunningOperator;

  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    proxy = await FaultProxy.start(server);
    proxy.clockAheadMs = fortyDays;
    await apply(server, namespaceObject("proxyfleet-system"), pool(), fleet(), atRest());
    operator = startOperator(proxy.kubeconfig);
  });
  after(async () => {
    await operator.stop();
    await proxy.stop();
    await server.stop();
  });

  const clocksAgree = async () => {
    const [only] = await list(server, `${group}/namespaces/default/whatsappproxies`);
    const { conditions = [] } = (only?.["status"] ?? {}) as {
      conditions?: readonly { readonly type: string; readonly status: string }[];
    };
    return conditions.find(({ type }) => type === "ClocksAgree")?.status;
  };

  test("forgets no address, and says why", async () => {
    await waitFor(
      "the fleet to say so",
      async () => (await clocksAgree()) === "False" || undefined,
    );
    await waitFor(
      "the address at rest to be looked at, and left",
      () =>
        operator.lines.some(({ key, afterMs }) => key === name && Number(afterMs) > 50_000) ||
        undefined,
    );
    const { code, body } = await server.call("GET", `${group}/proxyaddresses/${name}`);
    assert.deepEqual([code, (body["status"] as { phase: string }).phase], [200, "Quarantined"]);
    assert.ok(operator.lines.some((line) => JSON.stringify(line).includes("time may be wrong")));
  });

  test("goes on once both say the same", async () => {
    proxy.clockAheadMs = 0;
    await waitFor("the address to be forgotten", async () => {
      const { code } = await server.call("GET", `${group}/proxyaddresses/${name}`);
      return code === 404 || undefined;
    });
    await waitFor(
      "the fleet to say nothing of it",
      async () => (await clocksAgree()) === undefined || undefined,
    );
  });
});
