import type { FakeCluster } from "../../test/stand-ins/cluster/fake-cluster.ts";

/** Where somebody has all rights, and what they can reach through it. */
export interface Scene {
  readonly cluster: FakeCluster;
  readonly namespace: string;
}

/** One way to bother the operator, until the signal fires. It says how often it did. */
export type Bother = (scene: Scene, signal: AbortSignal) => Promise<() => number>;
