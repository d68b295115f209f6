import type { Lease } from "../kubernetes/objects.ts";
import { type Instant, clockTolerance, millis, parseInstant, plus } from "../values/time.ts";

/**
 * Whether an operator runs. `NotSeen`: there is no Lease, since none ever ran there, or since leader
 * election is switched off. `Unknown`: Leases can't be read.
 */
export type OperatorOverview =
  | { readonly state: "Alive"; readonly namespace: string; readonly holder: string }
  | { readonly state: "Silent"; readonly namespace: string; readonly renewedAt: Instant }
  | { readonly state: "NotSeen" | "Unknown" };

/** The Lease by which operators elect their leader. */
export const operatorLease = "proxyfleet";

/** A Lease that says no duration lasts this long (seconds). */
const usualDuration = 15;

/**
 * The operator, by the time that its leader last renewed its Lease.
 * @param now by the API server's clock, since that of whoever asks may be wrong
 */
export function operatorOverview(
  leases: readonly Lease[] | undefined,
  now: Instant,
): OperatorOverview {
  if (leases === undefined) return { state: "Unknown" };
  const known = leases.flatMap((lease) => ofLease(lease, now) ?? []);
  return known.find(({ state }) => state === "Alive") ?? known[0] ?? { state: "NotSeen" };
}

function ofLease({ metadata, spec }: Lease, now: Instant): OperatorOverview | undefined {
  const { name, namespace = "" } = metadata;
  const renewedAt = parseInstant(spec?.renewTime);
  if (name !== operatorLease || renewedAt === undefined) return undefined;
  const lasts = millis((spec?.leaseDurationSeconds ?? usualDuration) * 1000);
  // The operator's node and the API server may differ by this much.
  if (now > plus(plus(renewedAt, lasts), clockTolerance))
    return { state: "Silent", namespace, renewedAt };
  return { state: "Alive", namespace, holder: spec?.holderIdentity ?? "" };
}
