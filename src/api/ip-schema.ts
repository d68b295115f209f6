import { isIP } from "node:net";
import type { z } from "zod";
import { formatIp, parseIp, parseRange, rangeSize, type IpRange } from "../values/ip.ts";
import { line } from "./common.ts";
import { withRules } from "./validation-rule.ts";

/** Longest text of an IPv6 address, with room for its dotted form. */
const addressLength = 45;
/** Most addresses that a pool may hold. */
export const mostPoolAddresses = 2 ** 20;

/** An IP address in canonical form (RFC 5952), so that one address has one text. */
export function ipAddress(): z.ZodString {
  return withRules(line(addressLength), {
    cel: "isIP(self) && ip.isCanonical(self)",
    holds: (value) => isAddress(value) && formatIp(parseIp(value)) === value,
    message: "must be an IP address in its usual short form, such as 203.0.113.9 or 2001:db8::9",
  });
}

/** IPv6 with a dotted tail (RFC 4291 §2.2) is legal but rare, and readers differ on it. */
const noMixture = "!(self.contains(':') && self.contains('.'))";

/** A network. */
export function cidr(): z.ZodString {
  return withRules(line(addressLength + 4), {
    cel: `isCIDR(self) && ${noMixture}`,
    holds: isNetwork,
    message:
      "must be a network such as 10.0.0.0/8 or 2001:db8::/32; write one address as 203.0.113.9/32",
  });
}

const octet = (end: number, at: number): string => `int(self.split('-')[${end}].split('.')[${at}])`;
const ipv4Number = (end: number): string =>
  `(((${octet(end, 0)} * 256 + ${octet(end, 1)}) * 256 + ${octet(end, 2)}) * 256 + ${octet(end, 3)})`;
const ipv4Size = `${ipv4Number(1)} - ${ipv4Number(0)}`;
const isRange =
  "self.split('-').size() == 2 && self.split('-').all(end, isIP(end)) && ip(self.split('-')[0]).family() == ip(self.split('-')[1]).family()";
const isIpv4Range = `${isRange} && ip(self.split('-')[0]).family() == 4`;

/**
 * Addresses of a pool: one, a network or a range. CEL can't compare IPv6 addresses, so order and
 * size of an IPv6 range are left to the operator, as is the total of a pool, which counts overlaps
 * once.
 */
export function addressRange(): z.ZodString {
  return withRules(
    line(2 * addressLength + 1),
    {
      cel: `(isIP(self) || isCIDR(self) || (${isRange})) && ${noMixture}`,
      holds: isEntry,
      message:
        "must be a network such as 203.0.113.0/26, a range such as 198.51.100.7-198.51.100.20, or one address",
    },
    {
      cel: `!(${isIpv4Range}) || ${ipv4Size} >= 0`,
      holds: (value) => !isIpv4(value) || readRange(value) !== undefined,
      message: "runs backwards: write the lower address first",
    },
    {
      cel: "!isCIDR(self) || cidr(self).prefixLength() >= (cidr(self).ip().family() == 4 ? 12 : 108)",
      holds: (value) => !isNetwork(value) || !isLarge(readRange(value)),
      message: `holds more than ${mostPoolAddresses} addresses: use a prefix of at least /12 (IPv4) or /108 (IPv6)`,
    },
    {
      cel: `!(${isIpv4Range}) || ${ipv4Size} < ${mostPoolAddresses}`,
      holds: (value) => !isIpv4(value) || !isLarge(readRange(value)),
      message: `holds more than ${mostPoolAddresses} addresses: write a shorter range`,
    },
  );
}

/**
 * What CEL's `isIP()` takes: no zone, no leading zeros, no IPv4 address in IPv6 notation
 * (::ffff:…), and no dotted tail.
 */
export function isAddress(text: string): boolean {
  return (
    isIP(text) !== 0 &&
    !text.includes("%") &&
    !(text.includes(":") && text.includes(".")) &&
    parseIp(text).value >> 32n !== 0xffffn
  );
}

/** What CEL's `isCIDR()` takes; bits after the prefix may be set. */
function isNetwork(text: string): boolean {
  const [address = "", prefix = "", ...more] = text.split("/");
  return (
    more.length === 0 &&
    isAddress(address) &&
    /^(0|[1-9][0-9]{0,2})$/.test(prefix) &&
    Number(prefix) <= (isIP(address) === 4 ? 32 : 128)
  );
}

function isEntry(text: string): boolean {
  if (!text.includes("-")) return isAddress(text) || isNetwork(text);
  const ends = text.split("-");
  return ends.length === 2 && ends.every(isAddress) && isIP(ends[0] ?? "") === isIP(ends[1] ?? "");
}

/** True of an IPv4 range only: the one whose order and size CEL can compute. */
function isIpv4(text: string): boolean {
  return text.includes("-") && isEntry(text) && !text.includes(":");
}

function isLarge(range: IpRange | undefined): boolean {
  return range !== undefined && rangeSize(range) > mostPoolAddresses;
}

function readRange(text: string): IpRange | undefined {
  try {
    return parseRange(text);
  } catch {
    return undefined;
  }
}
