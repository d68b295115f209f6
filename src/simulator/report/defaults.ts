import { createHash } from "node:crypto";
import { parseAddressPool } from "../../api/address-pool.ts";
import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { parseVantagePoint } from "../../api/vantage-point.ts";
import { apiVersion } from "../../api/names.ts";
import { ProxyfleetError } from "../../values/errors.ts";

/** Defaults can't be read: a fault of the program. */
export class DefaultsError extends ProxyfleetError {}

/** The API's defaults that the figures follow from. */
export function defaultsInPlay() {
  const fleet = valueOf(
    parseWhatsAppProxy({
      apiVersion,
      kind: "WhatsAppProxy",
      metadata: { namespace: "proxies", name: "family" },
      spec: { addresses: { pools: [{ name: "pool" }] } },
    }),
  );
  const pool = valueOf(
    parseAddressPool({
      apiVersion,
      kind: "AddressPool",
      metadata: { name: "pool" },
      spec: { provider: "MetalLB", addresses: ["203.0.113.0/28"] },
    }),
  );
  const vantagePoint = valueOf(
    parseVantagePoint({
      apiVersion,
      kind: "VantagePoint",
      metadata: { name: "agent" },
      spec: { country: "IR", agent: { tokenSecretRef: { name: "token", key: "token" } } },
    }),
  );
  const { quarantine, avoidPrefix, reserve } = pool.spec;
  return {
    rotation: fleet.spec.rotation,
    reachability: fleet.spec.reachability,
    pool: { quarantine, avoidPrefix, reserve },
    interval: vantagePoint.spec.interval,
  };
}

/** A short text that changes whenever one of these defaults does. */
export function defaultsDigest(): string {
  return createHash("sha256").update(JSON.stringify(defaultsInPlay())).digest("hex").slice(0, 16);
}

function valueOf<T>(
  parsed:
    { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string },
): T {
  if (!parsed.ok) throw new DefaultsError(parsed.problem);
  return parsed.value;
}
