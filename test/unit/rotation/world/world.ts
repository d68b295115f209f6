import type { Provider } from "../../../../src/pool/provider.ts";
import { type FleetView, goneFleet } from "../../../../src/rotation/fleet-view.ts";
import type { PoolView } from "../../../../src/pool/view.ts";
import type { Random } from "../../../../src/values/random.ts";
import { ledgerName } from "../../../../src/ledger/name.ts";
import { type Instant, seconds } from "../../../../src/values/time.ts";
import type { AddressView, HeldAddress } from "../../../../src/ledger/view.ts";
import { isBurnt } from "../../../../src/rotation/outage.ts";
import { fleet, held, noon, pool, rules, seeded } from "../build.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A ledger entry as the API server would hold it. */
export interface Entry extends Mutable<Omit<AddressView, "phase" | "address">> {
  /** Empty until a provider that can't be asked has given one. */
  address: string;
  /** Absent until the address controller has looked at it. */
  phase: AddressView["phase"] | undefined;
  /** The fleet that claimed it. */
  readonly owner: number;
  readonly because: string;
  /**
   * It came out of a backup: of those, an old and a new one of a slot may both be in the making
   * anew.
   */
  restored?: boolean;
  /** Changes with every write, as a resourceVersion does. */
  version: number;
}

export interface Fleet {
  readonly uid: number;
  count: number;
  paused: boolean;
  deleting: boolean;
  readonly maxConcurrent: number;
  rotation: FleetView["rotation"];
  rotateAt: string | undefined;
  lastHandledRotateAt: string | undefined;
  reportBlocked: string | undefined;
  lastHandledReport: string | undefined;
  /** Addresses that its status tells people to use. */
  announced: ReadonlySet<string>;
}

/**
 * What the load balancer is like, as its row in the capability table says: whether it gives the
 * address that it is asked for or one of a few of its own, whether it gives a freed one again at
 * once, and whether its Services show a name that resolves later, and not always.
 */
export type Capability = Pick<Provider, "asks" | "handsBackTheLast" | "statusIsHostName">;

/** A Service as its load balancer made it. */
export interface LiveService {
  ip: string | undefined;
  /** Where a name stands in the status: whether it resolves now. */
  resolves: boolean;
  terminating: boolean;
}

/**
 * All that exists: the objects of the API server, the load balancer, and what the test remembers.
 */
export interface World {
  now: Instant;
  readonly random: Random;
  readonly pools: readonly PoolView[];
  fleet: Fleet | undefined;
  readonly entries: Map<string, Entry>;
  readonly services: Map<string, LiveService>;
  /** The lanes that are open in the pods, and for which entry. */
  lanes: Map<number, string>;
  readonly capability: Capability;
  provider: "works" | "silent" | "broken";
  readonly broken: Set<string>;
  versions: number;
  fleets: number;
  /** Writes of the controllers so far. */
  writes: number;
  /** Requests (fleet, text, slot) whose address was published. */
  readonly served: Set<string>;
  /**
   * Moves by age: when each was claimed, by ledger entry. One that came to nothing, or that a
   * person forgot, is taken out.
   */
  readonly movesByAge: Map<string, Instant>;
}

/** As MetalLB. */
const asked: Capability = { asks: "address", handsBackTheLast: true, statusIsHostName: false };

/**
 * A world with one new fleet, in which drains and quarantines are short. A tight pool runs dry now
 * and then.
 */
export function emptyWorld(
  seed: number,
  size: "roomy" | "tight",
  capability: Capability = asked,
): World {
  const quarantine = { blocked: seconds(120), retired: seconds(60), unusable: seconds(30) };
  const tight = ["203.0.113.0/30", "198.51.100.0/31"];
  const isAssigned = capability.asks === "nothing";
  const ranges = isAssigned
    ? []
    : size === "roomy"
      ? ["203.0.113.0/27", "198.51.100.0/29", "192.0.2.0/29"]
      : tight;
  const avoidPrefix = { ipv4: 24, ipv6: 48 };
  const reserve = size === "roomy" ? 2 : 0;
  const world: World = {
    now: noon,
    random: seeded(seed),
    pools: [pool({ ranges, quarantine, avoidPrefix, reserve, assigned: isAssigned })],
    capability,
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
    movesByAge: new Map(),
  };
  createFleet(world);
  return world;
}

/** Slots move by age after some minutes. */
const youngAndOften = rules({
  maxAge: seconds(300),
  minAge: seconds(60),
  jitterPercent: 30,
  maxPerHourPercent: 60,
});

