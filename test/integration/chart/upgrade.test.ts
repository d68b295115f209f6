import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { oldestChart } from "../../fixtures/oldest-chart.ts";
import { type Manifest, only, podsOf, rendered } from "../../chart/rendered.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { Administrator, commandsUnder } from "./administrator.ts";

/** What the person who installed the oldest chart had set. */
const own = { replicas: 3, resources: { limits: { memory: "1Gi" } } };
const deployment = "/apis/apps/v1/namespaces/proxyfleet-system/deployments/proxyfleet";
const role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/proxyfleet";
const definition =
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/vantagepoints.proxyfleet.dev";

describe("a release of the oldest chart", () => {
  let server: ApiServer;
  let admin: Administrator;
  const upgrade = "helm upgrade proxyfleet charts/proxyfleet --namespace proxyfleet-system";

  before(async () => {
    server = await ApiServer.start();
    admin = new Administrator(server);
    const place = "--namespace proxyfleet-system --create-namespace";
    const values = "--set replicas=3,resources.limits.memory=1Gi";
    await admin.type(`helm install proxyfleet ${oldestChart} ${place} ${values}`);
  });
  after(async () => server?.stop());

  const live = async (path: string): Promise<Manifest> =>
    (await server.call("GET", path)).body as unknown as Manifest;
  const argsOf = (manifests: readonly Manifest[]) => podsOf(manifests).spec.containers[0].args;
  /** All that this version's chart makes of what was set, and of nothing that was not. */
  const isAsIfInstalled = async (values: object) => {
    const wished = await rendered(values);
    const found = await live(deployment);
    assert.deepEqual(argsOf([found]), argsOf(wished));
    assert.equal((found["spec"] as { replicas: number }).replicas, own.replicas);
    assert.deepEqual(podsOf([found]).spec.containers[0].resources, {
      requests: { cpu: "50m", memory: "128Mi" },
      ...own.resources,
    });
    assert.deepEqual((await live(role))["rules"], only(wished, "ClusterRole")["rules"]);
  };

  const [upgradeAndBack = ""] = commandsUnder("With Helm", "docs/install.md").filter((text) =>
    text.includes("helm upgrade"),
  );
  const [documented = "", back = ""] = upgradeAndBack.split("\n");

  test("is upgraded by the line of the documentation, which keeps what was set", async () => {
    await admin.type(documented);
    await isAsIfInstalled(own);
    assert.equal((await server.call("GET", definition)).code, 200);
  });

  test("goes back by the next line, and is upgraded again with its old defaults", async () => {
    await admin.type(back);
    const args = argsOf([await live(deployment)]);
    assert.ok(!args.some((arg) => arg.startsWith("--monitoring-namespaces")));
    await admin.type(`${upgrade} --reuse-values`);
    await isAsIfInstalled(own);
  });

  test("gets what is new since then with one switch, over values that know nothing of it", async () => {
    await admin.type(back);
    await admin.type(`${upgrade} --reuse-values --set pages.enabled=true`);
    await isAsIfInstalled({ ...own, pages: { enabled: true } });
    const { code } = await server.call(
      "GET",
      "/api/v1/namespaces/proxyfleet-system/services/proxyfleet-pages",
    );
    assert.equal(code, 200);
  });
});
