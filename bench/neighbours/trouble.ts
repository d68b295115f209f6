import type { FakeCluster } from "../../test/stand-ins/cluster/fake-cluster.ts";
import type { Bother, Scene } from "./bother.ts";
import * as pods from "./pods.ts";
import * as writes from "./writes.ts";

const bothers: Readonly<Record<string, Bother>> = {
  "fleets that can't be read": writes.unreadableFleets,
  "Services that claim addresses": writes.plantedServices,
  "ledger entries of another version": writes.unreadableEntries,
  "refused writes, by a policy": writes.refusingPolicy,
  "edits of fleets and children": writes.restlessHand,
  "pods that answer without an end": pods.endless,
  "pods that never answer": pods.silent,
};

/** Everything that one tenant can do to the operator, at once. */
export class Trouble {
  readonly #scene: Scene;
  readonly #stop = new AbortController();
  readonly #counts = new Map<string, () => number>();

  constructor(cluster: FakeCluster, namespace: string) {
    this.#scene = { cluster, namespace };
  }

  async begin(): Promise<void> {
    for (const [name, bother] of Object.entries(bothers))
      this.#counts.set(name, await bother(this.#scene, this.#stop.signal));
  }

  /** What was done, and how often. */
  get summary(): string {
    return [...this.#counts].map(([name, count]) => `${name}: ${count()}`).join("; ");
  }

  /** What goes on by itself ends; objects stay as they are. */
  end(): void {
    this.#stop.abort();
  }
}
