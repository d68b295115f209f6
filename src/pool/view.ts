// pool: where addresses come from. It chooses free addresses, knows how each provider is asked for
// one, and counts. This file is how decisions see an AddressPool.

import type { Millis } from "../values/time.ts";
import { type AddressPool, defaultQuarantine } from "../api/address-pool.ts";
import type { Parsed } from "../api/parse.ts";
import { memoizeWeakly } from "../values/memoize.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { type IpRange, parseRange } from "../values/ip.ts";
import { matchesSelector } from "../values/label-selector.ts";
import { parseDuration } from "../values/time.ts";

/** How long an address stays in quarantine. */
export interface QuarantineTimes {
  readonly blocked: Millis;
  readonly retired: Millis;
  readonly unusable: Millis;
}

/** A pool that the fleet names. */
export interface PoolView {
  readonly name: string;
  readonly ranges: readonly IpRange[];
  /**
   * The provider gives what it gives: it can't be asked for an address, and nobody knows how many
   * it has.
   */
  readonly assigned: boolean;
  /** How near to a blocked address is too near, while anything else is free: prefix lengths. */
  readonly avoidPrefix: { readonly ipv4: number; readonly ipv6: number };
  readonly reserve: number;
  readonly quarantine: QuarantineTimes;
  /** There is no such pool. */
  readonly isMissing?: true;
  /** Why the fleet may not claim from this pool at all; undefined where it may. */
  readonly refusal: string | undefined;
  /** How many more of its addresses the fleet's namespace may take; undefined without a limit. */
  readonly room: number | undefined;
}

/** Whoever wants addresses of a pool, and what this version can do. */
export interface PoolClaimant {
  readonly namespace: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** How many of the pool's addresses the namespace holds, its quarantined ones included. */
  readonly held: number;
  /** Providers that this version can use. */
  readonly supported: ReadonlySet<string>;
}

/** How long an address stays in quarantine where its pool does not say, or is gone. */
export const defaultQuarantineTimes = quarantineTimes(defaultQuarantine);

/** The pool as a fleet of this namespace may use it, or why it may not. */
export function poolView(
  name: string,
  parsed: Parsed<AddressPool> | undefined,
  claimant: PoolClaimant,
): PoolView {
  if (parsed === undefined)
    return {
      ...unusable(
        name,
        `pool ${name} does not exist: create the AddressPool, or correct spec.addresses.pools`,
      ),
      isMissing: true,
    };
  if (!parsed.ok) return unusable(name, `pool ${name} can't be used: ${parsed.problem}`);
  const { spec } = parsed.value;
  const ranges = poolRanges(spec);
  if (typeof ranges === "string") return unusable(name, `pool ${name} can't be used: ${ranges}`);
  return {
    name,
    ranges,
    assigned: spec.provider === "Assigned",
    avoidPrefix: spec.avoidPrefix,
    reserve: spec.reserve,
    quarantine: quarantineTimes(spec.quarantine),
    refusal: deletionOf(parsed.value) ?? refusalOf(name, spec, claimant),
    room: spec.perNamespace > 0 ? spec.perNamespace - claimant.held : undefined,
  };
}

function unusable(name: string, refusal: string): PoolView {
  return {
    name,
    ranges: [],
    assigned: false,
    avoidPrefix: { ipv4: 32, ipv6: 128 },
    reserve: 0,
    quarantine: defaultQuarantineTimes,
    refusal,
    room: undefined,
  };
}

/** How long addresses of a pool rest, as its spec says. @throws DurationError */
export function quarantineTimes({
  blocked,
  retired,
  unusable,
}: AddressPool["spec"]["quarantine"]): QuarantineTimes {
  return {
    blocked: parseDuration(blocked),
    retired: parseDuration(retired),
    unusable: parseDuration(unusable),
  };
}

function deletionOf({ metadata }: AddressPool): string | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  return `pool ${metadata.name} is being deleted, and gives no new addresses: name another pool in spec.addresses.pools`;
}

function refusalOf(
  name: string,
  { provider, namespaceSelector, perNamespace }: AddressPool["spec"],
  { namespace, held, supported }: PoolClaimant,
): string | undefined {
  if (!supported.has(provider))
    return `pool ${name} has the provider ${provider}, which this version can't use yet: use one of ${[...supported].join(", ")}`;
  if (namespaceSelector !== undefined && !matchesSelector(namespaceSelector, namespace.labels))
    return `pool ${name} is not for namespace ${namespace.name}: its spec.namespaceSelector does not match the namespace's labels`;
  if (perNamespace > 0 && held >= perNamespace)
    return `pool ${name} gives a namespace at most ${perNamespace} addresses (spec.perNamespace), and ${namespace.name} holds ${held}`;
  return undefined;
}

type PoolAddresses = Pick<AddressPool["spec"], "addresses" | "named">;

/** The pool's ranges, those of its named addresses included, or what is wrong with them. */
export function poolRanges(spec: PoolAddresses): readonly IpRange[] | string {
  return readRanges(spec).result;
}

const readRanges = memoizeWeakly((spec: PoolAddresses) => ({ result: rangesOrFault(spec) }));

function rangesOrFault(spec: PoolAddresses): readonly IpRange[] | string {
  try {
    return [...spec.addresses, ...spec.named.map(({ address }) => address)].map(parseRange);
  } catch (error) {
    if (error instanceof ProxyfleetError) return `spec.addresses: ${error.message}`;
    throw error;
  }
}
