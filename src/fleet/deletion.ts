import { type Instant, earliest } from "../values/time.ts";
import type { ObservedFleet } from "./observed.ts";

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
