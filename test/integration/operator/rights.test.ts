import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { namespaceObject } from "../../objects/namespace.ts";
import { rendered } from "../../chart/rendered.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { fleet, ledgerEntry, pool } from "../samples.ts";
import { type RunningOperator, apply, kubeconfigOf, list, startOperator } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/**
 * Which namespaces the chart gives the operator rights on: with these and nothing more it must be
 * able to do its work.
 */
const variants: Record<string, { watchNamespaces: readonly string[] }> = {
  "the chart's rights suffice": { watchNamespaces: [] },
  "the chart's rights suffice for an operator of one namespace": { watchNamespaces: ["proxies"] },
};

const isRight = ({ kind }: { readonly kind: string }): boolean =>
  /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind);

const claimRef = {
  namespace: "far-away",
  name: "family",
  uid: "0d6c7f5e-2f0f-4f1c-9a55-0d3c8f3a9f11",
  slot: 0,
};
const inProxies = (name: string) => {
  const sample = fleet({}, name);
  return { ...sample, metadata: { ...sample.metadata, namespace: "proxies" } };
};

for (const [name, { watchNamespaces }] of Object.entries(variants)) {
  describe(name, () => {
    let server: ApiServer;
    let operator: RunningOperator | undefined;

    before(async () => {
      server = await ApiServer.start();
      await installCrds(server);
      await apply(server, namespaceObject("proxyfleet-system"), namespaceObject("proxies"));
      await apply(server, ...(await rendered({ watchNamespaces })).filter(isRight));
      await apply(server, pool(), inProxies("family"), fleet({}, "elsewhere"));
      const kubeconfig = await kubeconfigOf(
        server,
        { namespace: "proxyfleet-system", account: "proxyfleet" },
        `${server.kubeconfig}.operator`,
      );
      operator = startOperator(kubeconfig, { watchNamespaces });
    });
    after(async () => {
      await operator?.stop();
      await server.stop();
    });

    test("a fleet gets its children, its addresses and its story, and nothing is refused", async () => {
      for (const path of [
        "apps/v1/namespaces/proxies/deployments",
        "policy/v1/namespaces/proxies/poddisruptionbudgets",
      ])
        await waitFor(
          path,
          async () => (await list(server, `/apis/${path}`)).length === 1 || undefined,
        );
      await waitFor("a Service", async () => {
        const names = (await list(server, "/api/v1/namespaces/proxies/services")).map(
          ({ metadata }) => (metadata as { name: string }).name,
        );
        return names.length > 0 || undefined;
      });
      const path = "/apis/proxyfleet.dev/v1alpha1/namespaces/proxies/whatsappproxies/family";
      const annotations = {
        "proxyfleet.dev/rotate-at": "9@now",
        "proxyfleet.dev/renew-page": "leaked",
      };
      await server.patch(path, { metadata: { annotations } });
      await waitFor("the answers to both", async () => {
        const reasons = (
          await list(server, "/apis/events.k8s.io/v1/namespaces/proxies/events")
        ).map(({ reason }) => reason);
        return (
          ["RotateRefused", "PageRenewed"].every((each) => reasons.includes(each)) || undefined
        );
      });
      await waitFor("the pool's counts", async () => {
        const [status] = (await list(server, "/apis/proxyfleet.dev/v1alpha1/addresspools")).map(
          (each) => each["status"],
        );
        return ((status as { serving?: number } | undefined)?.serving ?? 0) > 0 || undefined;
      });
      const refused = operator?.lines.filter((line) => JSON.stringify(line).includes("forbidden"));
      assert.deepEqual(refused, []);
    });

    test("a fleet of another namespace is looked after only by an operator of all", async () => {
      const fleets = async () =>
        list(server, "/apis/proxyfleet.dev/v1alpha1/namespaces/default/whatsappproxies");
      const isSeen = async () => (await fleets()).some(({ status }) => status !== undefined);
      if (watchNamespaces.length === 0)
        await waitFor("a status", async () => (await isSeen()) || undefined);
      else assert.equal(await isSeen(), false);
    });

    test("a ledger entry of another namespace is left alone by an operator of one", async () => {
      const stranger = ledgerEntry({ claimRef, address: "198.51.100.60" }, "ip-198-51-100-60");
      await apply(server, stranger);
      const want = async () => {
        const { body } = await server.call(
          "GET",
          "/apis/proxyfleet.dev/v1alpha1/proxyaddresses/ip-198-51-100-60",
        );
        return (body["spec"] as { want: string }).want;
      };
      const conditions = async () => {
        const { body } = await server.call(
          "GET",
          "/apis/proxyfleet.dev/v1alpha1/proxyaddresses/ip-198-51-100-60",
        );
        return (body["status"] as { conditions?: { reason: string }[] } | undefined)?.conditions;
      };
      await waitFor(
        "it to be seen",
        () => operator?.lines.some(({ key }) => key === "ip-198-51-100-60") || undefined,
      );
      await waitFor(
        "it to be looked at",
        () => operator?.lines.some(({ key }) => key === "far-away/family") || undefined,
      );
      if (watchNamespaces.length === 0)
        await waitFor("it to say that it has no fleet", async () =>
          (await conditions())?.find(({ reason }) => reason === "FleetMissing"),
        );
      else assert.equal(await conditions(), undefined);
      assert.equal(await want(), "Serve");
    });

    test("a deleted fleet ends, since the operator may ask whether its CRD is being deleted", async () => {
      const path = "/apis/proxyfleet.dev/v1alpha1/namespaces/proxies/whatsappproxies/family";
      await server.call("DELETE", path);
      await waitFor(
        "it to go",
        async () => (await server.call("GET", path)).code === 404 || undefined,
      );
      const refused = operator?.lines.filter((line) => JSON.stringify(line).includes("forbidden"));
      assert.deepEqual(refused, []);
    });
  });
}
