import type { AddressPoolSpec } from "../api/address-pool.ts";
import type { Finding } from "../api/findings.ts";
import type { ConditionReason } from "../api/reasons.ts";
import { type IpRange, countAddresses, formatIp, parseIp, parseRange } from "../values/ip.ts";
import { distinctRanges } from "./allocate.ts";

/** What a pool's addresses are made of. */
type PoolAddresses = Pick<AddressPoolSpec, "addresses" | "named" | "reserve">;

interface Mistake {
  readonly reason: ConditionReason;
  readonly message: string;
}

/** An entry of the spec, with the field that it stands in. */
interface Entry {
  readonly field: string;
  readonly text: string;
  readonly range: IpRange;
}

/** Most mistakes of one kind that are named at once. */
const mostNamed = 5;

/**
 * What the owner of a pool can hardly have meant, though addresses can be claimed from it all the
 * same. The first kind gives the reason, and the message names all. The ranges must be readable.
 */
export function poolMistakes(spec: PoolAddresses): Finding | undefined {
  const entries = entriesOf(spec);
  const mistakes = [
    ...entries.flatMap(localAddresses).slice(0, mostNamed),
    ...entries.flatMap(bitsAfterPrefix).slice(0, mostNamed),
    ...addressTwice(entries).slice(0, mostNamed),
    ...reserveTooLarge(spec.reserve, entries),
  ];
  const [first] = mistakes;
  if (first === undefined) return undefined;
  const message = mistakes.map((mistake) => mistake.message).join(". ");
  return { status: "False", reason: first.reason, message };
}

function entriesOf({ addresses, named }: PoolAddresses): readonly Entry[] {
  const listed = addresses.map((text, index) => ({ field: `spec.addresses[${index}]`, text }));
  const reserved = named.map(({ address: text }, index) => ({
    field: `spec.named[${index}].address`,
    text,
  }));
  return [...listed, ...reserved].map((entry) => ({ ...entry, range: parseRange(entry.text) }));
}

/** What nobody on the internet reaches (IANA, Special-Purpose Address Registries). */
const localRanges = (
  [
    ["0.0.0.0/8", "addresses of this network"],
    ["127.0.0.0/8", "loopback addresses"],
    ["169.254.0.0/16", "link-local addresses"],
    ["224.0.0.0/4", "multicast addresses"],
    ["240.0.0.0/4", "addresses for later use"],
    ["::/128", "the unspecified address"],
    ["::1/128", "the loopback address"],
    ["fe80::/10", "link-local addresses"],
    ["ff00::/8", "multicast addresses"],
  ] as const
).map(([text, name]) => ({ name, range: parseRange(text) }));

function localAddresses({ field, text, range }: Entry): readonly Mistake[] {
  const local = localRanges.find((one) => doOverlap(one.range, range));
  if (local === undefined) return [];
  const message = `${field} "${text}" has ${local.name}, which nobody outside reaches: take them out`;
  return [{ reason: "LocalAddresses", message }];
}

function bitsAfterPrefix({ field, text, range }: Entry): readonly Mistake[] {
  const [base = "", prefix] = text.split("/", 2);
  if (prefix === undefined || parseIp(base).value === range.first) return [];
  const network = `${formatIp({ family: range.family, value: range.first })}/${prefix}`;
  const message = `${field} "${text}" has bits after its prefix, and means all of ${network}: write that, or ${base} if one address is meant`;
  return [{ reason: "BitsAfterPrefix", message }];
}

/** Entries that have addresses of an earlier one. */
function addressTwice(entries: readonly Entry[]): readonly Mistake[] {
  return entries.flatMap((entry, index) => {
    const before = entries.slice(0, index).find(({ range }) => doOverlap(range, entry.range));
    if (before === undefined) return [];
    const message = `${entry.field} "${entry.text}" has addresses that ${before.field} "${before.text}" has too: write each once`;
    return [{ reason: "AddressTwice" as const, message }];
  });
}

function reserveTooLarge(reserve: number, entries: readonly Entry[]): readonly Mistake[] {
  const total = countAddresses(distinctRanges(entries.map(({ range }) => range)));
  if (reserve === 0 || total === 0n || BigInt(reserve) < total) return [];
  const message = `spec.reserve ${reserve} keeps all of the ${total} addresses for blocks, so that no slot moves by schedule or by hand: lower it, or add addresses`;
  return [{ reason: "ReserveTooLarge", message }];
}

function doOverlap(a: IpRange, b: IpRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}
