import type { CustomObject } from "../kubernetes/objects.ts";
import { type Resource, resource } from "../kubernetes/resource.ts";
import { addressPoolKind } from "./address-pool.ts";
import { whatsAppProxyKind } from "./fleet.ts";
import type { Kind } from "./kind.ts";
import { group, version } from "./names.ts";
import { proxyAddressKind } from "./proxy-address.ts";
import { vantagePointKind } from "./vantage-point.ts";

/** Where the API server keeps fleets. */
export const fleets = resourceOf(whatsAppProxyKind);
/** Where the API server keeps pools. */
export const pools = resourceOf(addressPoolKind);
/** Where the API server keeps the ledger's entries. */
export const addresses = resourceOf(proxyAddressKind);
/** Where the API server keeps vantage points. */
export const vantagePoints = resourceOf(vantagePointKind);

function resourceOf({ kind, plural, scope }: Kind): Resource<CustomObject> {
  return resource({ group, version, kind, plural, scope });
}
