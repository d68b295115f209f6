import {
  type Instant,
  type Millis,
  hours,
  instant,
  millis,
  minutes,
  since,
} from "../values/time.ts";
import type { Evidence, TestEvidence } from "./evidence.ts";

/** From when and by whom evidence is looked at. */
export interface Watch {
  readonly now: Instant;
  /** What is older than this says nothing about now. */
  readonly within: Millis;
  /**
   * Vantage points that are public services, asked by the operator itself: their probes belong to
   * many people, so each counts. Whatever places another vantage point names, it counts once: it
   * could invent them.
   */
  readonly services: ReadonlySet<string>;
}

/** Who made a test, as one that agrees or disagrees with others. */
export type Witness = string;

/** A test counts for its probe, where a service has many, and else for its vantage point. */
export function witnessOf(
  { vantagePoint, place }: Pick<TestEvidence, "vantagePoint" | "place">,
  services: ReadonlySet<string>,
): Witness {
  return place !== undefined && services.has(vantagePoint)
    ? `${vantagePoint}/${place}`
    : vantagePoint;
}

/** When evidence was seen: a clock that is ahead can't make it last longer. */
export function seenAt({ at }: Pick<Evidence, "at">, now: Instant): Instant {
  return instant(Math.min(at, now));
}

/** A trusted person's word waits for no window: it may have been given while nobody led. */
const personsWord = hours(24);

/** How long evidence counts, where it counts for so long in general. */
export function lasts(evidence: Evidence, within: Millis): Millis {
  const isTrusted = evidence.kind === "report" && evidence.by === "Operator";
  return isTrusted ? millis(Math.max(within, personsWord)) : within;
}

/** Whether evidence still says something about now. */
export function isRecent(evidence: Evidence, { now, within }: Omit<Watch, "services">): boolean {
  return since(seenAt(evidence, now), now) <= lasts(evidence, within);
}

/** When each witness reached anything at all, whatever it was; sorted. */
export type Contacts = ReadonlyMap<Witness, readonly Instant[]>;

/**
 * What tests of all addresses show of the witnesses themselves. Who reaches another address of ours,
 * or something else abroad, has a line that works.
 */
export function contactsOf(
  evidence: Iterable<Evidence>,
  watch: Pick<Watch, "now" | "services">,
): Contacts {
  const contacts = new Map<Witness, Instant[]>();
  for (const one of evidence) {
    if (one.kind !== "test" || reachesAnything(one) !== true) continue;
    const witness = witnessOf(one, watch.services);
    const times = contacts.get(witness) ?? [];
    times.push(seenAt(one, watch.now));
    contacts.set(witness, times);
  }
  for (const times of contacts.values()) times.sort((a, b) => a - b);
  return contacts;
}

/** Whether a test shows that its place has a line; undefined where it shows nothing. */
export function reachesAnything({ outcome, reachesElse }: TestEvidence): boolean | undefined {
  return outcome.kind === "Worked" ? true : reachesElse;
}

/** A line that worked so shortly before or after a failure worked during it, most likely. */
const near = minutes(5);

/** Whether a witness reached anything at about that time. */
export function hadContact(contacts: Contacts, witness: Witness, at: Instant): boolean {
  return (contacts.get(witness) ?? []).some((time) => Math.abs(time - at) <= near);
}
