import type { AddressOverview } from "../overview/address.ts";
import type { FleetOverview } from "../overview/fleet.ts";
import { historyOf } from "../overview/history.ts";
import type { Observed } from "../overview/observed.ts";
import type { Overview } from "../overview/overview.ts";
import type { SlotOverview } from "../overview/slot.ts";
import { causesOf, sentence } from "../overview/why/why.ts";
import { present } from "../values/present.ts";
import { type Shown, fleetKey, troubleRow, verdictsOf, wordsFor } from "./fleet-row.ts";
import { timelineOf } from "./timeline.ts";
import type { AddressRow, FleetDetails, HistoryRow, SlotDetails, VerdictRow } from "./wire.ts";

/** Of a long history, the newest are shown. */
const mostHistory = 200;

/**
 * All that is shown of one fleet.
 * @param overview of what was observed of this fleet alone; undefined is returned where it has none
 */
export function fleetDetails(
  overview: Overview,
  observed: Observed,
  shown: Shown,
): FleetDetails | undefined {
  const [fleet] = overview.fleets;
  if (fleet === undefined) return undefined;
  const words = wordsFor(shown);
  const { pods, audience, pools, slots, troubles, unreadable } = fleet;
  const advice = causesOf(fleet, { overview, observed }).map((cause) => words(sentence(cause)));
  return {
    key: fleetKey(fleet),
    pods: { wanted: pods.wanted, ready: pods.ready },
    audience,
    pools,
    slots: slots.map((slot) => slotDetails(slot, shown)),
    troubles: troubles.map((trouble) => troubleRow(trouble, words)),
    advice: unreadable === undefined ? advice : [words(unreadable), ...advice],
    ...(shown.addresses ? timelineOf(fleet, observed) : { bars: [], marks: [] }),
    history: historyRows(fleet, observed, words),
    hasEvents: observed.events !== undefined,
  };
}

function slotDetails(slot: SlotOverview, shown: Shown): SlotDetails {
  const words = wordsFor(shown);
  const { state, message, cutOff, burnt, next, addresses, resting } = slot;
  return present({
    slot: slot.slot,
    state,
    message: words(message),
    cutOff: cutOff && present({ since: cutOff.since, what: words(cutOff.what) }),
    burnt,
    next: next && { at: next.at, reason: words(next.reason) },
    verdicts: verdictsOf(slot).map(verdictRow),
    addresses: shown.addresses ? addresses.map(addressRow) : [],
    resting: resting.length,
  });
}

function verdictRow({
  country,
  verdict,
  since,
  message,
}: AddressOverview["verdicts"][number]): VerdictRow {
  return present({ country, verdict, since: since, message });
}

function addressRow(overview: AddressOverview): AddressRow {
  const { address, pool, phase, phaseSince, until, burnt, refused, waitsFor, verdicts } = overview;
  return present({
    address,
    pool,
    phase,
    since: phaseSince,
    until: until,
    burnt,
    refused,
    waitsFor,
    verdicts: verdicts.filter(({ verdict }) => verdict !== "Unknown").map(verdictRow),
  });
}

function historyRows(
  { namespace, name }: FleetOverview,
  observed: Observed,
  words: (text: string) => string,
): readonly HistoryRow[] {
  const items = historyOf({ namespace, name, slot: undefined }, observed);
  return items
    .slice(-mostHistory)
    .toReversed()
    .map((item) => ({ ...item, text: words(item.text) }));
}
