import type { WhatsAppProxy } from "../api/fleet.ts";
import { reportBlockedAnnotation, rotateAtAnnotation } from "../api/names.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import type { AddressView } from "../ledger/view.ts";
import type { PoolView } from "../pool/view.ts";
import type { MoveHold } from "../reachability/move-hold.ts";
import {
  type Instant,
  type Millis,
  instant,
  millis,
  parseDuration,
  seconds,
} from "../values/time.ts";
import type { RotationWindow } from "./windows.ts";

type Rotation = WhatsAppProxy["spec"]["rotation"];

/** When slots move by themselves. */
export interface RotationRules {
  readonly onBlocked: boolean;
  /** Also where one port alone is blocked, and another works. */
  readonly onPortBlocked: boolean;
  /** Zero: never by age. */
  readonly maxAge: Millis;
  readonly minAge: Millis;
  readonly jitterPercent: number;
  /** None: at any time. */
  readonly windows: readonly RotationWindow[];
  readonly maxPerHourPercent: number;
}

/**
 * Whether people may still be sent to an address by its slot's DNS name: the name gives it, or lacks
 * the address that it should give; nobody could say; or all resolvers have given another one since
 * then.
 */
export type NameUse =
  | { readonly kind: "given" }
  | { readonly kind: "unknown" }
  | { readonly kind: "left"; readonly since: Instant };

/** All that the rotation of one fleet is decided from, but time and chance. */
export interface FleetView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly count: number;
  readonly paused: boolean;
  readonly deleting: boolean;
  readonly maxConcurrent: number;
  readonly rotation: RotationRules;
  /** Countries whose verdicts count; none: every country. */
  readonly audience: readonly string[];
  /** What holds its blocked slots, by country, counted over all fleets. */
  readonly holds: readonly MoveHold[];
  readonly drain: { readonly scheduled: Millis; readonly blocked: Millis };
  /** Resolvers may hand out an old address this long; zero without DNS. */
  readonly dnsTtl: Millis;
  /** By the names of ledger entries; those of slots whose DNS name nobody publishes are missing. */
  readonly nameUse?: ReadonlyMap<string, NameUse>;
  readonly rotateAt: string | undefined;
  readonly lastHandledRotateAt: string | undefined;
  readonly reportBlocked: string | undefined;
  readonly lastHandledReport: string | undefined;
  /** Addresses that the fleet's status publishes at present. */
  readonly announced: ReadonlySet<string>;
  /** The fleet's own ledger entries, quarantined ones included. */
  readonly addresses: readonly AddressView[];
  /**
   * Entries of an earlier fleet of that name. They end, but until they are dark their Services lead
   * to the lanes of this fleet's pods.
   */
  readonly former?: readonly AddressView[];
  /** The fleet's pools in order of preference. */
  readonly pools: readonly PoolView[];
  /** Pools that its entries came from, but that it names no more: nothing is claimed from them. */
  readonly formerPools: readonly PoolView[];
  /** Every address that the whole ledger holds. */
  readonly held: HeldAddresses;
  /** Lanes of entries that can't be read: nobody knows whether they serve. */
  readonly doubtfulLanes?: readonly number[];
  /** The time may be wrong: no slot moves by age, and no drain ends by time. */
  readonly clocksDiffer?: boolean;
}

export interface FleetViewInput {
  readonly fleet: WhatsAppProxy;
  readonly entries: readonly AddressView[];
  readonly former?: readonly AddressView[];
  readonly pools: readonly PoolView[];
  readonly formerPools: readonly PoolView[];
  readonly held: HeldAddresses;
  readonly doubtfulLanes?: readonly number[];
  readonly clocksDiffer?: boolean;
  readonly holds?: readonly MoveHold[];
  readonly nameUse?: ReadonlyMap<string, NameUse>;
}

/** A fleet as decisions see it. */
export function fleetView(input: FleetViewInput): FleetView {
  const { fleet, entries, pools, formerPools, held } = input;
  const { doubtfulLanes = [], clocksDiffer = false, holds = [], nameUse = new Map() } = input;
  const { former = [] } = input;
  const { metadata, spec, status } = fleet;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    count: spec.addresses.count,
    paused: spec.paused,
    deleting: metadata.deletionTimestamp !== undefined,
    maxConcurrent: spec.rotation.maxConcurrent,
    rotation: rotationRules(spec.rotation),
    audience: spec.audience.countries,
    holds,
    drain: {
      scheduled: parseDuration(spec.rotation.drain.scheduled),
      blocked: parseDuration(spec.rotation.drain.blocked),
    },
    dnsTtl: spec.dns === undefined ? millis(0) : seconds(spec.dns.ttl),
    nameUse,
    rotateAt: metadata.annotations?.[rotateAtAnnotation],
    lastHandledRotateAt: status?.lastHandledRotateAt,
    reportBlocked: metadata.annotations?.[reportBlockedAnnotation],
    lastHandledReport: status?.lastHandledReport,
    announced: new Set(
      (status?.addresses ?? [])
        .filter(({ phase }) => phase === "Serving")
        .map(({ address }) => address),
    ),
    addresses: entries,
    former,
    pools,
    formerPools,
    held,
    doubtfulLanes,
    clocksDiffer,
  };
}

function rotationRules({
  onBlocked,
  onPortBlocked,
  maxAge,
  minAge,
  jitterPercent,
  windows,
  maxPerHourPercent,
}: Rotation): RotationRules {
  return {
    onBlocked,
    onPortBlocked,
    maxAge: parseDuration(maxAge),
    minAge: parseDuration(minAge),
    jitterPercent,
    windows: windowsOf({ windows }),
    maxPerHourPercent,
  };
}

/** The times in which what is scheduled may happen to a fleet; none: at any time. */
export function windowsOf({ windows }: Pick<Rotation, "windows">): readonly RotationWindow[] {
  return windows.map(({ cron, duration, timeZone }) => ({
    cron,
    duration: parseDuration(duration),
    timeZone,
  }));
}

/** When the newest of these entries went into its phase. */
export function latestChange(entries: readonly AddressView[]): Instant {
  return instant(Math.max(0, ...entries.map(({ phaseSince }) => phaseSince)));
}

/** All entries whose Services may lead to the lanes of the fleet's pods, whichever fleet made them. */
export function lanesUsedBy({
  addresses,
  former = [],
}: Pick<FleetView, "addresses" | "former">): readonly AddressView[] {
  return [...addresses, ...former];
}
