import type { FleetAddresses, LedgerAddress } from "./targets.ts";
import type { CountryFindings } from "./hold.ts";
import type { Outage } from "./outage.ts";
import type { ProtocolBlock } from "./protocol-block.ts";
import { type HeldSlot, type HoldState, type Released, mayGo } from "./release.ts";
import { publishedOf } from "./targets.ts";
import { isInMaking } from "../ledger/view.ts";
import { hasSettled, settling } from "./spreading.ts";
import { type Instant, earliest, formatDuration, minutes, plus } from "../values/time.ts";

/** Why blocked slots of a country wait, and which of them may move all the same. */
export interface MoveHold {
  readonly country: string;
  readonly why:
    | { readonly kind: "Outage"; readonly outage: Outage["kind"] }
    | { readonly kind: "Protocol"; readonly protocol: ProtocolBlock["kind"] }
    /** Others begin to fail as well: it may become an outage. */
    | { readonly kind: "Spreading" }
    /** An outage is over, and what it held goes little by little. */
    | { readonly kind: "AfterOutage" };
  /** In a sentence, for people. */
  readonly because: string;
  /** When it changes though nothing is heard; undefined: with the next evidence. */
  readonly until: Instant | undefined;
  /** Each as `slotId` says it. */
  readonly mayGo: ReadonlySet<string>;
}

/** A country with those who wait in it for a move because of a block. */
export interface HeldCountry {
  readonly country: string;
  readonly findings: Pick<CountryFindings, "outage" | "protocol" | "spreading">;
  readonly state: HoldState;
  readonly waiting: readonly HeldSlot[];
  readonly released: readonly Released[];
  readonly now: Instant;
}

const nobody: ReadonlySet<string> = new Set();

/** What holds the blocked slots of a country; undefined where each may move at once. */
export function moveHold(held: HeldCountry): MoveHold | undefined {
  const { country, findings, state } = held;
  const { protocol } = findings;
  if (protocol !== undefined) {
    const why = { kind: "Protocol", protocol: protocol.kind } as const;
    return { country, why, because: protocol.because, until: undefined, mayGo: nobody };
  }
  if (state.phase === "Holding") {
    const { because, until, kind } = state.outage;
    return { country, why: { kind: "Outage", outage: kind }, because, until, mayGo: nobody };
  }
  const turns = mayGo({ ...held, state });
  return unsettled(held, turns) ?? afterOutage(country, turns);
}

function afterOutage(
  country: string,
  { ids, because, lookAgainAt }: ReturnType<typeof mayGo>,
): MoveHold | undefined {
  if (because === undefined) return undefined;
  const why = { kind: "AfterOutage" } as const;
  return { country, why, because, until: lookAgainAt, mayGo: new Set(ids) };
}

/** What holds those that began to fail a moment ago, while others do so as well. */
function unsettled(
  { country, findings, waiting, now }: HeldCountry,
  { ids, lookAgainAt }: ReturnType<typeof mayGo>,
): MoveHold | undefined {
  if (findings.spreading !== true) return undefined;
  const going = new Set(ids);
  const late = waiting.filter(({ id, since }) => going.has(id) && !hasSettled(since, now));
  if (late.length === 0) return undefined;
  for (const { id } of late) going.delete(id);
  const until = earliest(lookAgainAt, ...late.map(({ since }) => plus(since, settling)));
  const because = `addresses for ${country} fail one after another: it may become an outage, so each slot waits up to ${formatDuration(settling)}`;
  return { country, why: { kind: "Spreading" }, because, until, mayGo: going };
}

/** Names a slot among those of all fleets. */
export function slotId(fleet: { readonly namespace: string; readonly name: string }, slot: number) {
  return `${fleet.namespace}/${fleet.name}/${slot}`;
}

/**
 * The slots whose address is blocked in a country and that would move if nothing held them. One
 * whose move is under way, or that its fleet lets nobody move, takes no turn from others.
 */
export function waitingIn(
  country: string,
  fleets: readonly FleetAddresses[],
): readonly Omit<HeldSlot, "offeredAt">[] {
  return fleets.flatMap(({ fleet, addresses }) => {
    const { metadata, spec } = fleet;
    const isLed = spec.rotation.onBlocked && !spec.paused && !metadata.deletionTimestamp;
    if (!isLed || !isFor(country, spec.audience.countries)) return [];
    const views = addresses.map(({ view }) => view);
    const moving = new Set(views.filter(isInMaking).map(({ slot }) => slot));
    return publishedOf(addresses).flatMap(({ view: { slot, reachability } }) => {
      const verdict = reachability.find((one) => one.country === country);
      const isKept = verdict?.kind === "Port" && !spec.rotation.onPortBlocked;
      if (verdict?.verdict !== "Blocked" || isKept || moving.has(slot)) return [];
      const name = `${metadata.namespace}/${metadata.name}`;
      return [{ id: slotId(metadata, slot), fleet: name, since: verdict.since }];
    });
  });
}

/** The API server dates claims, and its clock may be behind by this: more is told as `ClocksAgree`. */
const clockDifference = minutes(1);

/** The addresses that slots took because of a block since then, and what became of them. */
export function releasedIn(
  country: string,
  fleets: readonly FleetAddresses[],
  after: Instant,
): readonly Released[] {
  return fleets.flatMap(({ addresses }) =>
    addresses.flatMap(({ view }) => {
      const isLater = view.cause === "Blocked" && view.createdAt > after - clockDifference;
      return isLater ? [{ at: view.createdAt, fresh: freshness(country, view) }] : [];
    }),
  );
}

function freshness(country: string, { reachability }: LedgerAddress["view"]): Released["fresh"] {
  switch (reachability.find((one) => one.country === country)?.verdict) {
    case "Reachable":
      return "Reached";
    case "Blocked":
    case "Suspected":
      return "Failing";
    default:
      return "Untested";
  }
}

function isFor(country: string, audience: readonly string[]): boolean {
  return audience.length === 0 || audience.includes(country);
}
