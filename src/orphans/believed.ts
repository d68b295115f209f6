import type { ClaimCause, ProxyAddressSpec, RetireCause } from "../api/proxy-address.ts";
import { present } from "../values/present.ts";

/** Why a drain began, as far as that says nothing of the address and of its neighbours. */
const harmless: ReadonlySet<RetireCause | undefined> = new Set([
  "Age",
  "Requested",
  "SlotRemoved",
  "Lost",
]);

/**
 * What of a claim is believed, where nothing but a Service says it. Anyone who may write Services in
 * a namespace can write a claim: it may hold an address, and say which slot that serves. That an
 * address, or the one before it, was blocked would keep it and its neighbours from everybody for
 * long: evidence says that, and says it again. When it was to rest is left out, since no address at
 * rest has a Service.
 */
export function believedSpec(spec: ProxyAddressSpec): ProxyAddressSpec {
  const { pool, address, claimRef, lane, ports, requestedAt, ordinal, want, drainUntil } = spec;
  const isDrain = want === "Drain";
  const cause: ClaimCause = spec.cause === "Blocked" ? "NewSlot" : spec.cause;
  const because = harmless.has(spec.retiredBecause) ? spec.retiredBecause : "Requested";
  return {
    pool,
    ...present({ address }),
    claimRef,
    lane,
    ports,
    cause,
    ...present({ requestedAt, ordinal }),
    want,
    ...(isDrain ? present({ drainUntil, retiredBecause: because }) : {}),
  };
}
