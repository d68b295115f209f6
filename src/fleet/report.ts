import type { StoredCondition } from "../api/findings.ts";
import { present } from "../values/present.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import { fieldManagers } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import type { EventNote } from "../kubernetes/events.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import type { Effect, StatusEffect } from "../runtime/effect.ts";
import type { Pacing } from "../runtime/pacer.ts";
import type { Instant } from "../values/time.ts";
import { type NewStatus, claimNotes, deletionNote, retireNotes, statusNotes } from "./events.ts";
import { claimId, retireId } from "./ledger-effects.ts";
import type { FleetStatus } from "./status.ts";
import { type Urgency, urgencyOf } from "./urgency.ts";

type Waiting = Exclude<Urgency, "now">;

/** How long a status waits that is not urgent, so that what comes close together goes together. */
const calm: Pacing = { kind: "debounce", quietMs: 1_000, longestMs: 5_000 };

/** The same while much else waits for the operator: that goes first, and fewer writes say more. */
const busy: Readonly<Record<Waiting, Pacing>> = {
  soon: { kind: "debounce", quietMs: 5_000, longestMs: 5_000 },
  eventually: { kind: "debounce", quietMs: 60_000, longestMs: 60_000 },
};

/** The effect that writes a fleet's status. */
export const statusId = "status";

/** A status with all of its conditions, or with some that another version wrote. */
type WrittenStatus = Partial<Omit<FleetStatus, "conditions">> & {
  readonly conditions?: readonly StoredCondition[];
};

/**
 * Writes a fleet's status: at once where people wait for what it says. Without a list of addresses
 * that is empty: the server does not keep it, and it would be written at each look.
 */
export function statusEffect(
  raw: CustomObject,
  status: WrittenStatus,
  pacing?: Pacing,
): StatusEffect {
  const { addresses = [], ...others } = status;
  return {
    kind: "status",
    id: statusId,
    of: resources.fleets,
    about: raw,
    before: raw.status,
    status: addresses.length > 0 ? status : others,
    fieldManager: fieldManagers.fleet,
    ...present({ pacing }),
  };
}

/** How long the new status may wait; undefined: not at all. */
export function pacingOf(
  before: WhatsAppProxy["status"],
  after: FleetStatus,
  isBusy: boolean,
): Pacing | undefined {
  const urgency = urgencyOf(before, after);
  if (urgency === "now") return undefined;
  return isBusy ? busy[urgency] : calm;
}

/** Events of what a step does, and of what is new in the status; each comes with its write. */
export function eventEffects(
  about: CustomObject,
  decided: NewStatus,
  now: Instant,
): readonly Effect[] {
  const { view, rotation } = decided;
  const claims = rotation.claims.flatMap((claim) =>
    eventEffect(about, claimId(claim), claimNotes(view, claim)),
  );
  const retirements = rotation.retirements.flatMap((step) =>
    eventEffect(about, retireId(step), retireNotes(view, step)),
  );
  const news = statusNotes(decided);
  return [
    ...claims,
    ...retirements,
    ...deletion(about, decided, now),
    ...eventEffect(about, statusId, news),
  ];
}

function deletion(
  about: CustomObject,
  { view, rotation }: NewStatus,
  now: Instant,
): readonly Effect[] {
  if (!view.deleting || rotation.retirements.length === 0) return [];
  const needs = rotation.retirements.map(retireId);
  return [{ kind: "event", id: "event of the deletion", about, notes: [deletionNote(now)], needs }];
}

function eventEffect(
  about: CustomObject,
  reports: string,
  notes: readonly EventNote[],
): readonly Effect[] {
  if (notes.length === 0) return [];
  return [{ kind: "event", id: `event of ${reports}`, about, notes, needs: [reports] }];
}
