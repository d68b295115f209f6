import type { AddressView } from "../ledger/view.ts";

/** Countries in which an address is blocked, counted for its fleet or not; undefined: none. */
export function blockedAnywhere(address: AddressView | undefined): readonly string[] | undefined {
  const countries = (address?.reachability ?? [])
    .filter(({ verdict }) => verdict === "Blocked")
    .map(({ country }) => country);
  return countries.length === 0 ? undefined : countries.toSorted();
}
