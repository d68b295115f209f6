import { ledgerName } from "../ledger/name.ts";
import type { AddressPool } from "../api/address-pool.ts";
import type { Parsed } from "../api/parse.ts";
import type { ProxyAddress } from "../api/proxy-address.ts";
import { claimOf } from "../ledger/claim.ts";
import { contains, formatIp, parseIp } from "../values/ip.ts";
import { poolView } from "../pool/view.ts";
import { lanePort } from "../ledger/lanes.ts";
import type { EntryTraces } from "../ledger/traces.ts";
import type { AddressView } from "../ledger/view.ts";
import { claimAnnotation, fleetLabel } from "../api/names.ts";
import type { Service } from "../kubernetes/objects.ts";
import { type ProxyAddressManifest, adoptedManifest } from "../ledger/manifests.ts";
import { providers } from "../pool/providers.ts";
import { believedSpec } from "./believed.ts";

/** A Service of ours whose ledger entry is lost, and what its claim is judged by. */
export interface Orphan {
  readonly service: Service;
  /** What its load balancer has set. */
  readonly given: readonly string[];
  /** Whether a fleet of the name on its label exists in its namespace. */
  readonly fleetLives: boolean;
  readonly namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** The pool that its claim names. */
  readonly pool: Parsed<AddressPool> | undefined;
  readonly ledger: readonly AddressView[];
  /** What is left of entries that can't be read: their addresses and lanes may be in use. */
  readonly unreadable: readonly EntryTraces[];
}

/** What becomes of it: its entry is made again, or it goes. */
export type OrphanDecision =
  | {
      readonly kind: "adopt";
      readonly entry: ProxyAddressManifest;
      readonly address: string;
      /** Most addresses of its pool that its namespace may have, this one included; 0: any number. */
      readonly perNamespace: number;
    }
  | { readonly kind: "delete"; readonly because: string };

/**
 * Decides what becomes of a Service whose ledger entry is lost. Whoever may write Services in a
 * namespace can write such a claim too, so nothing in it is believed that its fleet could not have
 * got: the address must be in use, the pool must be open to the namespace and hold it, and the load
 * balancer itself must say that the Service has it.
 */
export function judgeOrphan(orphan: Orphan): OrphanDecision {
  const claim = claimOf(orphan.service);
  if (!orphan.fleetLives) return { kind: "delete", because: "its fleet is gone" };
  if (claim?.spec.address === undefined)
    return { kind: "delete", because: `its annotation ${claimAnnotation} names no address` };
  const because = doubt(orphan, claim, claim.spec.address);
  if (because !== undefined) return { kind: "delete", because };
  const { metadata, spec } = claim;
  const entry = adoptedManifest({ metadata, spec: believedSpec(spec) });
  const perNamespace = orphan.pool?.ok === true ? orphan.pool.value.spec.perNamespace : 0;
  return { kind: "adopt", entry, address: claim.spec.address, perNamespace };
}

function doubt(orphan: Orphan, claim: ProxyAddress, address: string): string | undefined {
  const { service, given, namespace, ledger, unreadable } = orphan;
  const { claimRef, lane, ports, want } = claim.spec;
  if (
    claimRef.namespace !== namespace.name ||
    claimRef.name !== service.metadata.labels?.[fleetLabel]
  )
    return "its claim is another fleet's";
  if (ports.some(({ name, targetPort }) => targetPort !== lanePort(lane, name)))
    return "its ports are not its lane's";
  if (want === "Quarantine") return "its claim is of an address at rest, which has no Service";
  if (!given.includes(address)) return `its load balancer has not set ${address}`;
  const isHeld = unreadable.some(({ held }) => held !== undefined && formatIp(held.ip) === address);
  if (isHeld || ledger.some((entry) => entry.address === address))
    return `${address} was claimed again`;
  if (
    unreadable.some((one) => mayShareLane(one, claim)) ||
    ledger.some((one) => sharesLane(one, claim))
  )
    return `its lane ${lane} serves another address now`;
  return notFromPool(orphan, claim, address);
}

function sharesLane(entry: AddressView, { spec: { claimRef, lane } }: ProxyAddress): boolean {
  const isOfFleet = entry.namespace === claimRef.namespace && entry.fleet === claimRef.name;
  return isOfFleet && entry.lane === lane && entry.phase !== "Quarantined";
}

function mayShareLane({ claimant, lane }: EntryTraces, { spec }: ProxyAddress): boolean {
  const { namespace, name } = spec.claimRef;
  return claimant?.namespace === namespace && claimant.name === name && lane === spec.lane;
}

function notFromPool(
  { pool, namespace, ledger }: Orphan,
  { metadata, spec }: ProxyAddress,
  address: string,
): string | undefined {
  const isShare = (entry: AddressView) =>
    entry.pool === spec.pool && entry.namespace === namespace.name;
  const held = ledger.filter(isShare).length;
  const { refusal, ranges, assigned } = poolView(spec.pool, pool, {
    namespace,
    held,
    supported: new Set(providers.keys()),
  });
  if (refusal !== undefined) return refusal;
  const isNamed = assigned
    ? /^ip-[a-z0-9]{12}$/.test(metadata.name)
    : metadata.name === ledgerName(address);
  if (!isNamed) return "the name of its ledger entry is not its address's";
  return assigned || contains(ranges, parseIp(address))
    ? undefined
    : `pool ${spec.pool} does not hold ${address}`;
}
