import ipaddr from "ipaddr.js";

/**
 * Whether an address is on the public internet. An agent tests no others: whoever has taken over an
 * operator must not look around in a volunteer's home.
 */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}