/** A person applies the fleet, for the first time or again. */
export function createFleet(world: World): void {
  if (world.fleet !== undefined) return;
  world.fleet = {
    uid: ++world.fleets,
    count: 2,
    paused: false,
    deleting: false,
    maxConcurrent: 1,
    rotation: youngAndOften,
    rotateAt: undefined,
    lastHandledRotateAt: undefined,
    reportBlocked: undefined,
    lastHandledReport: undefined,
    announced: new Set(),
  };
}

/**
 * A person restores a backup elsewhere: specs and annotations are as they were, but every status is
 * lost, the fleet has another uid, and nothing of its pods and Services is there.
 */
export function restore(world: World): void {
  const { fleet } = world;
  if (fleet === undefined || fleet.deleting) return;
  world.fleet = {
    ...fleet,
    uid: ++world.fleets,
    lastHandledRotateAt: undefined,
    lastHandledReport: undefined,
    announced: new Set(),
  };
  world.services.clear();
  world.lanes = new Map();
  for (const entry of world.entries.values()) {
    if (entry.deleting) {
      world.entries.delete(entry.name);
      world.services.delete(entry.name);
    }
    if (entry.want !== "Serve" && entry.drainUntil !== undefined)
      world.served.add(requestKey(world.fleet.uid, entry.requestedAt, entry.slot));
    const version = ++world.versions;
    const blank = {
      phase: undefined,
      unusable: false,
      lost: undefined,
      repeat: false,
      reachability: [],
    };
    Object.assign(entry, blank, {
      phaseSince: world.now,
      createdAt: world.now,
      restored: true,
      version,
    });
  }
}

/** By what a published address of a request is remembered. */
export function requestKey(fleet: number, text: string | undefined, slot: number): string {
  return `${fleet} ${text ?? ""} ${slot}`;
}

/** Whether an entry belongs to the fleet that exists now. */
export function isOwn(
  { owner, want }: Pick<Entry, "owner" | "want">,
  uid: number | undefined,
): boolean {
  return uid !== undefined && (owner === uid || want !== "Quarantine");
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
  const views = [...world.entries.values()].map((entry) => ({
    owner: entry.owner,
    view: viewOf(entry),
  }));
  const uid = world.fleet?.uid;
  return {
    live: world.fleet === undefined ? undefined : liveView(world, world.fleet, views),
    orphans: goneFleet(
      "proxies",
      "family",
      views
        .filter(({ owner, view }) => !isOwn({ owner, want: view.want }, uid))
        .map(({ view }) => view),
      world.pools,
    ),
    uid,
    versions: new Map([...world.entries].map(([name, { version }]) => [name, version])),
  };
}

/** An old sight, but with what a person asks for now: late are the ledger and the last status. */
export function withFreshSpec(world: World, sight: Sight): Sight {
  if (world.fleet === undefined || sight.live === undefined || world.fleet.uid !== sight.uid)
    return sight;
  const { count, paused, deleting, rotateAt, reportBlocked } = world.fleet;
  return { ...sight, live: { ...sight.live, count, paused, deleting, rotateAt, reportBlocked } };
}

function liveView(
  world: World,
  { uid, ...spec }: Fleet,
  views: readonly { owner: number; view: AddressView }[],
): FleetView {
  return fleet({
    ...spec,
    addresses: views
      .filter(({ owner, view }) => isOwn({ owner, want: view.want }, uid))
      .map(({ view }) => view),
    held: views.flatMap(({ view }) => heldView(view)),
    pools: world.pools,
    drain: { scheduled: seconds(40), blocked: seconds(20) },
    dnsTtl: seconds(10),
  });
}

function heldView({ address, pool, want, quarantineUntil, ...rest }: AddressView): HeldAddress[] {
  if (address === undefined) return [];
  return held([address], {
    pool,
    quarantined: want === "Quarantine",
    until: quarantineUntil,
    burnt: isBurnt(rest),
  });
}

function viewOf({
  owner: _owner,
  because: _because,
  version: _version,
  restored: _restored,
  ...entry
}: Entry): AddressView {
  const address = entry.address === "" ? undefined : entry.address;
  const repeat = entry.repeat || entry.retiredBecause === "Repeat";
  return { ...entry, address, repeat, phase: entry.phase ?? "Provisioning" };
}

/**
 * The entry's name tells its address, so that nobody can hold one twice; where the provider gives
 * what it gives, it can't.
 */
export function isWellNamed({ capability }: World, { name, address }: Entry): boolean {
  return capability.asks === "nothing" || name === ledgerName(address);
}
