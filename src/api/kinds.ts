import { addressPoolKind } from "./address-pool.ts";
import { whatsAppProxyKind } from "./fleet.ts";
import type { Kind } from "./kind.ts";
import { proxyAddressKind } from "./proxy-address.ts";
import { vantagePointKind } from "./vantage-point.ts";

/** Every kind of ours. */
export const kinds: readonly Kind[] = [
  whatsAppProxyKind,
  addressPoolKind,
  proxyAddressKind,
  vantagePointKind,
];
