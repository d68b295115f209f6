import type { AddressPhase } from "../api/address-phase.ts";
import type { ClaimCause, RetireCause, Want } from "../api/proxy-address.ts";
import type { AddressView, VerdictView } from "../ledger/view.ts";
import { isBurnt, isHeldLit, isRefused } from "../ledger/view.ts";
import type { Instant } from "../values/time.ts";

/** One address of a slot, as a person sees it. */
export interface AddressOverview {
  /** Of the ledger entry. */
  readonly name: string;
  /** Undefined until its provider has given one. */
  readonly address: string | undefined;
  readonly pool: string;
  readonly phase: AddressPhase;
  readonly phaseSince: Instant;
  /** When its phase ends by itself, at the latest; undefined where it does not. */
  readonly until: Instant | undefined;
  readonly want: Want;
  readonly cause: ClaimCause;
  readonly retiredBecause: RetireCause | undefined;
  /** It was blocked somewhere. */
  readonly burnt: boolean;
  /** Its load balancer refuses it. */
  readonly refused: boolean;
  /** What it waits for, or what is wrong with it, in the words of who says so. */
  readonly waitsFor: string | undefined;
  /** By country, with the evidence. */
  readonly verdicts: readonly VerdictView[];
  /** Open sessions over all pods; undefined where nobody asked them. */
  readonly sessions: number | undefined;
}

/** A ledger entry as a person sees it. */
export function addressOverview(view: AddressView): AddressOverview {
  const { name, address, pool, phase, phaseSince, want, cause, retiredBecause, sessions } = view;
  return {
    name,
    address,
    pool,
    phase,
    phaseSince,
    until: endOf(view),
    want,
    cause,
    retiredBecause,
    burnt: isBurnt(view),
    refused: isRefused(view),
    waitsFor: waitsFor(view),
    verdicts: view.reachability,
    sessions,
  };
}

function endOf({ want, drainUntil, quarantineUntil }: AddressView): Instant | undefined {
  if (want === "Drain") return drainUntil;
  return want === "Quarantine" ? quarantineUntil : undefined;
}

function waitsFor(view: AddressView): string | undefined {
  if (isHeldLit(view)) {
    const holders = view.leaving?.heldBy?.join(", ") ?? "";
    return `it should be dark, and its Service is held by ${holders}`;
  }
  return view.want === "Serve" ? (view.refused?.message ?? view.trouble?.words) : undefined;
}
