import { fieldManagers, fleetFinalizer } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import { keyOf, stateOf } from "../kubernetes/resource.ts";
import type { AddressView } from "../ledger/view.ts";
import { latestChange } from "../rotation/fleet-view.ts";
import type { PatchEffect } from "../runtime/effect.ts";
import { type Instant, earliest, plus, seconds } from "../values/time.ts";
import type { ObservedFleet } from "./observed.ts";

/** Pods that don't say whether they closed their lanes are not waited for any longer than this. */
const closingPatience = seconds(15);

type Deletions = Pick<ObservedFleet, "raw" | "unwished">;

/** Whether a person deleted the fleet, so that it ends. */
export function isEnding({ raw, unwished }: Deletions): boolean {
  if (raw?.metadata.deletionTimestamp === undefined) return false;
  return !unwished.some(({ object }) => object === raw);
}

/**
 * Whether nobody has answered yet why the fleet is being deleted. Until then nothing is written: an
 * operator that is killed again and again would give the fleet what it takes from it right after.
 */
export function isUnconfirmed({ raw, unwished }: Deletions): boolean {
  return unwished.some(({ object, deletion }) => object === raw && deletion.kind === "unconfirmed");
}

/** Why a deletion is held, for the fleet's status. */
export function heldBecause({ unwished }: Deletions): string | undefined {
  for (const { deletion } of unwished) if (deletion.kind === "held") return deletion.message;
  return undefined;
}

/**
 * When a deletion that is held is asked about again. One that is due is being asked about, and its
 * answer brings the fleet back.
 */
export function deletionAskedAt({ unwished }: Deletions, now: Instant): Instant | undefined {
  const times = unwished.map(({ deletion }) =>
    deletion.kind === "held" ? deletion.askAgainAt : undefined,
  );
  return earliest(...times.filter((at) => at !== undefined && at > now));
}

/** Whether none of a fleet's addresses answers any more. */
export function isDark(addresses: readonly AddressView[]): boolean {
  return addresses.every(({ phase }) => phase === "Quarantined");
}

/** How long a deleted fleet whose addresses are dark waits for its pods at most. */
export function patienceUntil(addresses: readonly AddressView[]): Instant {
  return plus(latestChange(addresses), closingPatience);
}

/**
 * Lets a deleted fleet go. Whoever has set the finalizer, as a backup that was restored may have: it
 * goes, and those of others stay.
 */
export function finishing(raw: CustomObject): PatchEffect {
  const { finalizers = [] } = raw.metadata;
  return {
    kind: "patch",
    id: "finalizer",
    of: resources.fleets,
    key: keyOf(raw),
    state: stateOf(raw),
    metadata: { finalizers: finalizers.filter((each) => each !== fleetFinalizer) },
    fieldManager: fieldManagers.fleet,
  };
}
