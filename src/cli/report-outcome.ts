import type { WhatsAppProxy } from "../api/fleet.ts";
import { openReport, rowOf } from "./reported-fleet.ts";

/** A report as it was sent. */
export interface SentReport {
  readonly text: string;
  readonly address: string;
  readonly country: string;
  /** The slot that had the address; undefined where the fleet's status did not name it yet. */
  readonly slot: number | undefined;
}

/** What has come of a report, as far as its fleet's status says. */
export type ReportOutcome =
  | { readonly kind: "open" }
  /** Somebody else's report took its place before it was answered. */
  | { readonly kind: "replaced"; readonly by: string }
  /** It was answered, and the address does not count as blocked. */
  | { readonly kind: "refused" }
  | { readonly kind: "moving"; readonly message: string }
  /** Something keeps the slot where it is: it may take long, or a person. */
  | { readonly kind: "held"; readonly message: string }
  | { readonly kind: "moved"; readonly slot: number; readonly to: string };

/** Reads what has come of a report. */
export function reportOutcome(fleet: WhatsAppProxy, report: SentReport): ReportOutcome {
  if (fleet.status.lastHandledReport !== report.text) return unanswered(fleet, report);
  const row = rowOf(fleet, report.address);
  const slot = report.slot ?? row?.slot;
  const isBlocked = row?.blockedIn?.includes(report.country) === true;
  // An address that has gone dark meanwhile is in no row: only a block is that quick.
  const isGone = row === undefined && report.slot !== undefined;
  if (slot === undefined || !(isBlocked || isGone)) return { kind: "refused" };
  return progressOf(fleet, slot, report.address);
}

function unanswered(fleet: WhatsAppProxy, { text }: SentReport): ReportOutcome {
  const open = openReport(fleet);
  return open === text || open === undefined ? { kind: "open" } : { kind: "replaced", by: open };
}

function progressOf(fleet: WhatsAppProxy, slot: number, address: string): ReportOutcome {
  const { status } = fleet;
  const { address: published, message = "" } = status.slots?.find((one) => one.slot === slot) ?? {};
  if (published !== undefined && published !== address)
    return { kind: "moved", slot, to: published };
  const isInMaking = status.addresses?.some(
    (row) => row.slot === slot && (row.phase === "Provisioning" || row.phase === "Verifying"),
  );
  const isHeld = isInMaking !== true && holdsBlockedSlots(fleet);
  return { kind: isHeld ? "held" : "moving", message };
}

/** Conditions under which blocked slots stay where they are, for longer than a move takes. */
const holding: ReadonlySet<string> = new Set([
  "OutageSuspected",
  "ProtocolBlocked",
  "PoolExhausted",
]);

function holdsBlockedSlots({ spec, status }: WhatsAppProxy): boolean {
  const isHolding = status.conditions?.some(
    (condition) => condition.status === "True" && holding.has(condition.type),
  );
  return spec.paused || !spec.rotation.onBlocked || isHolding === true;
}
