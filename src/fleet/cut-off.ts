import type { Finding } from "../api/findings.ts";
import type { ConditionReason } from "../api/reasons.ts";
import { isInMaking } from "../ledger/view.ts";
import type { PodsView } from "../pods/view.ts";
import type { FleetView } from "../rotation/fleet-view.ts";
import { countedVerdicts } from "../rotation/blocked-in.ts";
import type { RotationPlan } from "../rotation/plan.ts";
import type { SlotAddresses } from "../rotation/slots.ts";
import { type Instant, earliest, minutes, plus, spokenTime } from "../values/time.ts";

/** What shows whether a group of people is cut off, and what is done about it. */
export interface CutOffView {
  readonly fleet: FleetView;
  readonly plan: RotationPlan;
  readonly pods: PodsView;
  /** Whether the API server takes what the fleet needs, in its own words. */
  readonly children: Finding;
}

/** A slot whose people reach nothing. */
export interface CutOff {
  readonly slot: number;
  readonly reason: ConditionReason;
  /** A move is under way, and has not taken long yet. */
  readonly isMoving: boolean;
  /** When the move under way will have taken long. */
  readonly overdueAt: Instant | undefined;
  /** What is wrong, since when, and what comes next or prevents it. */
  readonly message: string;
}

/**
 * A move that has not ended after this time is one that something prevents: a load balancer that
 * changes an address gets two minutes to take that back.
 */
const movePatience = minutes(3);

/** What keeps the people of a slot from their proxy, its pods aside. */
export interface CutOffCause {
  readonly reason: ConditionReason;
  readonly since: Instant | undefined;
  /** What is wrong, without the slot. */
  readonly what: string;
}

/** What the plan does about a slot, or what prevents it. */
interface Prospect {
  readonly isMoving: boolean;
  readonly text: string | undefined;
}

/** Why no pod serves anybody; undefined where one does. */
export function noReadyPod({ pods, children }: Omit<CutOffView, "fleet" | "plan">) {
  if (pods.ready > 0) return undefined;
  if (pods.wanted === 0) return { status: "False", ...scaledToZero } satisfies Finding;
  const { reason = "NoReadyPod", message = noneReady(pods, children) } = pods.problem ?? {};
  return { status: "False", reason, message } satisfies Finding;
}

const scaledToZero = {
  reason: "ScaledToZero",
  message:
    "spec.replicas is 0, so nobody is served: set it, or minReplicas of the fleet's autoscaler, to 1 or more",
} as const;

function noneReady({ wanted }: PodsView, children: Finding): string {
  const words = refusedWords(children);
  return `none of ${wanted} pods is ready yet${words === undefined ? "" : `: ${words}`}`;
}

/** Whether the people of a slot are cut off; undefined where nothing shows that they are. */
export function cutOff(view: CutOffView, slot: SlotAddresses, now: Instant): CutOff | undefined {
  const pods = noReadyPod(view);
  if (pods !== undefined) {
    const { reason, message } = pods;
    return { slot: slot.slot, reason, isMoving: false, overdueAt: undefined, message };
  }
  const cause = cutOffCause(view.fleet, slot);
  if (cause === undefined) return undefined;
  const overdueAt = moveOverdueAt(cause, now);
  const { isMoving, text } = prospectOf(view, { slot, cause, overdueAt });
  const sentences = [cause.what, text, lastTry(slot)].filter((part) => part !== undefined);
  const message = `slot ${slot.slot}: ${sentences.join("; ")}`;
  return {
    slot: slot.slot,
    reason: cause.reason,
    isMoving: isMoving && now < overdueAt,
    overdueAt,
    message,
  };
}

/** When a move out of this will have taken long. */
export function moveOverdueAt({ since }: Pick<CutOffCause, "since">, now: Instant): Instant {
  return plus(since ?? now, movePatience);
}

/** Since when a slot without an address has looked for one. */
function firstClaim({ addresses }: SlotAddresses): Instant | undefined {
  const claims = addresses.filter(({ want }) => want === "Serve");
  return earliest(...claims.map(({ createdAt }) => createdAt));
}

/** What the ledger says of why a slot's people reach nothing; undefined where nothing does. */
export function cutOffCause(
  fleet: Pick<FleetView, "audience">,
  slot: SlotAddresses,
): CutOffCause | undefined {
  return withoutAddress(slot) ?? lost(slot) ?? silent(slot) ?? blocked(fleet, slot);
}

function withoutAddress(slot: SlotAddresses): CutOffCause | undefined {
  if (slot.published !== undefined) return undefined;
  const since = firstClaim(slot);
  const waits = since === undefined ? "" : `, and has waited for one since ${spokenTime(since)}`;
  return { reason: "SlotsWithoutAddress", since, what: `it has no address${waits}` };
}

function lost({ published }: SlotAddresses): CutOffCause | undefined {
  if (published?.lost === undefined) return undefined;
  const { name, address = "", trouble } = published;
  const { since, balancerHas } = published.lost;
  const has = balancerHas === "another" ? "has another address now" : "has no address any more";
  const words = trouble?.words ?? `${address} is published, but its load balancer ${has}`;
  return {
    reason: "AddressLost",
    since,
    what: `since ${spokenTime(since)}, ${words} (ProxyAddress ${name})`,
  };
}

