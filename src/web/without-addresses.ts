import { canonicalIp } from "../values/ip.ts";

/** Stands where an address was. */
const hidden = "(address)";

const ledgerNames = /\bip-[0-9a-f]+(?:-[0-9a-f]+)+\b/g;
const fourParts = /(?:\d{1,3}\.){3}\d{1,3}/g;
const manyColons = /[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}/g;

/**
 * A text of the operator or of a load balancer without the IP addresses in it, and without the names
 * of ledger entries, which are made from them: for viewers who may not read the ledger.
 */
export function withoutAddresses(text: string): string {
  return text
    .replace(ledgerNames, hidden)
    .replace(fourParts, hidden)
    .replace(manyColons, (found) => {
      // A colon may be the sentence's own: `2001:db8::1: refused`.
      const ends = [found, found.replace(/:$/, ""), found.replace(/^:/, "")];
      const address = ends.find((end) => canonicalIp(end) !== undefined);
      return address === undefined ? found : found.replace(address, hidden);
    });
}
