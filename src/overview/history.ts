import type { KubeEvent } from "../kubernetes/events.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import { type AddressView, viewOfEntry, wasPublished } from "../ledger/view.ts";
import { type Instant, parseInstant, spokenTime } from "../values/time.ts";
import type { Observed } from "./observed.ts";

/** Something that happened to a fleet or a slot. */
export interface HistoryItem {
  readonly at: Instant;
  /** The ledger remembers for weeks; Events go after an hour in most clusters. */
  readonly source: "Ledger" | "Event";
  readonly type: "Normal" | "Warning";
  /** In one word. */
  readonly what: string;
  readonly text: string;
}

/** Whose history. */
export interface HistoryOf {
  readonly namespace: string;
  readonly name: string;
  /** Undefined: all slots. */
  readonly slot: number | undefined;
}

/** What the ledger and Events tell of a fleet, or of one of its slots, the oldest first. */
export function historyOf(of: HistoryOf, observed: Observed): readonly HistoryItem[] {
  const entries = (observed.addresses ?? []).flatMap((raw) => ofFleet(raw, of) ?? []);
  const fromLedger = entries.flatMap(ledgerItems);
  const names = new Set(entries.map(({ name }) => name));
  const fromEvents = (observed.events ?? [])
    .filter((event) => isAbout(event, of, names))
    .flatMap((event) => eventItem(event) ?? []);
  return [...fromLedger, ...fromEvents].toSorted((a, b) => a.at - b.at);
}

function ofFleet(raw: CustomObject, of: HistoryOf): AddressView | undefined {
  const { view } = viewOfEntry(raw);
  if (view?.namespace !== of.namespace || view.fleet !== of.name) return undefined;
  return of.slot === undefined || view.slot === of.slot ? view : undefined;
}

const causes = {
  NewSlot: "the slot had none",
  Blocked: "the one before was blocked",
  Age: "the one before was old",
  Requested: "somebody asked for a move",
} as const;

function ledgerItems(view: AddressView): readonly HistoryItem[] {
  const address = view.address ?? "an address";
  const base = { source: "Ledger", type: "Normal" } as const;
  const claimed = {
    ...base,
    at: view.createdAt,
    what: "Claimed",
    text: `slot ${view.slot}: claimed ${address} from pool ${view.pool}, since ${causes[view.cause]}`,
  };
  const end = phaseText(view, address);
  return end === undefined ? [claimed] : [claimed, { ...base, at: view.phaseSince, ...end }];
}

function phaseText(
  view: AddressView,
  address: string,
): Pick<HistoryItem, "what" | "text"> | undefined {
  const { slot, phase, drainUntil, quarantineUntil, retiredBecause: why } = view;
  const because = why === undefined ? "" : ` (${why})`;
  const until = (at: Instant | undefined) => (at === undefined ? "" : ` until ${spokenTime(at)}`);
  switch (phase) {
    case "Serving":
      return { what: "Published", text: `slot ${slot}: people use ${address}` };
    case "Draining":
      return {
        what: "Draining",
        text: `slot ${slot}: ${address} still serves${until(drainUntil)}${because}`,
      };
    case "Quarantined": {
      const never = wasPublished(view) ? "" : ", and was never published";
      return {
        what: "WentDark",
        text: `slot ${slot}: ${address} rests${until(quarantineUntil)}${because}${never}`,
      };
    }
    case "Provisioning":
    case "Verifying":
      return undefined;
  }
}

/** Of a fleet's Events, those of one slot begin with its name. */
function isAbout(event: KubeEvent, of: HistoryOf, entries: ReadonlySet<string>): boolean {
  const { kind, namespace, name } = event.regarding;
  if (kind === "ProxyAddress") return entries.has(name);
  if (kind !== "WhatsAppProxy" || namespace !== of.namespace || name !== of.name) return false;
  return of.slot === undefined || new RegExp(`\\bslot ${of.slot}\\b`).test(event.note);
}

function eventItem(event: KubeEvent): HistoryItem | undefined {
  const at = eventTime(event);
  if (at === undefined) return undefined;
  const type = event.type === "Warning" ? "Warning" : "Normal";
  return { at, source: "Event", type, what: event.reason, text: event.note };
}

/** When an Event happened last, through whichever interface it was written. */
export function eventTime({
  series,
  deprecatedLastTimestamp,
  eventTime: first,
  metadata,
}: KubeEvent): Instant | undefined {
  const { creationTimestamp } = metadata;
  return parseInstant(
    series?.lastObservedTime ?? deprecatedLastTimestamp ?? (first || creationTimestamp),
  );
}
