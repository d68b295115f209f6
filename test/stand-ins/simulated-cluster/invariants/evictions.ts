import { pods } from "../../../../src/kubernetes/builtin.ts";
import type { SimulatedCluster } from "../cluster.ts";
import { isReady } from "../neighbours/workloads.ts";
import type { StoredChange } from "../../../../src/simulator/server/server.ts";

const hourMs = 3_600_000;

/** Pods that the operator evicted, and what must never be about them. */
export class Evictions {
  readonly #cluster: SimulatedCluster;
  #last: { readonly uid: string; readonly atMs: number } | undefined;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  /** Pods and budgets of another cluster know nothing of evictions in this one. */
  restoreElsewhere(): void {
    this.#last = undefined;
  }

  /** What is wrong with a change of a pod by the operator. It deletes none but by eviction. */
  wrongWith({ type, before, after }: StoredChange): readonly string[] {
    const { name, uid, deletionTimestamp } = after.metadata;
    const isEvicted =
      type === "DELETED" ||
      (deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined);
    if (!isEvicted) return [];
    const { clock, server, supervisors } = this.#cluster;
    const last = this.#last;
    const atMs = clock.elapsedMs();
    this.#last = { uid, atMs };
    const isSoon = last !== undefined && last.uid !== uid && atMs - last.atMs < hourMs;
    const others = server.list(pods).filter((pod) => pod.metadata.uid !== uid && isReady(pod));
    return [
      ...(isSoon ? [`pod ${name} was evicted within an hour of another one`] : []),
      ...(others.length === 0 ? [`pod ${name} was evicted, and was the only one`] : []),
      ...(supervisors.refused.has(name) ? [`pod ${name} was evicted, and had refused`] : []),
    ];
  }
}
