import { type WhatsAppProxy, parseWhatsAppProxy } from "../api/fleet.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import { belongsTo } from "../ledger/ownership.ts";
import type { AddressView } from "../ledger/view.ts";
import { slotsOf } from "../rotation/slots.ts";
import { type Instant, parseInstant } from "../values/time.ts";
import { type AddressOverview, addressOverview } from "./address.ts";
import { type TroubleCondition, troubleConditions } from "./conditions.ts";
import type { Observed } from "./observed.ts";
import { type PodsOverview, podsOverview } from "./pods.ts";
import { type PlannedMove, type SlotOverview, slotFromStatus, slotOverview } from "./slot.ts";

/**
 * How urgent a fleet is, the worst first: people are cut off and nothing helps them; they are, and a
 * move is under way; all are served, but something is wrong; nothing is wrong.
 */
export const urgencies = ["CutOff", "Moving", "AtRisk", "Fine"] as const;
export type Urgency = (typeof urgencies)[number];

/** A fleet, as a person sees it. */
export interface FleetOverview {
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: Instant | undefined;
  readonly urgency: Urgency;
  /** What is wrong with its spec, where this version can't read it: the rest is empty then. */
  readonly unreadable: string | undefined;
  readonly paused: boolean;
  /** Slots whose address is blocked move by themselves. */
  readonly movesOnBlock: boolean;
  readonly deleting: boolean;
  /** ISO 3166-1 codes; none: everybody. */
  readonly audience: readonly string[];
  /** The pools that it names, in order of preference. */
  readonly pools: readonly string[];
  readonly pods: PodsOverview;
  readonly slots: readonly SlotOverview[];
  /** Addresses that still serve, of slots that the fleet has no more. */
  readonly former: readonly AddressOverview[];
  readonly next: (PlannedMove & { readonly slot: number }) | undefined;
  /** The causes before their effects. */
  readonly troubles: readonly TroubleCondition[];
}

/** A fleet, and its entries of the ledger; undefined where that can't be read. */
export function fleetOverview(
  raw: CustomObject,
  entries: readonly AddressView[] | undefined,
  observed: Observed,
): FleetOverview {
  const parsed = parseWhatsAppProxy(raw);
  if (!parsed.ok) return unreadable(raw, parsed.problem);
  const fleet = parsed.value;
  const own = entries?.filter((entry) => belongsTo(entry, fleet.metadata.uid));
  const slots = slotOverviews(fleet, own, observed.now);
  const pods = podsOverview(fleet, observed);
  const troubles = troubleConditions(fleet.status.conditions);
  const { count } = fleet.spec.addresses;
  const former = (own ?? []).filter(({ slot, phase }) => slot >= count && phase !== "Quarantined");
  return {
    ...namesOf(raw),
    urgency: urgencyOf(slots, pods, troubles),
    unreadable: undefined,
    paused: fleet.spec.paused,
    movesOnBlock: fleet.spec.rotation.onBlocked,
    audience: fleet.spec.audience.countries,
    pools: fleet.spec.addresses.pools.map(({ name }) => name),
    pods,
    slots,
    former: former.map(addressOverview),
    next: nextOf(slots),
    troubles,
  };
}

function namesOf({ metadata }: CustomObject) {
  const { namespace = "", name, creationTimestamp, deletionTimestamp } = metadata;
  return {
    namespace,
    name,
    createdAt: parseInstant(creationTimestamp),
    deleting: deletionTimestamp !== undefined,
  };
}

function unreadable(raw: CustomObject, problem: string): FleetOverview {
  return {
    ...namesOf(raw),
    urgency: "CutOff",
    unreadable: problem,
    paused: false,
    movesOnBlock: false,
    audience: [],
    pools: [],
    pods: { wanted: 0, ready: 0, problem: undefined },
    slots: [],
    former: [],
    next: undefined,
    troubles: [],
  };
}

function slotOverviews(
  fleet: WhatsAppProxy,
  entries: readonly AddressView[] | undefined,
  now: Instant,
): readonly SlotOverview[] {
  const { count } = fleet.spec.addresses;
  return entries === undefined
    ? Array.from({ length: count }, (_, slot) => slotFromStatus(fleet, slot))
    : slotsOf({ count, addresses: entries }).map((slot) => slotOverview(fleet, slot, now));
}

function urgencyOf(
  slots: readonly SlotOverview[],
  pods: PodsOverview,
  troubles: readonly TroubleCondition[],
): Urgency {
  if (pods.ready === 0 || slots.some(({ state }) => state === "CutOff")) return "CutOff";
  if (slots.some(({ state }) => state === "Moving")) return "Moving";
  const isSuspected = slots.some(({ state }) => state === "Suspected");
  return troubles.length > 0 || isSuspected ? "AtRisk" : "Fine";
}

function nextOf(slots: readonly SlotOverview[]): FleetOverview["next"] {
  const moves = slots.flatMap(({ slot, next }) => (next === undefined ? [] : [{ ...next, slot }]));
  return moves.toSorted((a, b) => a.at - b.at || a.slot - b.slot)[0];
}
