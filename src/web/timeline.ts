import type { FleetOverview } from "../overview/fleet.ts";
import type { Observed } from "../overview/observed.ts";
import { belongsTo } from "../ledger/ownership.ts";
import { type AddressView, isBurnt, viewOfEntry } from "../ledger/view.ts";
import { earliest } from "../values/time.ts";
import { present } from "../values/present.ts";
import type { TimelineBar, TimelineMark } from "./wire.ts";

/** A fleet's addresses over time, as its ledger remembers them. */
export interface Timeline {
  readonly bars: readonly TimelineBar[];
  readonly marks: readonly TimelineMark[];
}

/** The bars and marks of a fleet's slots, the oldest first. */
export function timelineOf(fleet: FleetOverview, { fleets, addresses }: Observed): Timeline {
  const uid = fleets.find(
    ({ metadata }) => metadata.namespace === fleet.namespace && metadata.name === fleet.name,
  )?.metadata.uid;
  const own = (addresses ?? [])
    .flatMap((raw) => viewOfEntry(raw).view ?? [])
    .filter((view) => uid !== undefined && belongsTo(view, uid))
    .toSorted((a, b) => a.slot - b.slot || a.ordinal - b.ordinal || a.createdAt - b.createdAt);
  return { bars: own.map(bar), marks: own.flatMap(marks).toSorted((a, b) => a.at - b.at) };
}

function bar(view: AddressView): TimelineBar {
  const { slot, address, phase, createdAt, phaseSince } = view;
  return present({
    slot,
    address,
    phase,
    from: createdAt,
    drainSince: phase === "Draining" ? phaseSince : undefined,
    darkSince: phase === "Quarantined" ? phaseSince : undefined,
    burnt: isBurnt(view),
  });
}

const reasons = {
  NewSlot: "the slot gets its first address",
  Blocked: "it moves, since its address was blocked",
  Age: "it moves, since its address was old",
  Requested: "it moves, since somebody asked for it",
} as const;

function marks(view: AddressView): readonly TimelineMark[] {
  const { slot, cause, createdAt, address = "an address" } = view;
  const move = { slot, at: createdAt, kind: "Move", text: reasons[cause] } as const;
  const blocked = blockedAt(view);
  if (blocked === undefined) return [move];
  const countries = blocks(view).map(({ country }) => country);
  const text = `${address} is blocked in ${countries.join(", ")}`;
  return [move, { slot, at: blocked, kind: "Block", text }];
}

function blocks({ reachability }: AddressView) {
  return reachability.filter(({ verdict }) => verdict === "Blocked");
}

function blockedAt(view: AddressView) {
  return earliest(...blocks(view).map(({ since }) => since));
}
