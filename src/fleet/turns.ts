import { openFrom, type RotationWindow } from "../rotation/windows.ts";
import type { RolloutState } from "./rollout.ts";
import {
  type Instant,
  type Millis,
  earliest,
  hours,
  millis,
  minutes,
  plus,
} from "../values/time.ts";

/** A fleet whose pods are not what this version of the operator makes, or are being replaced. */
export interface Queued extends RolloutState {
  /** `namespace/name`. */
  readonly fleet: string;
  /** Its place: no fleet is first at every new version. */
  readonly order: string;
  /** Its new pods don't come up, by its Deployment's own word. */
  readonly isStuck: boolean;
  /** A person wants its pods to stay as they are. */
  readonly isHeld: boolean;
  readonly windows: readonly RotationWindow[];
}

/** Whether a fleet may replace its pods now, because this version of the operator makes others. */
export type Turn =
  | { readonly kind: "now" }
  | {
      readonly kind: "waits";
      readonly because: "heldForAll" | "held" | "window" | "turn";
      /** When its windows open next, where it waits for that. */
      readonly opensAt?: Instant | undefined;
      /** When to look again although nothing changes. */
      readonly lookAt: Instant | undefined;
    };

/** What is remembered of a fleet, by a clock that never goes back (ms). */
export interface Remembered {
  /** Since when it may begin. */
  readonly offeredAt?: number;
  /** Since when it is seen to be on its way. */
  readonly begunAt?: number;
  /** How often it let its turn pass. */
  readonly passed: number;
}

export interface TurnsInput {
  readonly queue: readonly Queued[];
  readonly memory: ReadonlyMap<string, Remembered>;
  /** How many there are, those that need nothing included. */
  readonly fleets: number;
  /** Of all fleets, so many at once, and at least one. */
  readonly percent: number;
  /** Whether nobody has a turn. */
  readonly isHeld: boolean;
  readonly now: Instant;
  /** By the clock of what is remembered. */
  readonly elapsedMs: number;
}

export interface Turns {
  readonly turns: ReadonlyMap<string, Turn>;
  readonly memory: ReadonlyMap<string, Remembered>;
}

/** Who may begin and does not, since the API server refuses its Deployment for example, is passed over. */
const offerPatience = minutes(2);

/** A fleet that is on its way for longer holds up nobody any more. */
const rolloutPatience = hours(1);

interface Known extends Queued {
  readonly remembered: Remembered;
  /** Why it may not begin, whoever else has a turn. */
  readonly hindered: Turn | undefined;
}

/**
 * Who may replace pods now. A share of the fleets does at a time, so that the sessions of all don't
 * end together, which would also show whose addresses belong together. Whoever is stuck, or does not
 * begin, loses the place after a while. What is remembered only makes that while longer where it is
 * lost: who is on the way shows in the cluster.
 */
export function giveTurns(input: TurnsInput): Turns {
  const { queue, fleets, percent } = input;
  const known = queue.map((one) => knownOf(one, input));
  const holders = known.filter((one) => holdsPlace(one, input.elapsedMs));
  const places = Math.max(1, Math.floor((fleets * percent) / 100));
  const next = known
    .filter(mayBeNext)
    .toSorted(byTurn)
    .slice(0, Math.max(0, places - holders.length))
    .map((one): Known => ({ ...one, remembered: offered(one.remembered, input.elapsedMs) }));
  const all = new Map([...known, ...next].map((one) => [one.fleet, one]));
  const lookAt = placeFreeAt([...holders, ...next], input);
  return {
    turns: new Map([...all].map(([fleet, one]) => [fleet, turnOf(one, lookAt)])),
    memory: new Map([...all].map(([fleet, one]) => [fleet, one.remembered])),
  };
}

function mayBeNext({ isUnderWay, hindered, remembered }: Known): boolean {
  return !isUnderWay && hindered === undefined && remembered.offeredAt === undefined;
}

function knownOf(one: Queued, input: TurnsInput): Known {
  const hindered = one.isBehind ? hindrance(one, input) : undefined;
  return { ...one, hindered, remembered: remembered(one, hindered, input) };
}

function hindrance(
  { isHeld, windows }: Queued,
  { isHeld: isHeldForAll, now }: TurnsInput,
): Turn | undefined {
  if (isHeldForAll) return { kind: "waits", because: "heldForAll", lookAt: undefined };
  if (isHeld) return { kind: "waits", because: "held", lookAt: undefined };
  const opensAt = openFrom(windows, now);
  if (opensAt === now) return undefined;
  return { kind: "waits", because: "window", opensAt, lookAt: opensAt };
}

function remembered(
  { fleet, isUnderWay }: Queued,
  hindered: Turn | undefined,
  { memory, elapsedMs }: TurnsInput,
): Remembered {
  const { begunAt = elapsedMs, offeredAt, passed } = memory.get(fleet) ?? { passed: 0 };
  if (isUnderWay) return { begunAt, passed };
  if (offeredAt === undefined || hindered !== undefined) return { passed };
  return elapsedMs - offeredAt < offerPatience ? { offeredAt, passed } : { passed: passed + 1 };
}

function offered({ passed }: Remembered, elapsedMs: number): Remembered {
  return { offeredAt: elapsedMs, passed };
}

function holdsPlace({ isStuck, remembered }: Known, elapsedMs: number): boolean {
  const { offeredAt, begunAt } = remembered;
  if (begunAt !== undefined) return !isStuck && elapsedMs - begunAt < rolloutPatience;
  return offeredAt !== undefined;
}

function byTurn(a: Known, b: Known): number {
  return a.remembered.passed - b.remembered.passed || (a.order < b.order ? -1 : 1);
}

/** When a place is free at the latest. */
function placeFreeAt(
  holders: readonly Known[],
  { now, elapsedMs }: TurnsInput,
): Instant | undefined {
  const times = holders.map(({ remembered: { begunAt, offeredAt = elapsedMs } }) => {
    const until: number =
      begunAt === undefined ? offeredAt + offerPatience : begunAt + rolloutPatience;
    const left: Millis = millis(Math.max(0, until - elapsedMs));
    return plus(now, left);
  });
  return earliest(...times);
}

function turnOf({ isUnderWay, hindered, remembered }: Known, lookAt: Instant | undefined): Turn {
  if (hindered !== undefined) return hindered;
  const isOn = isUnderWay || remembered.offeredAt !== undefined;
  return isOn ? { kind: "now" } : { kind: "waits", because: "turn", lookAt };
}
