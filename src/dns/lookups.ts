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
  const waited = since(waitingSince(slot), now);
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

/** Since when it has been as it is: the newest of a move and a change of the answers. */
export function waitingSince({ addresses, reading }: NamedSlot): Instant {
  return instant(Math.max(reading?.since ?? 0, ...addresses.map(({ phaseSince }) => phaseSince)));
}
