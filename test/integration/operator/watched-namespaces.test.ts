import { after, before, test } from "node:test";
import { waitFor } from "../../../tooling/wait-for.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { fleet, pool } from "../samples.ts";
import { type RunningOperator, apply, list, startOperator } from "./operator.ts";

const group = "/apis/proxyfleet.dev/v1alpha1";
const watchNamespaces = ["alpha", "beta"];
let server: ApiServer;
let operator: RunningOperator | undefined;

before(async () => {
  // Fewer streams a connection than there are watches.
  server = await ApiServer.start({ flags: ["--http2-max-streams-per-connection=10"] });
  await installCrds(server);
  const labels = { team: "outreach" };
  // In the order that the operator does not read them in: the version of beta is the lower one.
  for (const name of ["proxyfleet-system", ...watchNamespaces.toReversed()])
    await apply(server, namespaceObject(name, labels));
  await apply(server, pool({ namespaceSelector: { matchLabels: labels } }));
});
after(async () => {
  await operator?.stop();
  await server.stop();
});

/** The namespaces whose fleet has claimed an address. */
async function claimants(): Promise<readonly string[]> {
  const entries = await list(server, `${group}/proxyaddresses`);
  return entries
    .map(({ spec }) => (spec as { claimRef: { namespace: string } }).claimRef.namespace)
    .toSorted();
}

test("fleets of all watched namespaces are let into a pool that chooses by labels, after each restart", async () => {
  for (const count of [1, 2]) {
    operator = startOperator(server.kubeconfig, { watchNamespaces });
    for (const namespace of watchNamespaces) {
      const addresses = { count, pools: [{ name: "metallb-a" }] };
      const { metadata, ...wanted } = fleet({ addresses });
      await apply(server, { ...wanted, metadata: { ...metadata, namespace } });
    }
    const wanted = watchNamespaces.flatMap((name) => Array.from({ length: count }, () => name));
    await waitFor(
      `${count} addresses for each namespace`,
      async () => (await claimants()).join() === wanted.join() || undefined,
    );
    await operator.stop();
  }
});
