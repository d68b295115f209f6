/** What a Lease says. `holder` is empty while nobody leads. */
export interface LeaseView {
  readonly holder: string;
  readonly resourceVersion: string;
  readonly durationMs: number;
  readonly transitions: number;
}

/**
 * A Lease as it was last seen, and since when (ms of a monotonic clock) this very version is known
 * here. Undefined: there is none yet.
 */
export interface Observation {
  readonly lease: LeaseView | undefined;
  readonly since: number;
}

export type LeaseStep =
  | { readonly kind: "create" }
  | { readonly kind: "take"; readonly resourceVersion: string; readonly transitions: number }
  | { readonly kind: "renew"; readonly resourceVersion: string; readonly transitions: number }
  | { readonly kind: "wait"; readonly holder: string };

/** Times of a leader election (ms). The defaults are those of Kubernetes' own components. */
export interface LeaseTimes {
  /** Others wait this long after the last change that they saw. */
  readonly durationMs: number;
  /**
   * The leader writes no longer than this after it sent its last successful renewal: the rest is
   * for calls under way and for clocks that drift.
   */
  readonly validMs: number;
  /** Between two tries. */
  readonly retryMs: number;
}

export const defaultLeaseTimes: LeaseTimes = {
  durationMs: 15_000,
  validMs: 10_000,
  retryMs: 2_000,
};

/**
 * Takes in what was read. Only a change of the version starts the time again: how long the holder
 * has been silent is measured here, on a monotonic clock, and never read from renewTime, since
 * clocks of two nodes may differ by more than a lease lasts.
 */
export function observe(
  last: Observation | undefined,
  lease: LeaseView | undefined,
  now: number,
): Observation {
  const isSame = last !== undefined && last.lease?.resourceVersion === lease?.resourceVersion;
  return isSame ? last : { lease, since: now };
}

/**
 * What a candidate does next. It takes the lease of another only once that one has been silent for
 * the whole of its duration.
 */
export function leaseStep({ lease, since }: Observation, identity: string, now: number): LeaseStep {
  if (lease === undefined) return { kind: "create" };
  const { holder, resourceVersion, transitions, durationMs } = lease;
  if (holder === identity) return { kind: "renew", resourceVersion, transitions };
  if (holder === "" || now - since >= durationMs)
    return { kind: "take", resourceVersion, transitions: transitions + 1 };
  return { kind: "wait", holder };
}
