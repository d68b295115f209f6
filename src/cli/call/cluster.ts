import type { ApiClient } from "../../kubernetes/client.ts";
import { connect } from "../../kubernetes/connect.ts";
import { sleep } from "../../runtime/clock.ts";
import { type Instant, instant } from "../../values/time.ts";
import { userAgent } from "../../version.ts";
import type { GivenClusterFlags } from "./cluster-flags.ts";

/** The cluster that a command is for. */
export interface Cluster {
  readonly client: ApiClient;
  /** The namespace where none is named, as with kubectl. */
  readonly namespace: string;
  /** Something leads out of here through a proxy. */
  readonly isProxied: boolean;
  /** The API server's time, once it has answered: the clock of whoever types may be wrong. */
  readonly now: () => Instant;
}

/**
 * Connects to the cluster that the flags choose, and lets go of it at the end.
 * @param stop after it fires, no further call leaves
 * @throws ConnectionError, and what `use` throws
 */
export async function withCluster<T>(
  given: GivenClusterFlags,
  use: (cluster: Cluster) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  let behindMs = 0;
  const heardTime = (ms: number) => {
    behindMs = ms - Date.now();
  };
  const { kubeconfig, context, namespace, as } = given;
  const who = { as, asGroups: given["as-group"], asUid: given["as-uid"] };
  const cluster = await connect(
    { kubeconfig, context, namespace, ...who, requestTimeout: given["request-timeout"] },
    { userAgent, sleep, random: Math.random, heardTime },
    stop,
  );
  try {
    return await use({ ...cluster, now: () => instant(Date.now() + behindMs) });
  } finally {
    await cluster.close();
  }
}
