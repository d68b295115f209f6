import * as resources from "../../api/resources.ts";
import { managedSelector } from "../../api/names.ts";
import {
  deployments,
  leases,
  networkPolicies,
  podDisruptionBudgets,
  pods,
  services,
} from "../../kubernetes/builtin.ts";
import { events } from "../../kubernetes/events.ts";
import type { CustomObject, Deployment, KubeObject, Pod } from "../../kubernetes/objects.ts";
import type { Observed } from "../../overview/observed.ts";
import { operatorLease } from "../../overview/operator.ts";
import type { Cluster } from "../call/cluster.ts";
import { needing } from "../call/missing-right.ts";
import { operatorSelector } from "../read/operator-images.ts";
import { NoSuchFleetError, installed } from "../read/observe-cluster.ts";
import { OptionalLists, listAll } from "../read/optional-lists.ts";
import { type PodLog, readLogs } from "./logs.ts";

/** Whose bundle it is. */
export interface Scope {
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Undefined: all fleets there. */
  readonly fleet: string | undefined;
  /** Of each log; 0 for none. */
  readonly logLines: number;
}

/** All that a bundle is made of, as it was read. */
export interface Gathered {
  /** Fleets and all that belongs to them. */
  readonly observed: Observed;
  readonly vantagePoints: readonly CustomObject[];
  /** Network policies and disruption budgets of the fleets. */
  readonly policies: readonly KubeObject[];
  readonly operator: {
    readonly deployments: readonly Deployment[];
    readonly pods: readonly Pod[];
  };
  readonly logs: readonly PodLog[];
  readonly kubernetes: string;
  /** Rights that were missing. */
  readonly missing: readonly string[];
}

/**
 * Reads what support needs, as far as whoever asks may. Secrets and ConfigMaps are never read.
 * @throws MissingRightError where fleets can't be read; NoSuchFleetError; NotInstalledError; errors
 * of the API client
 */
export async function gather(cluster: Cluster, scope: Scope): Promise<Gathered> {
  const { client, now } = cluster;
  const lists = new OptionalLists(client);
  const fleets = await readFleets(cluster, scope);
  const [observed, beside, operator, version] = await Promise.all([
    readObserved(lists, scope),
    readBeside(lists, scope),
    readOperator(lists),
    client.raw<{ gitVersion?: string }>("/version"),
  ]);
  const found = [...operator.pods, ...(observed.pods ?? [])];
  const logs = await readLogs(client, { pods: found, lines: scope.logLines, lists });
  return {
    observed: { now: now(), fleets, ...withinScope(observed, fleets) },
    ...beside,
    operator,
    logs,
    kubernetes: version.gitVersion ?? "unknown",
    missing: lists.missing,
  };
}

async function readFleets({ client }: Cluster, scope: Scope): Promise<readonly CustomObject[]> {
  const { namespace, fleet } = scope;
  const found = await needing({ verb: "list", of: resources.fleets, namespace }, async () =>
    installed(listAll(client, resources.fleets, { namespace })),
  );
  if (fleet === undefined) return found;
  const one = found.filter(({ metadata }) => metadata.name === fleet);
  if (one.length > 0) return one;
  throw new NoSuchFleetError(`there is no WhatsAppProxy ${fleet} in namespace ${namespace ?? ""}`);
}

type Lists = Omit<Observed, "now" | "fleets" | "sessions">;

async function readObserved(lists: OptionalLists, { namespace }: Scope): Promise<Lists> {
  const managed = { namespace, labelSelector: managedSelector };
  const [addresses, pools, lease, ownDeployments, ownPods, ownServices, near, far] =
    await Promise.all([
      lists.list(resources.addresses),
      lists.list(resources.pools),
      lists.list(leases, { fieldSelector: `metadata.name=${operatorLease}` }),
      lists.list(deployments, managed),
      lists.list(pods, managed),
      lists.list(services, managed),
      lists.list(events, { namespace }),
      // Events of cluster-scoped objects, such as the ledger's entries, are kept there.
      namespace === undefined || namespace === "default"
        ? []
        : lists.list(events, { namespace: "default" }),
    ]);
  return {
    addresses,
    pools,
    leases: lease,
    deployments: ownDeployments,
    pods: ownPods,
    services: ownServices,
    events: near && [...near, ...(far ?? [])],
  };
}

async function readBeside(lists: OptionalLists, { namespace }: Scope) {
  const managed = { namespace, labelSelector: managedSelector };
  const [vantagePoints = [], networks = [], budgets = []] = await Promise.all([
    lists.list(resources.vantagePoints),
    lists.list(networkPolicies, managed),
    lists.list(podDisruptionBudgets, managed),
  ]);
  return { vantagePoints, policies: [...networks, ...budgets] };
}

async function readOperator(lists: OptionalLists): Promise<Gathered["operator"]> {
  const of = { labelSelector: operatorSelector };
  const [found = [], foundPods = []] = await Promise.all([
    lists.list(deployments, of),
    lists.list(pods, of),
  ]);
  return { deployments: found, pods: foundPods };
}

/** What belongs to these fleets; other people's names and addresses are none of support's business. */
function withinScope(lists: Lists, fleets: readonly CustomObject[]): Lists {
  const names = new Set(
    fleets.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`),
  );
  const entries = lists.addresses?.filter(({ spec }) => {
    const { claimRef } = (spec ?? {}) as { claimRef?: { namespace?: string; name?: string } };
    return names.has(`${claimRef?.namespace ?? ""}/${claimRef?.name ?? ""}`);
  });
  const { pools = [], pods = [], deployments = [], services = [] } = lists;
  const objects: readonly KubeObject[] = [
    ...fleets,
    ...(entries ?? []),
    ...pools,
    ...pods,
    ...deployments,
    ...services,
  ];
  const about = new Set(objects.flatMap(({ metadata }) => metadata.uid ?? []));
  const events = lists.events?.filter(({ regarding }) => about.has(regarding.uid ?? ""));
  return { ...lists, addresses: entries, events };
}
