import type { Millis } from "../values/time.ts";
import type { AddressPool } from "../api/address-pool.ts";
import type { Parsed } from "../api/parse.ts";
import { memoizeWeakly } from "../values/memoize.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { type IpRange, parseRange } from "../values/ip.ts";
import { type LabelSelector, matchesSelector } from "../values/label-selector.ts";
import { parseDuration } from "../values/time.ts";

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
  readonly quarantine: {
    readonly blocked: Millis;
    readonly retired: Millis;
    readonly unusable: Millis;
  };
  /** Why the fleet may not claim from this pool at all; undefined when it may. */
  readonly refusal: string | undefined;
  /** How many more of its addresses the fleet's namespace may take; undefined without a limit. */
  readonly room: number | undefined;
}

/** The pool as a fleet of this namespace may use it, or why it may not. */
export function poolView(
  name: string,
  parsed: Parsed<AddressPool> | undefined,
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  heldByNamespace: number,
  supported: ReadonlySet<string>,
): PoolView {
  const unusable = (refusal: string): PoolView => ({
    name,
    ranges: [],
    assigned: false,
    avoidPrefix: { ipv4: 32, ipv6: 128 },
    reserve: 0,
    quarantine: defaultQuarantine,
    refusal,
    room: undefined,
  });
  if (parsed === undefined)
    return unusable(
      `pool ${name} does not exist: create the AddressPool, or correct spec.addresses.pools`,
    );
  if (!parsed.ok) return unusable(`pool ${name} can't be used: ${parsed.problem}`);
  const { spec } = parsed.value;
  const quarantine = {
    blocked: parseDuration(spec.quarantine.blocked),
    retired: parseDuration(spec.quarantine.retired),
    unusable: parseDuration(spec.quarantine.unusable),
  };
  const ranges = poolRanges(spec);
  if (typeof ranges === "string") return unusable(`pool ${name} can't be used: ${ranges}`);
  const refusal = refusalOf(name, spec, namespace, heldByNamespace, supported);
  const room = spec.perNamespace > 0 ? spec.perNamespace - heldByNamespace : undefined;
  const assigned = spec.provider === "Assigned";
  return {
    name,
    ranges,
    assigned,
    avoidPrefix: spec.avoidPrefix,
    reserve: spec.reserve,
    quarantine,
    refusal,
    room,
  };
}

const defaultQuarantine = {
  blocked: parseDuration("720h"),
  retired: parseDuration("168h"),
  unusable: parseDuration("1h"),
};

function refusalOf(
  name: string,
  spec: AddressPool["spec"],
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  heldByNamespace: number,
  supported: ReadonlySet<string>,
): string | undefined {
  if (!supported.has(spec.provider))
    return `pool ${name} has the provider ${spec.provider}, which this version can't use yet: use one of ${[...supported].join(", ")}`;
  const selector: LabelSelector | undefined = spec.namespaceSelector;
  if (selector !== undefined && !matchesSelector(selector, namespace.labels)) {
    return `pool ${name} is not for namespace ${namespace.name}: its spec.namespaceSelector does not match the namespace's labels`;
  }
  if (spec.perNamespace > 0 && heldByNamespace >= spec.perNamespace) {
    return `pool ${name} gives a namespace at most ${spec.perNamespace} addresses (spec.perNamespace), and ${namespace.name} holds ${heldByNamespace}`;
  }
  return undefined;
}

/** The pool's ranges, those of its named addresses included, or what is wrong with them. */
export function poolRanges(
  spec: Pick<AddressPool["spec"], "addresses" | "named">,
): readonly IpRange[] | string {
  return readRanges(spec).result;
}

const readRanges = memoizeWeakly((spec: Pick<AddressPool["spec"], "addresses" | "named">) => ({
  result: rangesOrFault(spec),
}));

function rangesOrFault(
  spec: Pick<AddressPool["spec"], "addresses" | "named">,
): readonly IpRange[] | string {
  try {
    return [...spec.addresses, ...spec.named.map(({ address }) => address)].map(parseRange);
  } catch (error) {
    if (error instanceof ProxyfleetError) return `spec.addresses: ${error.message}`;
    throw error;
  }
}
