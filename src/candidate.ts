import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import { fieldManagers } from "./api/names.ts";
import type { OperatorConfig } from "./config.ts";
import { leaderIdentity, replicaEndpoint } from "./ingestion/leader-identity.ts";
import { ApiClient } from "./kubernetes/client.ts";
import type { Connection } from "./kubernetes/connection.ts";
import { LeaderElection } from "./kubernetes/lease.ts";
import { defaultLeaseTimes } from "./kubernetes/lease-state.ts";
import { sleep } from "./runtime/clock.ts";
import { explainError } from "./values/errors.ts";
import { userAgent } from "./version.ts";

/** One try to renew the lease has this long (ms), so that there is time for another one. */
const leaseCallMs = 3_000;

/**
 * How this process stands for election; undefined where it leads without one. The election's own calls
 * pass no gate and no rate limit, and end early.
 */
export function candidate(
  connection: Connection,
  { namespace, ingestion, pages, leaderElection }: OperatorConfig,
  { log, heardTime }: { readonly log: Logger; readonly heardTime: (ms: number) => void },
): LeaderElection | undefined {
  if (!leaderElection) return undefined;
  const never = new AbortController().signal;
  return new LeaderElection({
    client: new ApiClient(connection, never, {
      userAgent,
      sleep,
      random: Math.random,
      deadlineMs: leaseCallMs,
      retries: 0,
      heardTime,
    }),
    key: { namespace, name: "proxyfleet" },
    fieldManager: fieldManagers.lease,
    identity: leaderIdentity({
      host: hostname(),
      id: randomUUID(),
      endpoint: ingestion && replicaEndpoint(ingestion),
      pages: pages && replicaEndpoint(pages),
    }),
    times: defaultLeaseTimes,
    now: () => performance.now(),
    date: () => new Date(),
    sleep,
    random: Math.random,
    onFailure: (error) =>
      log.warn(
        { error: explainError(error) },
        "the lease could not be read or renewed, and will be tried again",
      ),
  });
}
