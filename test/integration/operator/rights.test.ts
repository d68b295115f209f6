import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ApiServer } from "../apiserver.ts";
import { installCrds } from "../crds.ts";
import { fleet, pool } from "../samples.ts";
import { type RunningOperator, apply, kubeconfigOf, list, namespace, startOperator, until } from "./operator.ts";

/** What is given to the operator, and what it must be able to do with that and nothing more. */
const variants = {
  "the rights in deploy/ suffice": { rights: "deploy/rbac.yaml", watchNamespaces: [] },
  "the rights in deploy/namespaced/ suffice for an operator of one namespace": {
    rights: "deploy/namespaced/rbac.yaml",
    watchNamespaces: ["proxies"],
  },
};

const inProxies = (name: string) => {
  const sample = fleet({}, name);
  return { ...sample, metadata: { ...sample.metadata, namespace: "proxies" } };
};

for (const [name, { rights, watchNamespaces }] of Object.entries(variants)) {
  describe(name, () => {
    let server: ApiServer;
    let operator: RunningOperator | undefined;

    before(async () => {
      server = await ApiServer.start();
      await installCrds(server);
      await apply(server, namespace("proxyfleet-system"), namespace("proxies"), rights);
      await apply(server, pool(), inProxies("family"), fleet({}, "elsewhere"));
      const kubeconfig = await kubeconfigOf(server, "proxyfleet-system", "proxyfleet", `${server.kubeconfig}.operator`);
      operator = startOperator(kubeconfig, { watchNamespaces });
    });
    after(async () => {
      await operator?.stop();
      await server.stop();
    });

    test("a fleet gets its children, its addresses and its story, and nothing is refused", async () => {
      for (const path of ["apps/v1/namespaces/proxies/deployments", "policy/v1/namespaces/proxies/poddisruptionbudgets"])
        await until(path, async () => (await list(server, `/apis/${path}`)).length === 1 || undefined);
      await until("a Service", async () => {
        const names = (await list(server, "/api/v1/namespaces/proxies/services")).map(
          ({ metadata }) => (metadata as { name: string }).name,
        );
        return names.length > 0 || undefined;
      });
      await until("the story of the claim", async () => {
        const reasons = (await list(server, "/apis/events.k8s.io/v1/namespaces/proxies/events")).map(({ reason }) => reason);
        return reasons.includes("Claimed") || undefined;
      });
      await until("the pool's counts", async () => {
        const [status] = (await list(server, "/apis/proxyfleet.dev/v1alpha1/addresspools")).map((each) => each["status"]);
        return ((status as { serving?: number } | undefined)?.serving ?? 0) > 0 || undefined;
      });
      const refused = operator?.lines.filter((line) => JSON.stringify(line).includes("forbidden"));
      assert.deepEqual(refused, []);
    });

    test("a fleet of another namespace is looked after only by an operator of all", async () => {
      const fleets = async () => list(server, "/apis/proxyfleet.dev/v1alpha1/namespaces/default/whatsappproxies");
      const isSeen = async () => (await fleets()).some(({ status }) => status !== undefined);
      if (watchNamespaces.length === 0) await until("a status", async () => (await isSeen()) || undefined);
      else assert.equal(await isSeen(), false);
    });
  });
}
