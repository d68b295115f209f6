import type { WhatsAppProxy } from "../api/fleet.ts";
import { type CutOffCause, cutOffCause, moveOverdueAt } from "../fleet/cut-off.ts";
import { type AddressView, isBurnt, isInMaking } from "../ledger/view.ts";
import { countedVerdicts } from "../rotation/blocked-in.ts";
import type { SlotAddresses } from "../rotation/slots.ts";
import { type Instant, parseInstant } from "../values/time.ts";
import { type AddressOverview, addressOverview } from "./address.ts";

/** How a group is served. `Unknown`: the ledger can't be read, and the fleet's status says nothing. */
export type SlotState = "Served" | "Suspected" | "Moving" | "CutOff" | "Unknown";

/** The next move of a slot that is planned. */
export interface PlannedMove {
  readonly at: Instant;
  readonly reason: string;
}

/** One slot, as a person asks for it first. */
export interface SlotOverview {
  readonly slot: number;
  readonly state: SlotState;
  /** The address that its people use. */
  readonly published: string | undefined;
  /** Countries of the audience in which it is blocked. */
  readonly blockedIn: readonly string[];
  /** Why its people reach nothing; undefined while nothing shows that. */
  readonly cutOff: CutOffCause | undefined;
  /** Its addresses that are not dark, the published one first. */
  readonly addresses: readonly AddressOverview[];
  /** Dark addresses that the ledger remembers. */
  readonly resting: readonly AddressOverview[];
  /** How many of them all were blocked. */
  readonly burnt: number;
  readonly next: PlannedMove | undefined;
  /** The operator's own words: how its people are served, and what comes next or prevents it. */
  readonly message: string;
  readonly sessions: number | undefined;
}

type StatusRow = NonNullable<WhatsAppProxy["status"]["slots"]>[number];

/** A slot, from its ledger entries. */
export function slotOverview(
  fleet: WhatsAppProxy,
  slot: SlotAddresses,
  now: Instant,
): SlotOverview {
  const row = rowOf(fleet, slot.slot);
  const audience = fleet.spec.audience.countries;
  const { published, addresses } = slot;
  const cause = cutOffCause({ audience }, slot);
  const lit = addresses.filter(({ phase }) => phase !== "Quarantined");
  return {
    slot: slot.slot,
    state: cause === undefined ? servedState(audience, slot) : cutOffState(slot, cause, now),
    published: published?.address,
    blockedIn: published === undefined ? [] : blockedIn(audience, published),
    cutOff: cause,
    addresses: publishedFirst(lit, published).map(addressOverview),
    resting: addresses.filter(({ phase }) => phase === "Quarantined").map(addressOverview),
    burnt: addresses.filter(isBurnt).length,
    next: plannedMove(row),
    message: row?.message ?? "",
    sessions: published?.sessions,
  };
}

/** A slot, from its fleet's status alone: whoever asks may not read the ledger. */
export function slotFromStatus(fleet: WhatsAppProxy, slot: number): SlotOverview {
  const row = rowOf(fleet, slot);
  const { countries } = fleet.spec.audience;
  const counts = (country: string) => countries.length === 0 || countries.includes(country);
  const blocked = (row?.blockedIn ?? []).filter(counts);
  const cutOff = row === undefined ? undefined : causeOfRow(row, blocked);
  return {
    slot,
    state: row === undefined ? "Unknown" : stateOfRow(fleet, slot, cutOff),
    published: row?.address,
    blockedIn: blocked,
    cutOff,
    addresses: [],
    resting: [],
    burnt: row?.burnt ?? 0,
    next: plannedMove(row),
    message: row?.message ?? "",
    sessions: undefined,
  };
}

function rowOf({ status }: WhatsAppProxy, slot: number): StatusRow | undefined {
  return status.slots?.find((row) => row.slot === slot);
}

function plannedMove(row: StatusRow | undefined): PlannedMove | undefined {
  const at = parseInstant(row?.next?.at);
  return row?.next === undefined || at === undefined ? undefined : { at, reason: row.next.reason };
}

function servedState(audience: readonly string[], { published }: SlotAddresses): SlotState {
  const verdicts = published === undefined ? [] : countedVerdicts({ audience }, published);
  return verdicts.some(({ verdict }) => verdict === "Suspected") ? "Suspected" : "Served";
}

/** A move that takes long is one that something prevents. */
function cutOffState({ addresses }: SlotAddresses, cause: CutOffCause, now: Instant): SlotState {
  return addresses.some(isInMaking) && now < moveOverdueAt(cause, now) ? "Moving" : "CutOff";
}

function blockedIn(audience: readonly string[], published: AddressView): readonly string[] {
  return countedVerdicts({ audience }, published)
    .filter(({ verdict }) => verdict === "Blocked")
    .map(({ country }) => country)
    .toSorted();
}

function publishedFirst(
  lit: readonly AddressView[],
  published: AddressView | undefined,
): readonly AddressView[] {
  const others = lit.filter((address) => address !== published);
  return published === undefined ? others : [published, ...others];
}

function stateOfRow(
  { status }: WhatsAppProxy,
  slot: number,
  cutOff: CutOffCause | undefined,
): SlotState {
  if (cutOff === undefined) return "Served";
  const rows = (status.addresses ?? []).filter((row) => row.slot === slot);
  const isMoving = rows.some(({ phase }) => phase === "Provisioning" || phase === "Verifying");
  return isMoving ? "Moving" : "CutOff";
}

function causeOfRow(row: StatusRow, blocked: readonly string[]): CutOffCause | undefined {
  if (row.address === undefined)
    return { reason: "SlotsWithoutAddress", since: undefined, what: "it has no address" };
  if (blocked.length === 0) return undefined;
  const what = `${row.address} is blocked in ${blocked.join(", ")}`;
  return { reason: "AddressBlocked", since: undefined, what };
}
