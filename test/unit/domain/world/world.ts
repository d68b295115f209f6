import { ledgerName } from "../../../../src/domain/ip.ts";
import { goneFleet } from "../../../../src/domain/fleet-view.ts";
import { type Instant, seconds } from "../../../../src/domain/time.ts";
import type { AddressView, FleetView, PoolView, Random } from "../../../../src/domain/views.ts";
import { isBurnt } from "../../../../src/domain/reachability.ts";
import { fleet, held, noon, pool, seeded } from "../build.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A ledger entry as the API server would hold it. */
export interface Entry extends Mutable<Omit<AddressView, "phase">> {
  readonly address: string;
  /** Absent until the address controller has looked at it. */
  phase: AddressView["phase"] | undefined;
  /** The fleet that claimed it. */
  readonly owner: number;
  readonly because: string;
  /** Changes with every write, as a resourceVersion does. */
  version: number;
}

export interface Fleet {
  readonly uid: number;
  count: number;
  paused: boolean;
  deleting: boolean;
  readonly maxConcurrent: number;
  rotateAt: string | undefined;
  lastHandledRotateAt: string | undefined;
}

/** All that exists: the objects of the API server, the load balancer, and what the test remembers. */
export interface World {
  now: Instant;
  readonly random: Random;
  readonly pools: readonly PoolView[];
  fleet: Fleet | undefined;
  readonly entries: Map<string, Entry>;
  readonly services: Map<string, { ip: string | undefined; terminating: boolean }>;
  /** The lanes that are open in the pods, and for which entry. */
  lanes: Map<number, string>;
  provider: "works" | "silent" | "broken";
  readonly broken: Set<string>;
  versions: number;
  fleets: number;
  /** Writes of the controllers so far. */
  writes: number;
  /** Requests (fleet, text, slot) whose address was published. */
  readonly served: Set<string>;
}

/** A world with one new fleet, in which drains and quarantines are short. A tight pool runs dry now and then. */
export function emptyWorld(seed: number, size: "roomy" | "tight"): World {
  const quarantine = { blocked: seconds(120), retired: seconds(60), unusable: seconds(30) };
  const ranges = [size === "roomy" ? "203.0.113.0/27" : "203.0.113.0/30"];
  const world: World = {
    now: noon,
    random: seeded(seed),
    pools: [pool({ ranges, quarantine, reserve: size === "roomy" ? 2 : 0 })],
    fleet: undefined,
    entries: new Map(),
    services: new Map(),
    lanes: new Map(),
    provider: "works",
    broken: new Set(),
    versions: 0,
    fleets: 0,
    writes: 0,
    served: new Set(),
  };
  createFleet(world);
  return world;
}

/** A person applies the fleet, for the first time or again. */
export function createFleet(world: World): void {
  if (world.fleet !== undefined) return;
  world.fleet = {
    uid: ++world.fleets,
    count: 2,
    paused: false,
    deleting: false,
    maxConcurrent: 1,
    rotateAt: undefined,
    lastHandledRotateAt: undefined,
  };
}

/** What the fleet controller sees at one moment. */
export interface Sight {
  readonly live: FleetView | undefined;
  /** Entries of fleets that are no more. */
  readonly orphans: FleetView;
  readonly uid: number | undefined;
  readonly versions: ReadonlyMap<string, number>;
}

/** Looks at the fleet and its ledger, as of now. */
export function look(world: World): Sight {
  const views = [...world.entries.values()].map((entry) => ({ owner: entry.owner, view: viewOf(entry) }));
  const uid = world.fleet?.uid;
  return {
    live: world.fleet === undefined ? undefined : liveView(world, world.fleet, views),
    orphans: goneFleet(
      "proxies",
      "family",
      views.filter(({ owner }) => owner !== uid).map(({ view }) => view),
      world.pools,
    ),
    uid,
    versions: new Map([...world.entries].map(([name, { version }]) => [name, version])),
  };
}

/** An old sight, but with what a person asks for now: late are the ledger and the last status. */
export function withFreshSpec(world: World, sight: Sight): Sight {
  if (world.fleet === undefined || sight.live === undefined || world.fleet.uid !== sight.uid) return sight;
  const { count, paused, deleting, rotateAt } = world.fleet;
  return { ...sight, live: { ...sight.live, count, paused, deleting, rotateAt } };
}

function liveView(world: World, { uid, ...spec }: Fleet, views: readonly { owner: number; view: AddressView }[]): FleetView {
  return fleet({
    ...spec,
    addresses: views.filter(({ owner }) => owner === uid).map(({ view }) => view),
    held: views.flatMap(({ view }) => heldView(view)),
    pools: world.pools,
    drain: { scheduled: seconds(40), blocked: seconds(20) },
    dnsTtl: seconds(10),
  });
}

function heldView({ address, pool, want, quarantineUntil, ...rest }: AddressView): FleetView["held"] {
  if (address === undefined) return [];
  return held([address], { pool, resting: want === "Quarantine", until: quarantineUntil, burnt: isBurnt(rest) });
}

function viewOf({ owner: _owner, because: _because, version: _version, ...entry }: Entry): AddressView {
  return { ...entry, phase: entry.phase ?? "Provisioning" };
}

/** The entry's name tells its address, so that nobody can hold one twice. */
export function isWellNamed({ name, address }: Entry): boolean {
  return name === ledgerName(address);
}
