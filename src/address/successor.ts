import type { WhatsAppProxy, WhatsAppProxySpec } from "../api/fleet.ts";
import type { Parsed } from "../api/parse.ts";
import type { EntryTraces } from "../ledger/traces.ts";
import { type AddressView, publishedAddress } from "../ledger/view.ts";
import { drainTime } from "../rotation/retire.ts";
import type { Context } from "../runtime/plan.ts";
import {
  type Instant,
  type Millis,
  parseDuration,
  plus,
  seconds,
  spokenTime,
} from "../values/time.ts";

/** An entry that can't be read, and the fleet of which it may serve a slot. */
export interface Predecessor {
  readonly traces: EntryTraces;
  /** The fleet that claimed it, if it exists. */
  readonly fleet: Parsed<WhatsAppProxy> | undefined;
  /** The fleet's entries that can be read. */
  readonly others: readonly AddressView[];
}

/** What an entry that a person deleted waits for. */
export interface Wait {
  readonly because: string;
  /** When to look again. */
  readonly until: Instant;
}

type Clock = Pick<Context, "now" | "clocksDiffer">;

/** What may change at any moment is looked at again after this time. */
const lookAgain = seconds(15);

/**
 * What has to come before an address ends whose entry was deleted and can't be read: its slot has
 * another one, which was published for as long as a drain lasts. Undefined where nobody needs it any
 * more.
 */
export function waitForSuccessor(predecessor: Predecessor, clock: Clock): Wait | undefined {
  const { traces, fleet, others } = predecessor;
  if (traces.isAtRest || fleet === undefined) return undefined;
  const soon = plus(clock.now, lookAgain);
  if (!fleet.ok)
    return { because: `its fleet has to be corrected first. ${fleet.problem}`, until: soon };
  const { metadata, spec } = fleet.value;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  for (const slot of slotsOf(traces, spec)) {
    const published = publishedAddress(others, slot);
    if (published === undefined)
      return { because: `slot ${slot} of its fleet has no other address yet`, until: soon };
    const wait = waitForDrain(plus(published.phaseSince, drainOf(spec)), clock);
    if (wait !== undefined) return wait;
  }
  return undefined;
}

/** The slots that it may serve: one, or any where the entry doesn't say which. */
function slotsOf({ slot }: EntryTraces, { addresses }: WhatsAppProxySpec): readonly number[] {
  const slots = Array.from({ length: addresses.count }, (_, each) => each);
  return slot === undefined ? slots : slots.filter((each) => each === slot);
}

function waitForDrain(until: Instant, { now, clocksDiffer }: Clock): Wait | undefined {
  if (now >= until && clocksDiffer !== true) return undefined;
  const because = `until ${spokenTime(until)}, people may read the slot's other address`;
  return { because, until: now < until ? until : plus(now, lookAgain) };
}

function drainOf({ rotation, dns }: WhatsAppProxySpec): Millis {
  const { scheduled, blocked } = rotation.drain;
  const drain = { scheduled: parseDuration(scheduled), blocked: parseDuration(blocked) };
  return drainTime({ drain, dnsTtl: seconds(dns?.ttl ?? 0) }, "Requested");
}