/** It was published, and its controller finds now that it fails. */
function silent({ published }: SlotAddresses): CutOffCause | undefined {
  if (published?.trouble?.fails !== true) return undefined;
  const { address = "", name, trouble } = published;
  const { since, words } = trouble;
  return {
    reason: "AddressSilent",
    since,
    what: `${address} is published, and does not serve since ${spokenTime(since)}: ${words} (ProxyAddress ${name})`,
  };
}

function blocked(
  fleet: Pick<FleetView, "audience">,
  { published }: SlotAddresses,
): CutOffCause | undefined {
  if (published === undefined) return undefined;
  const verdicts = countedVerdicts(fleet, published).filter(({ verdict }) => verdict === "Blocked");
  const since = earliest(...verdicts.map((verdict) => verdict.since));
  if (since === undefined) return undefined;
  const countries = verdicts.map(({ country }) => country).toSorted();
  const evidence = verdicts.find(({ message }) => message !== undefined)?.message;
  const why = evidence === undefined ? "" : ` (${evidence})`;
  return {
    reason: "AddressBlocked",
    since,
    what: `${published.address ?? "its address"} is blocked in ${countries.join(", ")} since ${spokenTime(since)}${why}`,
  };
}

interface Seen {
  readonly slot: SlotAddresses;
  readonly cause: CutOffCause;
  readonly overdueAt: Instant;
}

function prospectOf(view: CutOffView, seen: Seen): Prospect {
  const { slot } = seen.slot;
  const { plan, fleet } = view;
  if (fleet.deleting) return { isMoving: false, text: "the fleet is being deleted" };
  const shortage = plan.shortages.find((one) => one.slot === slot);
  if (shortage !== undefined) return { isMoving: false, text: shortage.message };
  return beingMade(view, seen.slot) ?? claimed(view, slot) ?? planned(view, seen);
}

function beingMade({ children }: CutOffView, { addresses }: SlotAddresses): Prospect | undefined {
  const next = addresses.find(isInMaking);
  if (next === undefined) return undefined;
  const { address = "a fresh address", trouble } = next;
  const words = [trouble?.words, refusedWords(children)].filter((text) => text !== undefined);
  const why = words.length === 0 ? "" : `: ${words.join("; ")}`;
  return { isMoving: true, text: `${address} is being prepared for it${why}` };
}

/** A claim that was made is an entry in the next pass. That it still is none has a cause. */
function claimed({ plan, children }: CutOffView, slot: number): Prospect | undefined {
  const claim = plan.claims.find((one) => one.slot === slot);
  if (claim === undefined) return undefined;
  const words = refusedWords(children);
  const text = `it takes ${claim.address ?? "an address"} from pool ${claim.pool}`;
  return { isMoving: words === undefined, text: words === undefined ? text : `${text}: ${words}` };
}

/** What became of the claim before: it was refused, or failed, and is kept meanwhile. */
function lastTry({ addresses, published }: SlotAddresses): string | undefined {
  const tried = addresses.filter(
    (one) => one.want === "Serve" && one.name !== published?.name && !isInMaking(one),
  );
  const [last] = tried.toSorted((a, b) => b.ordinal - a.ordinal);
  if (last?.trouble?.fails !== true) return undefined;
  return `tried before, ${last.address ?? "an address"}: ${last.trouble.words}`;
}

/** What others change is there all the same: it holds up no move. */
function refusedWords({ status, reason, message }: Finding): string | undefined {
  return status === "False" && reason !== "ChangedByOthers" ? message : undefined;
}

/** No move is under way: it waits for its time, or somebody prevents it. */
function planned(view: CutOffView, { slot, cause, overdueAt }: Seen): Prospect {
  const planned = view.plan.slots.find((one) => one.slot === slot.slot);
  const { explanation, next } = planned ?? {};
  if (next !== undefined) return { isMoving: next.at < overdueAt, text: explanation };
  const text = cause.reason === "AddressBlocked" ? (held(view, slot) ?? explanation) : undefined;
  return { isMoving: false, text };
}

/** What keeps a blocked slot where it is, with what a person can do about it. */
function held({ fleet }: CutOffView, { published }: SlotAddresses): string | undefined {
  if (fleet.paused)
    return "it does not move while spec.paused is true. To let it move, set that to false";
  const { onBlocked, onPortBlocked } = fleet.rotation;
  if (!onBlocked) return withoutMove("onBlocked");
  const isOnePort =
    published !== undefined &&
    countedVerdicts(fleet, published).every(
      ({ verdict, kind }) => verdict !== "Blocked" || kind === "Port",
    );
  return !onPortBlocked && isOnePort ? withoutMove("onPortBlocked") : undefined;
}

function withoutMove(field: "onBlocked" | "onPortBlocked"): string {
  return `it does not move, since spec.rotation.${field} is false. To move it, set the annotation proxyfleet.dev/rotate-at`;
}
