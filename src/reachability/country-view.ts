import { type Instant, earliest, instant } from "../values/time.ts";
import type { Evidence, TestEvidence } from "./evidence.ts";
import { type CountrySight, type ListenerSight, reachedAt, sightIn } from "./sight.ts";
import { controlWord } from "./controls.ts";
import type { AddressVerdict, AddressInput } from "./verdict-input.ts";
import { countWitnesses } from "./weigh.ts";
import {
  type Watch,
  type Witness,
  isRecent,
  reachesAnything,
  seenAt,
  witnessOf,
} from "./witness.ts";

/** One published address, as it bears on whether a whole country has an outage. */
export interface SeenAddress {
  readonly address: string;
  /** Since when it fails for most who try; undefined where it does not, or nobody tries. */
  readonly failing: { readonly since: Instant; readonly byTests: boolean } | undefined;
  /** When any place of the country last reached it. */
  readonly reachedAt: Instant | undefined;
  readonly control: "Works" | "Fails" | "Silent";
}

/** A place, and whether it last reached anything at all. */
export interface PlaceWord {
  readonly witness: Witness;
  readonly reachesAnything: boolean;
}

/**
 * An address as it bears on an outage in a country. Here also failures count that make no block: of
 * a place whose line is down, and those that no control has confirmed yet.
 */
export function seenFrom(country: string, input: AddressInput): SeenAddress {
  const { policy, before, address } = input;
  const sight = sightIn(country, { ...input, within: policy.blockedWhen.within });
  const known = before.find((one) => one.country === country);
  return {
    address,
    failing: failingSince(sight, known),
    reachedAt: reachedAt(sight),
    control: controlOf(sight),
  };
}

function failingSince(
  sight: CountrySight,
  before: AddressVerdict | undefined,
): SeenAddress["failing"] {
  const failing = sight.listeners.filter(isFailing);
  const first = earliest(...failing.map(({ failures }) => failures[0]?.at));
  const known = knownToFail(before, sight);
  const since = earliest(first, known?.since);
  if (since === undefined) return undefined;
  const isMeasured = known?.kind !== undefined || known?.listeners !== undefined;
  return { since, byTests: first !== undefined || isMeasured };
}

/** One who says so alone, while others reach the port, may be wrong. */
function isFailing({ failures, working }: ListenerSight): boolean {
  return countWitnesses(failures) > working.length;
}

/** A blocked address is not tested again, and arrivals are seen by no test. */
function knownToFail(
  before: AddressVerdict | undefined,
  sight: CountrySight,
): AddressVerdict | undefined {
  if (before?.verdict === "Blocked") return before;
  return before?.verdict === "Suspected" && reachedAt(sight) === undefined ? before : undefined;
}

function controlOf({ listeners }: CountrySight): SeenAddress["control"] {
  const words = listeners.map(({ controls }) => controlWord(controls, "tcp").kind);
  if (words.includes("Works")) return "Works";
  return words.includes("Fails") ? "Fails" : "Silent";
}

/** What each place of a country last found of its own line, by tests of all addresses. */
export function placesIn(
  country: string,
  evidence: Iterable<Evidence>,
  watch: Watch,
): readonly PlaceWord[] {
  const newest = new Map<Witness, { at: Instant; reachesAnything: boolean }>();
  for (const one of evidence) {
    if (!isProbeOf(country, one) || !isRecent(one, watch)) continue;
    const word = reachesAnything(one);
    if (word === undefined) continue;
    const witness = witnessOf(one, watch.services);
    const at = seenAt(one, watch.now);
    const known = newest.get(witness) ?? { at: instant(0), reachesAnything: false };
    if (at > known.at) newest.set(witness, { at, reachesAnything: word });
    else if (at === known.at && word) newest.set(witness, { at, reachesAnything: true });
  }
  return [...newest].map(([witness, { reachesAnything }]) => ({ witness, reachesAnything }));
}

function isProbeOf(country: string, one: Evidence): one is TestEvidence {
  return one.kind === "test" && one.role === "Probe" && one.country === country;
}
