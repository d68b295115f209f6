import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { rendered } from "../../chart/rendered.ts";
import { oldestChart } from "../../fixtures/oldest-chart.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import {
  type RunningOperator,
  apply,
  kubeconfigOf,
  list,
  startOperator,
} from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";

const api = "/apis/proxyfleet.dev/v1alpha1";

/** An admin changed the operator's image, and nothing else of the chart. */
describe("an operator of this version over the CRDs and the rights of the oldest chart", () => {
  let server: ApiServer;
  let operator: RunningOperator | undefined;

  const statusOf = async (collection: string): Promise<Record<string, unknown> | undefined> => {
    const [item] = await list(server, `${api}/${collection}`);
    return item?.["status"] as Record<string, unknown> | undefined;
  };
  const linesOf = (text: string): number =>
    (operator?.lines ?? []).filter((line) => JSON.stringify(line).includes(text)).length;
  const installed = ({ kind }: { readonly kind: string }): boolean =>
    /^(CustomResourceDefinition|ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind);

  before(async () => {
    server = await ApiServer.start();
    const account = { namespace: "proxyfleet-system", account: "proxyfleet" };
    await apply(server, namespaceObject(account.namespace));
    await apply(server, ...(await rendered({}, { chart: oldestChart })).filter(installed));
    await waitFor(
      "the kinds",
      async () => (await server.call("GET", `${api}/whatsappproxies`)).code === 200 || undefined,
    );
    await waitFor("a pool", async () =>
      apply(server, pool()).then(
        () => true,
        () => undefined,
      ),
    );
    await waitFor("a fleet", async () =>
      apply(server, fleet()).then(
        () => true,
        () => undefined,
      ),
    );
    const path = `${server.kubeconfig}.operator`;
    operator = startOperator(await kubeconfigOf(server, account, path));
  });
  after(async () => {
    await operator?.stop();
    await server.stop();
  });

  test("says of fleets, addresses and pools what these CRDs have room for", async () => {
    const status = await waitFor("the fleet's status", async () => statusOf("whatsappproxies"));
    assert.ok(Array.isArray(status["conditions"]));
    assert.equal(status["slots"], undefined, "the old CRD knows no such field");
    await waitFor("the pool's counts", async () => (await statusOf("addresspools"))?.["serving"]);
    await waitFor("an address's phase", async () => (await statusOf("proxyaddresses"))?.["phase"]);
  });

  test("says in its log which CRD is older than it, and what to do", () => {
    const crds = new Set(operator?.lines.map(({ crd }) => crd));
    assert.ok(crds.has("whatsappproxies.proxyfleet.dev"));
    assert.ok(linesOf("Install the CRDs of this version") > 0);
  });

  test("comes to rest: a try of what it may not do writes no status again", async () => {
    const written = () =>
      (operator?.lines ?? []).filter(({ effect, msg }) => effect === "status" && msg === "written")
        .length;
    const refused = () => linesOf("is forbidden");
    await waitFor("three tries without a status", async () => {
      const [tries, writes] = [refused(), written()];
      await waitFor("more tries", () => refused() >= tries + 3 || undefined);
      return written() === writes || undefined;
    });
  });
});
