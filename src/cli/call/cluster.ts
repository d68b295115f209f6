import { ApiClient } from "../../kubernetes/client.ts";
import { Connection } from "../../kubernetes/connection.ts";
import { sleep } from "../../runtime/clock.ts";
import { type Instant, instant } from "../../values/time.ts";
import { userAgent } from "../../version.ts";
import type { Given } from "./flags.ts";
import type { clusterFlags } from "./cluster-flags.ts";

/** The cluster that a command is for. */
export interface Cluster {
  readonly client: ApiClient;
  /** The namespace where none is named, as with kubectl. */
  readonly namespace: string;
  /** The API server's time, once it has answered: the clock of whoever types may be wrong. */
  readonly now: () => Instant;
}

/** Connects, and lets go of the connections at the end. @throws ConnectionError, and what `use` throws */
export async function withCluster<T>(
  { kubeconfig }: Given<typeof clusterFlags>,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const connection = Connection.fromDefault(kubeconfig);
  let behindMs = 0;
  try {
    const client = new ApiClient(connection, new AbortController().signal, {
      userAgent,
      sleep,
      random: Math.random,
      heardTime: (ms) => {
        behindMs = ms - Date.now();
      },
    });
    const now = () => instant(Date.now() + behindMs);
    return await use({ client, namespace: connection.namespace, now });
  } finally {
    await connection.close();
  }
}
