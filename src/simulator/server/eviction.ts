import { pods, podDisruptionBudgets } from "../../kubernetes/builtin.ts";
import type { Preconditions } from "../../kubernetes/client.ts";
import type { Pod, PodDisruptionBudget } from "../../kubernetes/objects.ts";
import type { ObjectKey } from "../../kubernetes/resource.ts";
import { matchesSelector } from "../../values/label-selector.ts";
import { callOf, refused } from "./refusals.ts";
import type { SimulatedApiServer } from "./server.ts";

/**
 * Evicts one very pod, unless its PodDisruptionBudget allows no more: 429, as the real server says.
 * Only `maxUnavailable` as a number is known, which is what our own budgets have.
 */
export function evict(
  server: SimulatedApiServer,
  key: ObjectKey,
  preconditions: Partial<Preconditions>,
): void {
  const pod = server.get(pods, key);
  const call = callOf("evict", pods, { key, subresource: "eviction" });
  if (pod !== undefined && isReady(pod) && !mayGo(server, pod))
    throw refused(call, {
      status: 429,
      reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    });
  server.delete(pods, key, { preconditions });
}

function mayGo(server: SimulatedApiServer, pod: Pod): boolean {
  const { namespace, labels = {} } = pod.metadata;
  return server
    .list(podDisruptionBudgets, { namespace })
    .filter(({ spec }) => matchesSelector(spec.selector ?? {}, labels))
    .every((budget) => unavailable(server, budget) < Number(budget.spec.maxUnavailable ?? 1));
}

function unavailable(server: SimulatedApiServer, { metadata, spec }: PodDisruptionBudget): number {
  const { namespace } = metadata;
  return server
    .list(pods, { namespace })
    .filter((pod) => matchesSelector(spec.selector ?? {}, pod.metadata.labels ?? {}))
    .filter((pod) => !isReady(pod)).length;
}

function isReady({ status, metadata }: Pod): boolean {
  const isSaid = status?.conditions?.some(
    ({ type, status }) => type === "Ready" && status === "True",
  );
  return isSaid === true && metadata.deletionTimestamp === undefined;
}
