import { type Instant, earliest, plus, seconds } from "../values/time.ts";
import type { AddressView } from "./view.ts";

/**
 * How long a lane stays open after its address's Service is gone. Nodes may still send connections
 * there: kube-proxy writes its rules at most once a second (minSyncPeriod), and a busy node needs
 * longer. A closed lane would refuse them, which shows that something is there.
 */
const closeDelay = seconds(5);

type LaneUser = Pick<AddressView, "phase" | "phaseSince" | "repeat" | "lane" | "leaving">;

/**
 * Whether an address has its lane to itself: until it is dark, and so nothing leads to the lane any
 * more. A repeat never gets one.
 */
export function holdsLane({ phase, repeat }: LaneUser): boolean {
  return phase !== "Quarantined" && !repeat;
}

/**
 * Whether something holds the Service of an address that should be dark. The address is still led to
 * its lane, so nobody else gets that; but the lane is closed, for good: else a burnt address would
 * answer for as long as whoever holds the Service likes.
 */
function isClosedEarly({ leaving }: LaneUser): boolean {
  return leaving?.heldBy !== undefined;
}

/**
 * For which addresses lanes are to be open, one a lane: those that hold theirs, and those that have
 * just gone dark.
 */
export function laneUsers<User extends LaneUser>(
  addresses: readonly User[],
  now: Instant,
): readonly User[] {
  const users = addresses.filter(
    (address) =>
      (holdsLane(address) && !isClosedEarly(address)) || closesAt(address, now) !== undefined,
  );
  // The last one on a lane stays in the map.
  const inOrder = users.toSorted(
    (a, b) => claimToLane(a) - claimToLane(b) || a.phaseSince - b.phaseSince,
  );
  return [...new Map(inOrder.map((user) => [user.lane, user])).values()].toSorted(
    (a, b) => a.lane - b.lane,
  );
}

/**
 * Of two on one lane, the one that people use has it, then the one that is nearer to that, then the
 * one that has just gone dark. Two hold one only where a claim arrived after its process had given it
 * up.
 */
function claimToLane(user: LaneUser): number {
  const order = ["Quarantined", "Provisioning", "Verifying", "Draining", "Serving"];
  return holdsLane(user) ? order.indexOf(user.phase) : 0;
}

/** When the next lane of a dark address closes. */
export function nextLaneClosesAt(
  addresses: readonly LaneUser[],
  now: Instant,
): Instant | undefined {
  return earliest(...addresses.map((address) => closesAt(address, now)));
}

/** When its lane closes, where it is dark. A clock set back must not keep the lane open as long. */
function closesAt(user: LaneUser, now: Instant): Instant | undefined {
  const { phase, phaseSince, repeat } = user;
  if (isClosedEarly(user)) return undefined;
  const until = plus(phaseSince, closeDelay);
  return phase === "Quarantined" && !repeat && phaseSince <= now && now < until ? until : undefined;
}
