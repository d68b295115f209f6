import { kinds } from "../../api/kinds.ts";
import * as resources from "../../api/resources.ts";
import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { networkPolicies, nodes } from "../../kubernetes/builtin.ts";
import { schemaOf } from "../../kubernetes/declared-fields.ts";
import { NotFoundError } from "../../kubernetes/errors.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import { type Resource, resource } from "../../kubernetes/resource.ts";
import type { Observed } from "../../overview/observed.ts";
import { type Overview, overviewOf } from "../../overview/overview.ts";
import type { Cluster } from "../call/cluster.ts";
import { OptionalLists } from "../read/optional-lists.ts";
import { tryPod } from "./try-pod.ts";
import { askRights } from "./rights.ts";
import type { Seen } from "./seen.ts";

/** Where the chart puts the operator. */
const usualOperatorNamespace = "proxyfleet-system";

/** Kinds of policies for the whole cluster, by their API group. */
const policyKinds = [
  ["policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies"],
  ["policy.networking.k8s.io", "v1alpha1", "baselineadminnetworkpolicies"],
  ["cilium.io", "v2", "ciliumclusterwidenetworkpolicies"],
  ["crd.projectcalico.org", "v1", "globalnetworkpolicies"],
] as const;

/**
 * Looks at all that the findings of a cluster are made of.
 * @param observed what was read of its fleets; undefined where they can't be read
 * @throws errors of the API client
 */
export async function look(
  cluster: Cluster,
  namespace: string,
  observed: Observed | undefined,
): Promise<Seen> {
  const { client } = cluster;
  const lists = new OptionalLists(client);
  const overview = observed && overviewOf(observed);
  const operatorNamespace = namespaceOf(overview);
  const [version, groups, schemas, found] = await Promise.all([
    client.raw<{ gitVersion?: string }>("/version"),
    groupsOf(client),
    schemasOf(client),
    lists.list(nodes, {}),
  ]);
  const isInstalled = [...schemas.values()].some((schema) => schema !== undefined);
  const where = { namespace, operatorNamespace, isInstalled };
  const rights = await askRights(client, where);
  const [podTrial, operatorPolicies, clusterPolicies] = await Promise.all([
    tryPod(client, namespace, rights.mayCreatePods),
    lists.list(networkPolicies, { namespace: operatorNamespace }),
    policiesOf(lists, groups),
  ]);
  return {
    kubernetes: version.gitVersion ?? "",
    groups,
    clouds: found && new Set(found.flatMap(({ spec }) => spec?.providerID?.split(":")[0] ?? [])),
    schemas,
    rights: rights.asked,
    namespace,
    podTrial,
    operatorNamespace,
    operatorPolicies,
    clusterPolicies,
    overview,
    namedFleets: observed?.fleets.flatMap(wantingNames) ?? [],
  };
}

function namespaceOf(overview: Overview | undefined): string {
  const operator = overview?.operator;
  return operator !== undefined && "namespace" in operator
    ? operator.namespace
    : usualOperatorNamespace;
}

function wantingNames(raw: Observed["fleets"][number]): readonly string[] {
  const fleet = parseWhatsAppProxy(raw);
  if (!fleet.ok || fleet.value.spec.dns === undefined) return [];
  return [`${raw.metadata.namespace ?? ""}/${raw.metadata.name}`];
}

async function groupsOf(client: Cluster["client"]): Promise<ReadonlySet<string>> {
  const { groups = [] } = await client.raw<{ groups?: { name: string }[] }>("/apis");
  return new Set(groups.map(({ name }) => name));
}

async function schemasOf(client: Cluster["client"]): Promise<Seen["schemas"]> {
  const read = async (of: Resource<KubeObject>) => {
    try {
      return await schemaOf(client, of);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  };
  const all = [resources.fleets, resources.pools, resources.addresses, resources.vantagePoints];
  const found = await Promise.all(all.map(async (of) => [of.plural, await read(of)] as const));
  return new Map(found.filter(([plural]) => kinds.some((kind) => kind.plural === plural)));
}

async function policiesOf(
  lists: OptionalLists,
  groups: ReadonlySet<string>,
): Promise<Seen["clusterPolicies"]> {
  const there = policyKinds.filter(([group]) => groups.has(group));
  const counts = there.map(async ([group, version, plural]) => {
    const of = resource({ group, version, plural, kind: plural, scope: "Cluster" });
    return [plural, (await lists.list(of))?.length] as const;
  });
  return new Map(await Promise.all(counts));
}
