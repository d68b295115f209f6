import { type Millis, minutes } from "../../values/time.ts";

const halfLife = minutes(10);
/** Nobody vouches where fewer sessions than that were to be expected of all others together. */
const enoughExpected = 1;
/** A slot weighs no more than one of this many sessions an hour: one big group is not everybody. */
const mostPerHour = 60;
/** What a slot did not use of its habit within this time, it may make up for. */
const makesUpFor = 15 / 60;
const makesUpLeast = 2;

/** A minute of one slot, for comparison. */
export interface Compared {
  readonly slot: string;
  /** Whose countries it serves, as one text: only slots of the same audience are compared. */
  readonly audience: string;
  readonly arrivals: number;
  readonly expected: number;
  /** What it is used to, per hour. */
  readonly perHour: number;
}

/** What all other slots of an audience had. */
export interface OthersSeen {
  /** In the last minute. */
  readonly arrivals: number;
  readonly expected: number;
  /** Of what is usual, over the last quarter of an hour; undefined where too few could tell. */
  readonly share: number | undefined;
  /** How many sessions this share is made of, had they come as usual. */
  readonly shareOf: number;
}

interface Sums {
  readonly arrivals: number;
  readonly expected: number;
}

interface Vouching {
  readonly minute: Sums;
  readonly recent: Sums;
  /** Sessions for which it may vouch yet. */
  readonly credit: number;
}

const none: Sums = { arrivals: 0, expected: 0 };

/**
 * What the slots of an audience, over all fleets, had of late. A slot is compared with the others
 * only, never with itself. It vouches for no more sessions than it is used to: a burst in one of
 * them doesn't hide that the others are down.
 */
export class Others {
  #vouching: ReadonlyMap<string, Vouching> = new Map();

  /** Takes in a minute of all slots. @returns what the others of any slot had */
  step(compared: readonly Compared[], lasted: Millis): (slot: Slot) => OthersSeen {
    const fade = 0.5 ** (lasted / halfLife);
    this.#vouching = new Map(
      compared.map((each) => [each.slot, vouch(this.#vouching.get(each.slot), each, fade)]),
    );
    const minute = this.#totals(compared, ({ minute }) => minute);
    const recent = this.#totals(compared, ({ recent }) => recent);
    return (slot) => othersSeen(minute(slot), recent(slot));
  }

  /** The sums of an audience but for the slot itself. */
  #totals(compared: readonly Compared[], of: (each: Vouching) => Sums): (slot: Slot) => Sums {
    const own = ({ slot }: Slot) => {
      const vouching = this.#vouching.get(slot);
      return vouching === undefined ? none : of(vouching);
    };
    const all = new Map<string, Sums>();
    for (const each of compared)
      all.set(each.audience, plus(all.get(each.audience) ?? none, own(each)));
    return (slot) => plus(all.get(slot.audience) ?? none, scaled(own(slot), -1));
  }
}

type Slot = Pick<Compared, "slot" | "audience">;

function othersSeen(minute: Sums, recent: Sums): OthersSeen {
  const share = recent.expected < enoughExpected ? undefined : recent.arrivals / recent.expected;
  return { ...minute, share, shareOf: recent.expected };
}

function vouch(
  before: Vouching | undefined,
  { arrivals, expected, perHour }: Compared,
  fade: number,
): Vouching {
  const most = Math.max(makesUpLeast, makesUpFor * perHour);
  const credit = Math.min(most, (before?.credit ?? 0) + expected);
  const vouched = Math.min(Math.max(0, arrivals), credit);
  const weight = Math.min(1, mostPerHour / perHour);
  const minute = scaled({ arrivals: vouched, expected }, weight);
  const recent = plus(scaled(before?.recent ?? none, fade), minute);
  return { minute, recent, credit: credit - vouched };
}

function plus(a: Sums, b: Sums): Sums {
  return { arrivals: a.arrivals + b.arrivals, expected: a.expected + b.expected };
}

function scaled({ arrivals, expected }: Sums, by: number): Sums {
  return { arrivals: arrivals * by, expected: expected * by };
}
