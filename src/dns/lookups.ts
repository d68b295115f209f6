import {
  type Instant,
  earliest,
  instant,
  millis,
  minutes,
  plus,
  seconds,
  since,
} from "../values/time.ts";
import { type NamedSlot, expectedTarget } from "./named-slot.ts";
import { isGivenByAll } from "./reading.ts";

/** Asks all resolvers for a slot's name. The host is a secret: it is not for logs. */
export interface NameAsk {
  readonly kind: "name";
  readonly slot: number;
  readonly host: string;
}

/** While something is to change, resolvers are asked so often; the longer it takes, the more seldom. */
const whileWaiting = { least: seconds(5), most: seconds(60) };

/**
 * No resolver is asked for a new name before this time. ExternalDNS looks once a minute, and then
 * the zone's servers follow: a resolver that is asked earlier remembers for as long as the zone
 * says, often an hour, that there is no such name (RFC 2308 §5). People may use that very resolver.
 */
const untilPublished = minutes(2);

/** What is as it should be is looked at again after this time. */
const whileSettled = minutes(10);

/** Which names are to be resolved now. */
export function nameAsks(slots: readonly NamedSlot[], now: Instant): readonly NameAsk[] {
  const due = slots.filter((slot) => (nextLookAt(slot, now) ?? now + 1) <= now);
  return due.map(({ name: { slot, host } }) => ({ kind: "name", slot, host }));
}

/**
 * When names are to be looked at again. A look that is due is asked for, and its answer brings the
 * fleet back: until then, there is nothing to come back for.
 */
export function nextLooksAt(slots: readonly NamedSlot[], now: Instant): Instant | undefined {
  const looks = slots.map((slot) => nextLookAt(slot, now));
  return earliest(...looks.filter((at) => at !== undefined && at > now));
}

/** When a slot's name is to be resolved next; undefined: there is nothing to see. */
function nextLookAt(slot: NamedSlot, now: Instant): Instant | undefined {
  const { reading, targets, madeAt } = slot;
  if (targets.length === 0 || madeAt === undefined) return undefined;
  if (reading === undefined) return plus(madeAt, untilPublished);
  if (reading.at > now) return now;
  if (isSettled(slot)) return plus(reading.at, whileSettled);
  const waited = since(wantedSince(slot), now);
  const every = Math.min(Math.max(waited / 10, whileWaiting.least), whileWaiting.most);
  return plus(reading.at, millis(every));
}

/** Whether every resolver gives just what the name should lead to. */
export function isSettled({ reading, targets }: NamedSlot): boolean {
  if (reading === undefined) return false;
  const wanted = JSON.stringify(targets);
  const { answers } = reading;
  return (
    answers.length > 0 &&
    answers.every(
      ({ problem, addresses }) => problem === undefined && JSON.stringify(addresses) === wanted,
    )
  );
}

/** Whether every resolver gives the address that people are to use. */
export function isLive(slot: NamedSlot): boolean {
  const expected = expectedTarget(slot);
  const { reading } = slot;
  return reading !== undefined && expected !== undefined && isGivenByAll(reading, expected);
}

/**
 * Since when the name should lead where it should: the newest of a move, of a block that sent it back
 * to the address before, and of the making of its object. What resolvers say does not count: answers
 * that alternate would make it new again and again. Nor do addresses that are made, or go.
 */
export function wantedSince(slot: NamedSlot): Instant {
  const { published, madeAt } = slot;
  const wentBack = published !== undefined && expectedTarget(slot) !== published.address;
  const verdicts = wentBack ? published.reachability.map(({ since: at }) => at) : [];
  return instant(Math.max(published?.phaseSince ?? 0, madeAt ?? 0, ...verdicts));
}
