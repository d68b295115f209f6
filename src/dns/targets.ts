import { type AddressView, isBurnt, publishedAddress } from "../ledger/view.ts";
import { countedVerdicts } from "../rotation/blocked-in.ts";
import { type Instant, minutes, plus } from "../values/time.ts";

/** What a slot's name may lead to, and what it leads to at present. */
export interface Candidates {
  readonly slot: number;
  /** The slot's own ledger entries, quarantined ones included, with addresses in their usual text. */
  readonly addresses: readonly AddressView[];
  /** Countries whose verdicts count; none: every country. */
  readonly audience: readonly string[];
  /** Targets of the object as it is. */
  readonly listed: readonly string[];
  /** Whether every resolver gives the published address. */
  readonly isLive: boolean;
  readonly now: Instant;
}

/**
 * Both addresses of a move are in the name until resolvers give the new one, and no longer than
 * this: whoever is sent to the old one must find it serving until the answer has expired.
 */
const longestOverlap = minutes(10);

/**
 * The addresses that a slot's name leads to, in their usual text, sorted; none: the name goes.
 *
 * It leads to the published address. While a move is not seen by all resolvers yet, the address
 * before stays beside it, so that no provider that removes before it adds leaves a gap. A blocked
 * address leaves at once where another one serves: if the published one is blocked, and the one
 * before it still drains unblocked, the name goes back to that. A slot that has nothing better keeps
 * what it has: an empty name would be remembered as missing for as long as the zone says, often an
 * hour (RFC 2308 §5), and its people are helped sooner by an answer that expires in a minute.
 */
export function nameTargets(given: Candidates): readonly string[] {
  const { addresses, slot } = given;
  const published = publishedAddress(addresses, slot);
  const others = addresses
    .filter((address) => address.name !== published?.name && servesUnblocked(address))
    .toSorted((a, b) => b.ordinal - a.ordinal || (a.name < b.name ? -1 : 1));
  const newest = others.slice(0, 1);
  if (published === undefined) return newest.length > 0 ? textsOf(newest) : kept(given);
  if (!isUsable(published, given)) return textsOf(newest.length > 0 ? newest : [published]);
  return textsOf([published, ...others.filter((other) => isOverlapping(other, given))]);
}

/** Whether a published address is one that people are to use. */
function isUsable(published: AddressView, { audience }: Candidates): boolean {
  const verdicts = countedVerdicts({ audience }, published);
  return published.lost === undefined && !verdicts.some(({ verdict }) => verdict === "Blocked");
}

/** Whether an address that was published before could still be given to people. */
function servesUnblocked(address: AddressView): boolean {
  const { phase, want, repeat, unusable, lost } = address;
  const isUp = (phase === "Serving" || phase === "Draining") && want !== "Quarantine";
  return isUp && !repeat && !unusable && lost === undefined && !isBurnt(address);
}

function isOverlapping(
  { address, phase, phaseSince }: AddressView,
  { listed, isLive, now }: Candidates,
): boolean {
  if (isLive || address === undefined || !listed.includes(address)) return false;
  return phase !== "Draining" || now < plus(phaseSince, longestOverlap);
}

/**
 * Nothing serves: what is listed stays while the ledger knows it as this slot's own. Later on, it
 * may be another group's.
 */
function kept({ addresses, listed }: Candidates): readonly string[] {
  const remembered = addresses.filter(
    ({ address }) => address !== undefined && listed.includes(address),
  );
  const unblocked = remembered.filter((address) => !isBurnt(address));
  return textsOf(unblocked.length > 0 ? unblocked : remembered);
}

function textsOf(addresses: readonly AddressView[]): readonly string[] {
  const texts = addresses.flatMap(({ address }) => address ?? []);
  return [...new Set(texts)].toSorted();
}
