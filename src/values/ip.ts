import ipaddr from "ipaddr.js";
import { ProxyfleetError } from "./errors.ts";

export class AddressFormatError extends ProxyfleetError {}

export type Family = 4 | 6;

/** An address as a number, so that ranges can be counted and compared. */
export interface Ip {
  readonly family: Family;
  readonly value: bigint;
}

/** All addresses from `first` to `last`, both included. */
export interface IpRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

const bits = { 4: 32, 6: 128 } as const;

/** Reads an IPv4 or IPv6 address. @throws AddressFormatError */
export function parseIp(text: string): Ip {
  const ip = ipOf(text);
  if (ip === undefined) throw new AddressFormatError(`"${text}" is no IP address`);
  return ip;
}

/** What no address lacks: a look at it is cheaper than a parser that throws inside. */
const looksLikeAddress = /^[\d.]+$|:/;

/** Reads an IPv4 or IPv6 address; undefined where the text is none, as a name. */
export function ipOf(text: string): Ip | undefined {
  if (!looksLikeAddress.test(text)) return undefined;
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.parse(text);
  const value = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: parsed.kind() === "ipv4" ? 4 : 6, value };
}

/** The usual short text of an address (RFC 5952 for IPv6). */
export function formatIp(ip: Ip): string {
  return ipaddr.fromByteArray(bytes(ip)).toString();
}

/**
 * An address in its usual short text, so that one address has one text; undefined where it is none.
 */
export function canonicalIp(text: string): string | undefined {
  const ip = ipOf(text);
  return ip && formatIp(ip);
}

/**
 * Reads `203.0.113.0/26`, `198.51.100.7-198.51.100.20` or one address. @throws AddressFormatError
 */
export function parseRange(text: string): IpRange {
  const [from = "", to] = text.split("-", 2);
  if (to !== undefined) return between(text, parseIp(from.trim()), parseIp(to.trim()));
  const [base = "", prefix] = text.split("/", 2);
  const ip = parseIp(base);
  if (prefix === undefined) return { family: ip.family, first: ip.value, last: ip.value };
  const length = Number(prefix);
  if (!/^\d{1,3}$/.test(prefix) || length > bits[ip.family])
    throw new AddressFormatError(`"${text}": a prefix is 0 to ${bits[ip.family]}`);
  const size = 1n << BigInt(bits[ip.family] - length);
  const first = ip.value - (ip.value % size);
  return { family: ip.family, first, last: first + size - 1n };
}

/** Merges ranges that touch or overlap, in order: no address is counted twice. */
export function mergeRanges(ranges: readonly IpRange[]): readonly IpRange[] {
  const merged: IpRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.family - b.family || compare(a.first, b.first))) {
    const before = merged.at(-1);
    if (before === undefined || before.family !== range.family || range.first > before.last + 1n)
      merged.push(range);
    else
      merged[merged.length - 1] = {
        ...before,
        last: range.last > before.last ? range.last : before.last,
      };
  }
  return merged;
}

/** What is left of the ranges, in order, without the addresses of others. */
export function subtractRanges(
  ranges: readonly IpRange[],
  others: readonly IpRange[],
): readonly IpRange[] {
  const taken = mergeRanges(others);
  return mergeRanges(ranges).flatMap((range) => pieces(range, taken));
}

function pieces({ family, first, last }: IpRange, taken: readonly IpRange[]): IpRange[] {
  const left: IpRange[] = [];
  let next = first;
  for (const other of taken) {
    if (other.family !== family || other.last < next || other.first > last) continue;
    if (other.first > next) left.push({ family, first: next, last: other.first - 1n });
    next = other.last + 1n;
  }
  return next <= last ? [...left, { family, first: next, last }] : left;
}

/** All addresses that share the first `length` bits with this one. */
export function prefixOf({ family, value }: Ip, length: number): IpRange {
  const size = 1n << BigInt(Math.max(0, bits[family] - length));
  const first = value - (value % size);
  return { family, first, last: first + size - 1n };
}

/** How many addresses some ranges have that don't overlap. */
export function countAddresses(ranges: readonly IpRange[]): bigint {
  return ranges.reduce((sum, range) => sum + rangeSize(range), 0n);
}

/** How many addresses a range has. */
export function rangeSize(range: IpRange): bigint {
  return range.last - range.first + 1n;
}

export function contains(ranges: readonly IpRange[], ip: Ip): boolean {
  return ranges.some(
    (range) => range.family === ip.family && range.first <= ip.value && ip.value <= range.last,
  );
}

function between(text: string, from: Ip, to: Ip): IpRange {
  if (from.family !== to.family || from.value > to.value)
    throw new AddressFormatError(`"${text}" runs backwards: write the lower address first`);
  return { family: from.family, first: from.value, last: to.value };
}

function bytes(ip: Ip): number[] {
  const count = bits[ip.family] / 8;
  return Array.from({ length: count }, (_, index) =>
    Number((ip.value >> BigInt(8 * (count - 1 - index))) & 0xffn),
  );
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
