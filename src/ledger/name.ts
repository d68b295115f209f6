import { canonicalIp, formatIp, parseIp } from "../values/ip.ts";

/**
 * The name of an address's ledger entry: `ip-203-0-113-9`; IPv6 written out in full, so that an
 * address has one name only.
 */
export function ledgerName(address: string): string {
  const ip = parseIp(address);
  if (ip.family === 4) return `ip-${formatIp(ip).replaceAll(".", "-")}`;
  const hex = ip.value.toString(16).padStart(32, "0");
  return `ip-${(hex.match(/.{4}/g) ?? []).join("-")}`;
}

/** The address that an entry's name says; undefined where its provider chose the address later. */
export function addressOfName(name: string): string | undefined {
  const parts = name.replace(/^ip-/, "").split("-");
  const address = canonicalIp(parts.join(parts.length === 4 ? "." : ":"));
  return address !== undefined && ledgerName(address) === name ? address : undefined;
}
