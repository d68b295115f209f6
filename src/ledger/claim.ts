import { type ProxyAddress, parseProxyAddress } from "../api/proxy-address.ts";
import { addressLabel, claimAnnotation } from "../api/names.ts";
import type { Service } from "../kubernetes/objects.ts";

const kind = { apiVersion: "proxyfleet.dev/v1alpha1", kind: "ProxyAddress" } as const;

/** The claim that a Service carries, if it can be read. */
export function claimOf({ metadata }: Service): ProxyAddress | undefined {
  const name = metadata.labels?.[addressLabel];
  const text = metadata.annotations?.[claimAnnotation];
  if (name === undefined || text === undefined) return undefined;
  const parsed = parseProxyAddress({ ...kind, metadata: { name }, spec: asJson(text) });
  return parsed.ok ? parsed.value : undefined;
}

/**
 * Whether a Service was made for the very claim of an entry: the same address, on the same lane, as
 * the same one of those that its slot has had. An entry that was lost, or restored from a backup, is
 * another object and the same claim.
 */
export function carriesClaim(service: Service, { metadata, spec }: ProxyAddress): boolean {
  const claim = claimOf(service);
  if (claim?.metadata.name !== metadata.name) return false;
  const { address, lane, ordinal, claimRef } = claim.spec;
  return (
    address === spec.address &&
    lane === spec.lane &&
    ordinal === spec.ordinal &&
    claimRef.slot === spec.claimRef.slot
  );
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
