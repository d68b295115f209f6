import type { WhatsAppProxy } from "../api/fleet.ts";
import type { ProxyAddress } from "../api/proxy-address.ts";
import { type Instant, instant, millis, parseDuration, parseInstant, seconds } from "./time.ts";
import type { AddressView, FleetView, PoolView } from "./views.ts";
import { rotateAtAnnotation } from "../manifests/names.ts";

/** What the pods say of one lane's sessions, by ledger entry; an entry that is missing is not known. */
export type SessionCounts = ReadonlyMap<string, number>;

/** A ledger entry as decisions see it. */
export function addressView(entry: ProxyAddress, sessions: SessionCounts = new Map()): AddressView {
  const { metadata, spec, status } = entry;
  const createdAt = parseInstant(metadata.creationTimestamp) ?? instant(0);
  return {
    name: metadata.name,
    pool: spec.pool,
    address: spec.address,
    slot: spec.claimRef.slot,
    lane: spec.lane,
    cause: spec.cause,
    requestedAt: spec.requestedAt,
    want: spec.want,
    drainUntil: parseInstant(spec.drainUntil),
    quarantineUntil: parseInstant(spec.quarantineUntil),
    retiredBecause: spec.retiredBecause,
    phase: status?.phase ?? "Provisioning",
    phaseSince: parseInstant(status?.phaseSince) ?? createdAt,
    createdAt,
    deleting: metadata.deletionTimestamp !== undefined,
    unusable: (status?.conditions ?? []).some(({ type, reason }) => type === "Verified" && reason === "Unusable"),
    sessions: sessions.get(metadata.name),
  };
}

export interface FleetViewInput {
  readonly fleet: WhatsAppProxy;
  readonly entries: readonly AddressView[];
  readonly pools: readonly PoolView[];
  readonly formerPools: readonly PoolView[];
  readonly held: ReadonlySet<string>;
}

/** A fleet as decisions see it. */
export function fleetView({ fleet, entries, pools, formerPools, held }: FleetViewInput): FleetView {
  const { metadata, spec, status } = fleet;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    count: spec.addresses.count,
    paused: spec.paused,
    deleting: metadata.deletionTimestamp !== undefined,
    maxConcurrent: spec.rotation.maxConcurrent,
    drain: { scheduled: parseDuration(spec.rotation.drain.scheduled), blocked: parseDuration(spec.rotation.drain.blocked) },
    dnsTtl: spec.dns === undefined ? millis(0) : seconds(spec.dns.ttl),
    rotateAt: metadata.annotations?.[rotateAtAnnotation],
    lastHandledRotateAt: status?.lastHandledRotateAt,
    addresses: entries,
    pools,
    formerPools,
    held,
  };
}

/** A fleet that no longer exists, but whose ledger entries still say they are in use: all of them go dark. */
export function goneFleet(namespace: string, name: string, entries: readonly AddressView[], formerPools: readonly PoolView[]): FleetView {
  return {
    namespace,
    name,
    count: 0,
    paused: false,
    deleting: true,
    maxConcurrent: 0,
    drain: { scheduled: millis(0), blocked: millis(0) },
    dnsTtl: millis(0),
    rotateAt: undefined,
    lastHandledRotateAt: undefined,
    addresses: entries,
    pools: [],
    formerPools,
    held: new Set(),
  };
}

/** When the newest of these entries went into its phase. */
export function latestChange(entries: readonly AddressView[]): Instant {
  return instant(Math.max(0, ...entries.map(({ phaseSince }) => phaseSince)));
}
