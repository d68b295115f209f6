import { type AddressPool } from "../api/address-pool.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import { poolRanges } from "../pool/view.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { countAddresses, formatIp, mergeRanges } from "../values/ip.ts";
import type { OwnPolicy } from "./policies/policy.ts";
import type { Hosting } from "./world/networks.ts";

/** A fleet or its pools can't be simulated: the message says why. */
export class OwnSetupError extends ProxyfleetError {}

/** A fleet of somebody's own, as runs are set up with it. */
export interface OwnSetup {
  readonly policy: OwnPolicy;
  readonly groups: number;
  readonly addresses: number;
  readonly ownHostings: readonly Hosting[];
}

/**
 * Takes a fleet with its pools: its own rules of rotation and reachability, its own addresses. All
 * of the pools' addresses count as free: what others hold of them is not known here.
 * @throws OwnSetupError where it has no pool, or one that names no IPv4 addresses
 */
export function ownSetup(fleet: WhatsAppProxy, pools: readonly AddressPool[]): OwnSetup {
  const { rotation, reachability, addresses } = fleet.spec;
  const own = addresses.pools.map(({ name }) => {
    const pool = pools.find(({ metadata }) => metadata.name === name);
    if (pool === undefined)
      throw new OwnSetupError(
        `AddressPool ${name} is missing: name it among the files, or make it`,
      );
    return pool;
  });
  const [first] = own;
  if (first === undefined) throw new OwnSetupError("the fleet names no pool");
  const ownHostings = own.map(hostingOf);
  const { quarantine, avoidPrefix, reserve } = first.spec;
  return {
    policy: {
      kind: "ours",
      name: fleet.metadata.name,
      about: "this fleet with its own pools",
      fleet: { rotation, reachability },
      pool: { quarantine, avoidPrefix, reserve },
    },
    groups: addresses.count,
    addresses: ownHostings.reduce((sum, { count }) => sum + count, 0),
    ownHostings,
  };
}

/** Addresses that are given by name may lie anywhere; those of one /16 count as one hosting provider's. */
function hostingOf({ metadata, spec }: AddressPool): Hosting & { readonly count: number } {
  const ranges = poolRanges(spec);
  if (typeof ranges === "string") throw new OwnSetupError(ranges);
  const distinct = mergeRanges(ranges);
  if (distinct.length === 0 || distinct.some(({ family }) => family !== 4))
    throw new OwnSetupError(
      `AddressPool ${metadata.name}: only pools that list IPv4 addresses can be simulated`,
    );
  const networks = distinct.map(
    ({ first }) => `${formatIp({ family: 4, value: (first >> 16n) << 16n })}/16`,
  );
  return {
    pool: metadata.name,
    addresses: distinct.map(
      ({ first, last }) =>
        `${formatIp({ family: 4, value: first })}-${formatIp({ family: 4, value: last })}`,
    ),
    networks: [...new Set(networks)],
    count: Number(countAddresses(distinct)),
  };
}
