import { type Millis, hours, millis } from "../../values/time.ts";

/** People move over to a new address within its first day: it is followed more closely. */
const firstDay = hours(24);
const halfLife = { first: hours(2.5), later: hours(8) };

/** Until so much was seen of it, nobody knows how many people came along to an address. */
const enoughSeen = hours(2);
const enoughExpected = 12;
/** A link that many people share is no habit: a short time counts for no more than that. */
const mostFactor = 1.5;
const mostMore = 3;

/**
 * How much of its slot's habit an address has had of late: 1 as usual, 0.4 where a part of the group
 * has moved over to it so far, 1.2 where the group has grown. It begins from nothing with each
 * address.
 */
export interface Level {
  /** As the address is published. */
  readonly address: string;
  /** New sessions that came, and those that were to be expected by habit; old ones fade out. */
  readonly arrivals: number;
  readonly expected: number;
  readonly seen: Millis;
}

export function newLevel(address: string): Level {
  return { address, arrivals: 0, expected: 0, seen: millis(0) };
}

/** The level as a factor; undefined while the address is too new. */
export function factorOf({ arrivals, expected, seen }: Level): number | undefined {
  return expected < enoughExpected || seen < enoughSeen ? undefined : arrivals / expected;
}

/** Some minutes of a slot. */
export interface Stretch {
  readonly lasted: Millis;
  readonly arrivals: number;
  /** By the slot's habit, as the other slots had theirs. */
  readonly expected: number;
}

/** Takes in some minutes. */
export function learnLevel(level: Level, { arrivals, expected, lasted }: Stretch): Level {
  const fade = 0.5 ** (lasted / (level.seen < firstDay ? halfLife.first : halfLife.later));
  return {
    address: level.address,
    arrivals: level.arrivals * fade + Math.min(arrivals, mostFactor * expected + mostMore),
    expected: level.expected * fade + expected,
    seen: millis(level.seen + lasted),
  };
}
