import type { WhatsAppProxy } from "../api/fleet.ts";
import type { ProxyAddress } from "../api/proxy-address.ts";
import { type Instant, instant, millis, parseDuration, parseInstant, seconds } from "./time.ts";
import { HeldAddresses } from "./held.ts";
import { parseIp } from "./ip.ts";
import type { AddressView, FleetView, HeldAddress, PoolView, RotationRules, VerdictView } from "./views.ts";
import { reportBlockedAnnotation, rotateAtAnnotation } from "../manifests/names.ts";

type Rotation = WhatsAppProxy["spec"]["rotation"];
type Reachability = NonNullable<ProxyAddress["status"]["reachability"]>[number];

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
    turn: spec.turn ?? 0,
    want: spec.want,
    drainUntil: parseInstant(spec.drainUntil),
    quarantineUntil: parseInstant(spec.quarantineUntil),
    retiredBecause: spec.retiredBecause,
    phase: status?.phase ?? "Provisioning",
    phaseSince: parseInstant(status?.phaseSince) ?? createdAt,
    createdAt,
    deleting: metadata.deletionTimestamp !== undefined,
    unusable: verdictSince(entry, "Unusable") !== undefined,
    lost: lostView(entry),
    repeat: verdictSince(entry, "Repeat") !== undefined || spec.retiredBecause === "Repeat",
    reachability: (status?.reachability ?? []).map(verdictView),
    sessions: sessions.get(metadata.name),
  };
}

type Verdict = "Unusable" | "AddressChanged" | "AddressLost" | "Repeat";

function lostView(entry: ProxyAddress): AddressView["lost"] {
  const changed = verdictSince(entry, "AddressChanged");
  if (changed !== undefined) return { since: changed, balancerHas: "another" };
  const lost = verdictSince(entry, "AddressLost");
  return lost === undefined ? undefined : { since: lost, balancerHas: "none" };
}

/** Since when verification finds this, as the address controller's condition says it. */
function verdictSince({ status }: ProxyAddress, verdict: Verdict): Instant | undefined {
  const found = (status?.conditions ?? []).find(({ type, reason }) => type === "Verified" && reason === verdict);
  return found === undefined ? undefined : (parseInstant(found.lastTransitionTime) ?? instant(0));
}

function verdictView({ country, verdict, since, message }: Reachability): VerdictView {
  const said = message === undefined ? {} : { message };
  return { country, verdict, since: parseInstant(since) ?? instant(0), ...said };
}

/** An entry's address as every fleet must respect it; undefined while its provider has not given one. */
export function heldAddress({ spec, status }: ProxyAddress): HeldAddress | undefined {
  if (spec.address === undefined) return undefined;
  const resting = spec.want === "Quarantine";
  const burnt = spec.retiredBecause === "Blocked" || (status?.reachability ?? []).some(({ verdict }) => verdict === "Blocked");
  return { ip: parseIp(spec.address), pool: spec.pool, resting, until: resting ? parseInstant(spec.quarantineUntil) : undefined, burnt };
}

export interface FleetViewInput {
  readonly fleet: WhatsAppProxy;
  readonly entries: readonly AddressView[];
  readonly pools: readonly PoolView[];
  readonly formerPools: readonly PoolView[];
  readonly held: HeldAddresses;
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
    rotation: rotationRules(spec.rotation),
    audience: spec.audience.countries,
    outage: { percent: spec.reachability.outagePercent, within: parseDuration(spec.reachability.blockedWhen.within) },
    drain: { scheduled: parseDuration(spec.rotation.drain.scheduled), blocked: parseDuration(spec.rotation.drain.blocked) },
    dnsTtl: spec.dns === undefined ? millis(0) : seconds(spec.dns.ttl),
    rotateAt: metadata.annotations?.[rotateAtAnnotation],
    lastHandledRotateAt: status?.lastHandledRotateAt,
    reportBlocked: metadata.annotations?.[reportBlockedAnnotation],
    lastHandledReport: status?.lastHandledReport,
    told: new Set((status?.addresses ?? []).filter(({ phase }) => phase === "Serving").map(({ address }) => address)),
    addresses: entries,
    pools,
    formerPools,
    held,
  };
}

function rotationRules({ onBlocked, maxAge, minAge, jitterPercent, windows, maxPerHourPercent }: Rotation): RotationRules {
  return {
    onBlocked,
    maxAge: parseDuration(maxAge),
    minAge: parseDuration(minAge),
    jitterPercent,
    windows: windows.map(({ cron, duration, timeZone }) => ({ cron, duration: parseDuration(duration), timeZone })),
    maxPerHourPercent,
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
    rotation: { onBlocked: false, maxAge: millis(0), minAge: millis(0), jitterPercent: 0, windows: [], maxPerHourPercent: 1 },
    audience: [],
    outage: { percent: 100, within: millis(0) },
    drain: { scheduled: millis(0), blocked: millis(0) },
    dnsTtl: millis(0),
    rotateAt: undefined,
    lastHandledRotateAt: undefined,
    reportBlocked: undefined,
    lastHandledReport: undefined,
    told: new Set(),
    addresses: entries,
    pools: [],
    formerPools,
    held: HeldAddresses.of([]),
  };
}

/** When the newest of these entries went into its phase. */
export function latestChange(entries: readonly AddressView[]): Instant {
  return instant(Math.max(0, ...entries.map(({ phaseSince }) => phaseSince)));
}
