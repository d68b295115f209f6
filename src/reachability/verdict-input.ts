import type { VerdictView } from "../ledger/view.ts";
import type { PublishedPort } from "./sentence.ts";
import type { Looking } from "./sight.ts";
import type { BlockedWhen } from "./weigh.ts";

/** What the evidence says of an address in a country, and what a block is of. */
export type AddressVerdict = VerdictView;

/** What a fleet says about evidence. */
export interface VerdictPolicy {
  readonly blockedWhen: BlockedWhen;
  /** What arrivals that stop may lead to. */
  readonly traffic: "Suspect" | "Ignore";
  /** What reports over the share page may lead to. */
  readonly people: "Suspect" | "Block" | "Ignore";
  /** Countries whose verdicts count; none: every country that evidence comes from. */
  readonly audience: readonly string[];
}

/** Why nothing measured makes a block in a country for now. */
export interface CountryHold {
  readonly kind: "Outage" | "Protocol";
  /** In a sentence. */
  readonly because: string;
}

/** All that is known of one address. */
export interface AddressInput extends Omit<Looking, "within"> {
  readonly ports: readonly PublishedPort[];
  readonly policy: VerdictPolicy;
  /** The verdicts before, as they were written. */
  readonly before: readonly AddressVerdict[];
}

/** All that the verdicts of one address follow from. */
export interface VerdictInput extends AddressInput {
  /** By country. */
  readonly holds: ReadonlyMap<string, CountryHold>;
}
