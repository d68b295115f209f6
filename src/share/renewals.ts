import type { WhatsAppProxy } from "../api/fleet.ts";
import { renewPageAnnotation } from "../api/names.ts";
import { requestedSlots } from "../api/requests.ts";
import { hashOf } from "../kubernetes/difference.ts";
import type { Seat } from "./tokens.ts";

/** What pages were renewed with last, by `renewalField`. */
export type Renewals = ReadonlyMap<string, string>;

/**
 * Renewed pages of a namespace, at most. They are kept for good, in one object for the whole
 * cluster, which nobody in one namespace may fill up.
 */
const mostInNamespace = 256;

/** Under what the renewal of a slot's page is kept. A namespace and a fleet have no dots. */
export function renewalField({ namespace, fleet, slot }: Seat): string {
  return `${namespace}.${fleet}.${slot}`;
}

/** What a slot's page was renewed with last (`pageToken`); empty where it never was. */
export function renewalOf(renewals: Renewals, seat: Seat): string {
  return renewals.get(renewalField(seat)) ?? "";
}

/** What the annotation proxyfleet.dev/renew-page asks for, and what it got already. */
export type RenewalRequest =
  | { readonly kind: "none" }
  /** `renewals` are the new ones, of these slots. */
  | {
      readonly kind: "open";
      readonly slots: readonly number[];
      readonly renewals: Renewals;
    }
  | { readonly kind: "refused"; readonly why: string };

type RenewableFleet = Pick<WhatsAppProxy, "metadata" | "spec">;

/**
 * Reads the request: `<any new text>` for all slots, `<slot>@<text>` for one. A slot that was
 * renewed with this text last has what it asks for.
 */
export function renewalRequest(fleet: RenewableFleet, renewals: Renewals): RenewalRequest {
  const text = fleet.metadata.annotations?.[renewPageAnnotation] ?? "";
  if (text === "") return { kind: "none" };
  const asked = requestedSlots(text, fleet.spec.addresses.count);
  if (asked.kind === "refused")
    return { kind: "refused", why: `annotation ${renewPageAnnotation} ${asked.why}` };
  return openRequest(fleet, { slots: asked.slots, mark: hashOf(text) }, renewals);
}

interface Asked {
  readonly slots: readonly number[];
  /** Stands for the annotation's text, which may be long. */
  readonly mark: string;
}

function openRequest(
  { metadata: { namespace, name: fleet } }: RenewableFleet,
  { slots, mark }: Asked,
  renewals: Renewals,
): RenewalRequest {
  const seats = slots.map((slot) => ({ namespace, fleet, slot }));
  const open = seats.filter((seat) => markOf(renewalOf(renewals, seat)) !== mark);
  if (open.length === 0) return { kind: "none" };
  const others = [...renewals.keys()].filter((field) => field.startsWith(`${namespace}.`));
  const fields = new Set([...others, ...open.map(renewalField)]);
  if (fields.size > mostInNamespace)
    return {
      kind: "refused",
      why: `namespace ${namespace} has no room for more renewed share pages (${mostInNamespace} at most, those of fleets that are gone included): ask the operator's admin to remove fields of such fleets from the Secret that docs/share.md names`,
    };
  const entries = open.map((seat) => [renewalField(seat), renewed(seat, mark, renewals)] as const);
  return { kind: "open", slots: open.map(({ slot }) => slot), renewals: new Map(entries) };
}

/** Counted, so that a text that comes again does not bring back a path that was revoked. */
function renewed(seat: Seat, mark: string, renewals: Renewals): string {
  const count = Number(/^\d+/.exec(renewalOf(renewals, seat))?.[0] ?? 0) + 1;
  return `${count} ${mark}`;
}

function markOf(renewal: string): string {
  return renewal.replace(/^\d+ /, "");
}

/** Fleets, as `namespace/name`, of which a renewal is in one of the two and not in the other. */
export function fleetsRenewedBetween(before: Renewals, after: Renewals): readonly string[] {
  const fields = new Set([...before.keys(), ...after.keys()]);
  const changed = [...fields].filter((field) => before.get(field) !== after.get(field));
  const fleets = changed.map((field) => field.split(".").slice(0, 2).join("/"));
  return [...new Set(fleets)];
}
