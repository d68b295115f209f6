import { parseWhatsAppProxy } from "../../api/fleet.ts";
import * as resources from "../../api/resources.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import { type Cluster, withCluster } from "../call/cluster.ts";
import { readFleetName } from "../call/fleet-name.ts";
import type { Known, Where } from "./candidates.ts";

/** Nobody looks through more words than these. */
const most = 500;

/** What the cluster of the words so far knows. Where it can't be asked, nothing is offered. */
export const knownByCluster: Known = {
  fleets: async (where) =>
    asking(where, [], async ({ client, namespace }) => {
      const of = { namespace: where.namespace ?? namespace, limit: most };
      const { items } = await client.list(resources.fleets, { ...of, metadataOnly: true });
      return items.map(({ metadata }) => metadata.name);
    }),
  slots: async (where, fleet) =>
    asking(where, 0, async ({ client, namespace }) => {
      const key = readFleetName(fleet, where.namespace, namespace);
      const parsed = parseWhatsAppProxy(await client.get(resources.fleets, key));
      return parsed.ok ? parsed.value.spec.addresses.count : 0;
    }),
  addresses: async (where) =>
    asking(where, [], async ({ client }) => {
      const { items } = await client.list(resources.addresses, { limit: most });
      return items.flatMap((raw) => viewOfEntry(raw).view?.address ?? []);
    }),
};

/** Who presses a key wants no error message in the middle of a line. */
async function asking<T>(
  { kubeconfig }: Where,
  otherwise: T,
  ask: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  try {
    return await withCluster({ kubeconfig }, ask);
  } catch (error) {
    if (error instanceof ProxyfleetError) return otherwise;
    throw error;
  }
}
