import { bankSize } from "../ledger/lanes.ts";
import { boundLanes } from "../proxy/lane-certificates.ts";
import { type Instant, minutes, plus } from "../values/time.ts";
import { isEnding } from "./deletion.ts";
import type { FleetLane } from "./lanes.ts";
import type { LiveFleet } from "./observed.ts";
import { stayingStatuses } from "./sessions.ts";

/** While sessions keep the bank from shrinking, pods are asked again after this time. */
const lookAgain = minutes(1);

/** How many lanes a fleet has. */
export interface Bank {
  /** Those that a claim may take. */
  readonly claimable: number;
  /** Those that pods bind: more than the fleet needs, until it may shrink. */
  readonly bound: number;
  /** Whether it depends on what pods say of their sessions that it shrinks. */
  readonly asksPods: boolean;
}

/**
 * A bank that changes is a reload, which leaves a worker behind for as long as anybody is connected
 * to it, and few of those may live. So the bank shrinks once, when nothing above what the
 * fleet needs is in use any more, and no session lives there: a fleet that gives up many slots ends
 * their drains one after the other. Of a fleet that ends it stays as it is.
 */
export function laneBank(live: LiveFleet, lanes: readonly FleetLane[], now: Instant): Bank {
  const { observed, fleet } = live;
  const { count } = fleet.spec.addresses;
  const claimable = bankSize(count, lanes.at(-1)?.lane);
  const bound = Math.max(claimable, boundLanes(observed.children.secret) ?? 0);
  const asksPods = bound > claimable && claimable === bankSize(count) && !isEnding(observed);
  const shrinks = asksPods && isUnused(live, claimable, now);
  return { claimable, bound: shrinks ? claimable : bound, asksPods };
}

/** When to look again whether the bank may shrink; undefined where it does not wait for that. */
export function bankLookAt(
  { asksPods, claimable, bound }: Bank,
  now: Instant,
): Instant | undefined {
  return asksPods && bound > claimable ? plus(now, lookAgain) : undefined;
}

/** Whether no session lives on a lane from `first` up, by the word of every pod. */
function isUnused({ observed }: LiveFleet, first: number, now: Instant): boolean {
  return stayingStatuses(observed, now).every((status) =>
    status?.lanes.every(({ lane, sessions }) => lane < first || sessions === 0),
  );
}
