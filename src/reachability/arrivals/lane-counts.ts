import type { PodStatus } from "../../pods/status.ts";
import { type Instant, seconds, since } from "../../values/time.ts";
import type { SlotCounts } from "./watched-slot.ts";

/** An answer that is older says nothing of the last minute. Pods are asked every 15 s. */
const oldestAnswer = seconds(45);

/** A serving pod, and what it last answered. */
export interface PodSeen {
  /** namespace/name of the pod. */
  readonly pod: string;
  /** Undefined where it did not answer when it was last asked. */
  readonly answer: { readonly at: Instant; readonly status: PodStatus } | undefined;
}

/** A slot's ledger entries, by name, as pods' lanes carry them. */
export interface SlotLanes {
  /** namespace/fleet/slot. */
  readonly slot: string;
  readonly published: string;
  /** Those that drain. */
  readonly draining: readonly string[];
  /** Sessions that our own vantage points opened at the published address in this minute. */
  readonly ownTests: number;
}

/** A fleet's serving pods and its slots. */
export interface FleetSeen {
  /** namespace/fleet. */
  readonly fleet: string;
  readonly pods: readonly PodSeen[];
  readonly slots: readonly SlotLanes[];
}

type Statuses = ReadonlyMap<string, PodStatus>;
type Lane = PodStatus["lanes"][number];

/**
 * What came on each slot's lanes between one look and the next, over all pods of its fleet. Where
 * that is not known of every pod, nothing is known of the fleet: a pod that is silent, new, gone or
 * started again has taken sessions that nobody counted, and they are not to look like a drop.
 */
export class LaneCounts {
  /** By fleet, then by pod. */
  #before = new Map<string, Statuses>();

  /** @returns by slot; a slot with a gap is missing */
  step(fleets: readonly FleetSeen[], now: Instant): ReadonlyMap<string, SlotCounts> {
    const counts = new Map<string, SlotCounts>();
    const statuses = new Map(
      fleets.map(({ fleet, pods }) => [fleet, answered(pods, now)] as const),
    );
    for (const { fleet, pods, slots } of fleets) {
      const [before, after] = [this.#before.get(fleet), statuses.get(fleet)];
      if (before === undefined || after === undefined) continue;
      if (!isWhole(pods, before, after)) continue;
      for (const slot of slots) counts.set(slot.slot, countsOf(slot, before, after));
    }
    this.#before = statuses;
    return counts;
  }
}

function answered(pods: readonly PodSeen[], now: Instant): Statuses {
  const known = new Map<string, PodStatus>();
  for (const { pod, answer } of pods)
    if (answer !== undefined && since(answer.at, now) <= oldestAnswer)
      known.set(pod, answer.status);
  return known;
}

function isWhole(pods: readonly PodSeen[], before: Statuses, after: Statuses): boolean {
  if (pods.length === 0 || before.size !== after.size) return false;
  return pods.every(({ pod }) => {
    const [then, now] = [before.get(pod), after.get(pod)];
    return then !== undefined && now !== undefined && !hasRestarted(then, now);
  });
}

/** A pod counts from zero with each start. */
function hasRestarted(before: PodStatus, after: PodStatus): boolean {
  const { uptimeSeconds: then = 0 } = before;
  const { uptimeSeconds: now = then } = after;
  return (
    now < then ||
    after.lanes.some(
      (lane) => (lane.sessionsTotal ?? 0) < (sameLane(before, lane)?.sessionsTotal ?? 0),
    )
  );
}

function countsOf(
  { published, draining, ownTests }: SlotLanes,
  before: Statuses,
  after: Statuses,
): SlotCounts {
  const onPublished = growthOf(published, before, after);
  const elsewhere = draining.map((entry) => growthOf(entry, before, after).arrivals);
  // A test may be reported a minute after it was counted: below zero takes back what was too much.
  const arrivals = onPublished.arrivals - ownTests;
  return {
    arrivals,
    failures: onPublished.failures,
    onAllLanes: elsewhere.reduce((sum, each) => sum + each, arrivals),
  };
}

function growthOf(entry: string, before: Statuses, after: Statuses) {
  let [arrivals, failures] = [0, 0];
  for (const [pod, status] of after)
    for (const lane of status.lanes.filter(({ address }) => address === entry)) {
      const then = sameLane(before.get(pod), lane);
      arrivals += (lane.sessionsTotal ?? 0) - (then?.sessionsTotal ?? 0);
      failures += (lane.handshakeFailures ?? 0) - (then?.handshakeFailures ?? 0);
    }
  return { arrivals, failures };
}

/** A lane counts from zero with each address. */
function sameLane(status: PodStatus | undefined, { lane, address }: Lane): Lane | undefined {
  return status?.lanes.find((one) => one.lane === lane && one.address === address);
}
