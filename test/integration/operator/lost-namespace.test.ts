import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { namespaceObject } from "../../objects/namespace.ts";
import { rendered } from "../../chart/rendered.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { fleet, pool } from "../samples.ts";
import { type RunningOperator, apply, kubeconfigOf, list, startOperator } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const watchNamespaces = ["proxies", "lost"];
const group = "/apis/proxyfleet.dev/v1alpha1";
const bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/lost/rolebindings";

const isRight = ({ kind }: { readonly kind: string }): boolean =>
  /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind);

const fleetIn = (namespace: string, name: string, count = 1) => {
  const sample = fleet({ addresses: { count, pools: [{ name: "pool-a" }] } }, name);
  return { ...sample, metadata: { ...sample.metadata, namespace } };
};

describe("an operator of two namespaces, one of which loses its RoleBinding", () => {
  let server: ApiServer;
  let operator: RunningOperator;
  let kubeconfig: string;

  interface Claimed {
    readonly claimRef: { readonly namespace: string; readonly name: string };
    readonly want: string;
  }
  const wants = async (namespace: string, name: string): Promise<readonly string[]> =>
    (await list(server, `${group}/proxyaddresses`))
      .map(({ spec }) => spec as Claimed)
      .filter(({ claimRef }) => claimRef.namespace === namespace && claimRef.name === name)
      .map(({ want }) => want);
  const rest = async (name: string) =>
    waitFor(
      "its address to go to rest",
      async () => (await wants("lost", name)).every((want) => want === "Quarantine") || undefined,
    );
  /** Its Services go, as in a namespace that is being deleted, and then the fleet does. */
  const goes = async (name: string) => {
    for (const { metadata } of await list(server, "/api/v1/namespaces/lost/services")) {
      const service = (metadata as { name: string }).name;
      if (service.includes(name))
        await server.call("DELETE", `/api/v1/namespaces/lost/services/${service}`);
    }
    await waitFor("the fleet to go", async () => {
      const path = `${group}/namespaces/lost/whatsappproxies/${name}`;
      return (await server.call("GET", path)).code === 404 || undefined;
    });
  };
  const takeRights = async () => {
    for (const { kind, metadata } of await objects())
      if (kind === "RoleBinding" && metadata.namespace === "lost")
        await server.call("DELETE", `${bindings}/${metadata.name}`);
  };
  const claims = async (namespace: string, name: string, count = 1) =>
    waitFor(
      `${count} addresses of ${name}`,
      async () => (await wants(namespace, name)).length === count || undefined,
    );
  const objects = async () =>
    (await rendered({ watchNamespaces })).filter(isRight) as readonly (object & {
      readonly metadata: { readonly name: string; readonly namespace?: string };
      readonly kind: string;
    })[];

  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    await apply(
      server,
      ...["proxyfleet-system", ...watchNamespaces].map((name) => namespaceObject(name)),
    );
    await apply(server, ...(await objects()));
    await apply(server, { ...pool(), metadata: { name: "pool-a" } });
    await apply(server, fleetIn("proxies", "well"), fleetIn("lost", "one"), fleetIn("lost", "two"));
    const path = `${server.kubeconfig}.operator`;
    kubeconfig = await kubeconfigOf(
      server,
      { namespace: "proxyfleet-system", account: "proxyfleet" },
      path,
    );
    operator = startOperator(kubeconfig, { watchNamespaces });
    await claims("proxies", "well");
    await claims("lost", "one");
    await claims("lost", "two");
    await takeRights();
  });
  after(async () => {
    await operator.stop();
    await server.stop();
  });

  test("a fleet there can still be deleted, so that the namespace's deletion does not hang", async () => {
    await server.call("DELETE", `${group}/namespaces/lost/whatsappproxies/one`);
    await rest("one");
    await goes("one");
  });

  test("a restart holds up no other namespace, and takes nothing there for gone", async () => {
    await operator.stop();
    operator = startOperator(kubeconfig, { watchNamespaces });
    await apply(server, fleetIn("proxies", "later"));
    await claims("proxies", "later");
    await waitFor(
      "the other one to be looked at",
      () =>
        operator.lines.some(({ key, outcome }) => key === "lost/two" && outcome === "gone") ||
        undefined,
    );
    assert.deepEqual(await wants("lost", "two"), ["Serve"]);
    const said = operator.lines.find((line) =>
      JSON.stringify(line).includes('"namespaces":["lost"]'),
    );
    assert.match(JSON.stringify(said), /these namespaces can't be read/);
  });

  test("its fleets are looked after again once the RoleBinding is back", async () => {
    await apply(server, fleetIn("lost", "two", 2));
    await apply(server, ...(await objects()));
    await claims("lost", "two", 2);
    assert.deepEqual(await wants("lost", "two"), ["Serve", "Serve"]);
  });

  test("one that hangs since the operator was restarted goes once it serves all namespaces", async () => {
    await operator.stop();
    await takeRights();
    await server.call("DELETE", `${group}/namespaces/lost/whatsappproxies/two`);
    await apply(server, ...(await rendered({ watchNamespaces: [] })).filter(isRight));
    operator = startOperator(kubeconfig);
    await rest("two");
    await goes("two");
  });
});
