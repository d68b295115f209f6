import type { FleetView } from "../../../../src/rotation/fleet-view.ts";
import assert from "node:assert/strict";
import { type AddressSituation, decideAddress } from "../../../../src/address/phase.ts";
import type { Claim } from "../../../../src/rotation/claim.ts";
import { type RotationPlan, planRotation } from "../../../../src/rotation/plan.ts";
import type { Retirement } from "../../../../src/rotation/retire.ts";
import { compareAfter, judge } from "../../../../src/address/verification.ts";
import { type IpRange, formatIp } from "../../../../src/values/ip.ts";
import { laneUsers } from "../../../../src/ledger/lane-use.ts";
import { suspectedOutage } from "../../../../src/rotation/outage.ts";
import { slotsOf } from "../../../../src/rotation/slots.ts";
import { hours, since } from "../../../../src/values/time.ts";
import { isInMaking, publishedAddress } from "../../../../src/ledger/view.ts";
import { bankSize } from "../../../../src/ledger/lanes.ts";
import {
  type Entry,
  type LiveService,
  type Sight,
  type World,
  isOwn,
  look,
  requestKey,
} from "./world.ts";
import { Conflict, type Life, write } from "./writes.ts";

/**
 * One run of the fleet controller on what it saw, with the guards that the API server gives:
 * versions, and names that are taken.
 */
export function runFleet(world: World, sight: Sight, life: Life): void {
  const { live, orphans } = sight;
  const ofOrphans = planRotation(orphans, {
    bank: 0,
    now: world.now,
    random: world.random,
  }).retirements;
  for (const step of ofOrphans) retire(world, sight, step, life);
  if (live === undefined || world.fleet?.uid !== sight.uid) return;
  if (live.deleting && live.addresses.every(({ phase }) => phase === "Quarantined"))
    return write(world, life, () => {
      world.fleet = undefined;
      world.lanes = new Map();
    });
  const open = laneUsers(live.addresses, world.now);
  const plan = planRotation(live, {
    bank: bankSize(live.count, open.at(-1)?.lane),
    now: world.now,
    random: world.random,
  });
  openLanes(world, new Map(open.map(({ lane, name }) => [lane, name])), life);
  for (const step of plan.retirements) retire(world, sight, step, life);
  if (plan.claims.length > 0 && [...world.entries.keys()].some((name) => !sight.versions.has(name)))
    throw new Conflict();
  for (const claim of plan.claims) create(world, sight, claim, life);
  writeVerdict(world, sight, plan, life);
  tell(world, live, plan, life);
}

function writeVerdict(world: World, sight: Sight, { report }: RotationPlan, life: Life): void {
  if (report.kind !== "verdict") return;
  const entry = world.entries.get(report.entry);
  if (entry === undefined || entry.version !== sight.versions.get(report.entry))
    throw new Conflict();
  const verdict = { country: report.country, verdict: "Blocked" as const, since: world.now };
  write(world, life, () =>
    Object.assign(entry, { reachability: [verdict], version: ++world.versions }),
  );
}

function openLanes(world: World, wanted: Map<number, string>, life: Life): void {
  const isSame =
    wanted.size === world.lanes.size &&
    [...wanted].every(([lane, name]) => world.lanes.get(lane) === name);
  if (!isSame) write(world, life, () => (world.lanes = wanted));
}

function retire(world: World, sight: Sight, step: Retirement, life: Life): void {
  const entry = world.entries.get(step.name);
  if (entry === undefined || entry.version !== sight.versions.get(step.name)) throw new Conflict();
  write(world, life, () => {
    entry.want = step.kind === "drain" ? "Drain" : "Quarantine";
    if (step.kind === "drain") entry.drainUntil = step.until;
    else entry.quarantineUntil = step.until;
    entry.retiredBecause = step.because;
    if (entry.want === "Quarantine" && entry.drainUntil === undefined)
      world.movesByAge.delete(entry.name);
    entry.version = ++world.versions;
  });
}

function create(world: World, sight: Sight, claim: Claim, life: Life): void {
  const { name, pool, address = "", slot, lane, ordinal, cause, requestedAt, because } = claim;
  if (world.entries.has(name)) throw new Conflict();
  const owner = sight.uid ?? 0;
  if (because.startsWith("asked by hand"))
    assert.ok(
      !world.served.has(requestKey(owner, requestedAt, slot)),
      `slot ${slot} answers "${requestedAt}" for the second time`,
    );
  const untold = {
    drainUntil: undefined,
    quarantineUntil: undefined,
    retiredBecause: undefined,
    sessions: undefined,
  };
  const fresh = {
    want: "Serve",
    phase: undefined,
    phaseSince: world.now,
    createdAt: world.now,
    deleting: false,
    unusable: false,
  } as const;
  checkClaim(world, sight, claim);
  const unseen = { lost: undefined, repeat: false, reachability: [] };
  write(world, life, () => {
    const version = ++world.versions;
    if (cause === "Age") world.movesByAge.set(name, world.now);
    world.entries.set(name, {
      name,
      pool,
      address,
      slot,
      lane,
      ordinal,
      cause,
      requestedAt,
      because,
      owner,
      version,
      ...untold,
      ...fresh,
      ...unseen,
    });
  });
}

/**
 * Budgets hold, an outage moves nothing, and nothing is taken beside a blocked address while
 * anything else is free.
 */
function checkClaim(
  world: World,
  { live, versions }: Sight,
  { slot, name, cause, address, because }: Claim,
): void {
  if (live === undefined) return;
  assert.ok(!versions.has(name), `${name} is held already`);
  const isDeleted = because.includes("was deleted");
  if (cause !== "NewSlot") {
    const rotating = slotsOf(live).filter(
      ({ addresses, published }) => published !== undefined && addresses.some(isInMaking),
    );
    assert.ok(
      rotating.length < live.maxConcurrent,
      `slot ${slot} moves while ${rotating.length} others do`,
    );
    assert.ok(
      isDeleted || suspectedOutage(live, slotsOf(live)) === undefined,
      `slot ${slot} moves during an outage`,
    );
  }
  if (cause === "Age") {
    const recent = [...world.movesByAge.values()].filter(
      (at) => since(at, world.now) < hours(1),
    ).length;
    assert.ok(
      recent < Math.max(1, Math.floor(live.count * 0.6)),
      `${recent} moves by age within an hour, and one more`,
    );
  }
  if (address !== undefined) checkNeighbours(world, live, address);
}

function checkNeighbours(world: World, live: FleetView, address: string): void {
  const burnt = [...live.held].filter((held) => held.burnt);
  const isNear = (ip: string) =>
    burnt.some((held) => ip.startsWith(formatIp(held.ip).replace(/\d+$/, "")));
  if (!isNear(address)) return;
  const claimed = [...world.entries.values()].map((entry) => entry.address);
  const taken = new Set([...claimed, ...[...live.held].map(({ ip }) => formatIp(ip))]);
  const others = live.pools
    .flatMap(({ ranges }) => ranges.flatMap(listed))
    .filter((ip) => !taken.has(ip) && !isNear(ip));
  assert.deepEqual(others, [], `${address} is beside a blocked address although others are free`);
}

function listed({ family, first, last }: IpRange): string[] {
  return Array.from({ length: Number(last - first) + 1 }, (_, index) =>
    formatIp({ family, value: first + BigInt(index) }),
  );
}

/**
 * The fleet's status: which addresses are published, and what was asked and is answered.
 */
function tell(world: World, live: FleetView, { answered, report }: RotationPlan, life: Life): void {
  const { fleet } = world;
  if (fleet === undefined) return;
  const slots = Array.from({ length: live.count }, (_, slot) => slot);
  const announced = new Set(
    slots.flatMap((slot) => publishedAddress(live.addresses, slot)?.address ?? []),
  );
  if (live.announced !== fleet.announced) throw new Conflict();
  if ([...announced].join() !== [...fleet.announced].join())
    write(world, life, () => (fleet.announced = announced));
  if (
    (report.kind === "answered" || report.kind === "refused") &&
    fleet.lastHandledReport !== report.text
  )
    write(world, life, () => (fleet.lastHandledReport = report.text));
  if (answered.kind === "none" || fleet.lastHandledRotateAt === answered.text) return;
  if (answered.kind === "slots")
    for (const slot of answered.slots)
      assert.ok(
        world.served.has(requestKey(fleet.uid, answered.text, slot)),
        `"${answered.text}" counts as answered, but slot ${slot} never moved`,
      );
  write(world, life, () => (fleet.lastHandledRotateAt = answered.text));
}

/** One run of the address controller on one entry. */
export function runAddress(world: World, entry: Entry, life: Life): void {
  const situation = situationOf(world, entry);
  const decision = decideAddress(situation, world.now);
  if (decision.entry === "finish")
    return write(world, life, () => {
      if ((entry.quarantineUntil ?? world.now) > world.now) world.movesByAge.delete(entry.name);
      world.entries.delete(entry.name);
    });
  const service = world.services.get(entry.name);
  if (decision.service === "remove" && service?.terminating === false)
    write(world, life, () => (service.terminating = true));
  if (decision.service !== "remove" && situation.obstacle === undefined && service === undefined)
    write(world, life, () =>
      world.services.set(entry.name, { ip: undefined, resolves: false, terminating: false }),
    );
  const { take } = decision;
  if (take !== undefined)
    write(world, life, () => Object.assign(entry, { address: take, version: ++world.versions }));
  const unusable = decision.verified.reason === "Unusable";
  const repeat = decision.verified.reason === "Repeat";
  const lost = lostNow(entry, decision.verified.reason, world);
  if (
    entry.phase !== decision.phase ||
    entry.unusable !== unusable ||
    entry.repeat !== repeat ||
    entry.lost !== lost
  )
    write(world, life, () => {
      if (entry.phase !== decision.phase) entry.phaseSince = world.now;
      Object.assign(entry, {
        phase: decision.phase,
        unusable,
        lost,
        repeat,
        version: ++world.versions,
      });
      const told = decision.phase === "Serving" ? world.fleet : undefined;
      if (told !== undefined) world.served.add(requestKey(told.uid, entry.requestedAt, entry.slot));
    });
  if (decision.entry === "delete" && !entry.deleting)
    write(world, life, () => Object.assign(entry, { deleting: true, version: ++world.versions }));
}

function lostNow({ lost }: Entry, reason: string, { now }: World): Entry["lost"] {
  const balancerHas =
    reason === "AddressChanged" ? "another" : reason === "AddressLost" ? "none" : undefined;
  if (balancerHas === undefined || lost?.balancerHas === balancerHas)
    return balancerHas === undefined ? undefined : lost;
  return { since: lost?.since ?? now, balancerHas };
}

function situationOf(world: World, entry: Entry): AddressSituation {
  const { want, phase, phaseSince, deleting, quarantineUntil } = entry;
  const live = world.services.get(entry.name);
  const given = live?.ip === undefined || !isSeen(world, live) ? [] : [live.ip];
  const hostname =
    world.capability.statusIsHostName && live?.ip !== undefined
      ? `${entry.name}.example.org`
      : undefined;
  const service =
    live === undefined ? undefined : { given, hostname, terminating: live.terminating };
  const canBeAsked = world.capability.asks !== "nothing";
  const address = entry.address === "" ? undefined : entry.address;
  const isRepeat =
    entry.repeat ||
    (address === undefined &&
      given.some((ip) => [...world.entries.values()].some((other) => other.address === ip)));
  const obstacle = obstacleTo(world, entry);
  const isDue =
    want === "Serve" &&
    phase !== "Serving" &&
    obstacle === undefined &&
    address !== undefined &&
    given.includes(address);
  const verdict = isDue ? tryAddress(world, entry) : undefined;
  const verified = undefined;
  return {
    want,
    phase,
    phaseSince,
    deleting,
    quarantineUntil,
    canBeAsked,
    address,
    obstacle,
    service,
    isRepeat,
    verified,
    verdict,
  };
}

function obstacleTo(world: World, entry: Entry): AddressSituation["obstacle"] {
  const missing = { status: "Unknown", message: "" } as const;
  if (!isOwn(entry, world.fleet?.uid)) return { ...missing, reason: "FleetMissing" };
  return entry.repeat || world.lanes.get(entry.lane) === entry.name
    ? undefined
    : { ...missing, reason: "WaitingForLane" };
}

function tryAddress(world: World, entry: Entry): AddressSituation["verdict"] {
  const works = ({ address }: Entry): boolean =>
    world.provider === "works" && !world.broken.has(address);
  const neighbours = [...world.entries.values()].filter(
    ({ name, phase }) => name !== entry.name && phase === "Serving",
  );
  const verifyingSince = entry.phase === "Verifying" ? entry.phaseSince : world.now;
  const compare = since(verifyingSince, world.now) >= compareAfter;
  const problems = works(entry) ? [] : [{ listener: "chat" as const, problem: "no answer in 5 s" }];
  const neighbourWorks = compare ? neighbours.some(works) : undefined;
  return judge(
    entry.address,
    { readyPods: 2, lagging: [], problems, neighbourWorks },
    verifyingSince,
    world.now,
  );
}

function isSeen({ capability }: World, { resolves }: LiveService): boolean {
  return !capability.statusIsHostName || resolves;
}

/**
 * The load balancer sets the address of every Service, and lets go of those that are on their way
 * out. A name resolves some time later.
 */
export function runBalancer(world: World): void {
  for (const [name, service] of world.services) {
    if (service.terminating) world.services.delete(name);
    else if (service.ip !== undefined) service.resolves = world.provider !== "silent";
    else if (world.provider !== "silent") service.ip = given(world, name);
  }
}

/** No load balancer gives an address that another of its Services has. */
function given(world: World, name: string): string | undefined {
  const used = new Set([...world.services.values()].map(({ ip }) => ip));
  if (world.capability.asks !== "nothing") {
    const wanted = world.entries.get(name)?.address;
    return used.has(wanted) ? undefined : wanted;
  }
  return ownAddress(world, used);
}

/**
 * One of the provider's own addresses: the lowest free one, or any, where a freed one does not come
 * again at once.
 */
function ownAddress(
  { capability, random }: World,
  used: ReadonlySet<string | undefined>,
): string | undefined {
  const free = Array.from({ length: 24 }, (_, index) => `192.0.2.${index + 1}`).filter(
    (ip) => !used.has(ip),
  );
  return capability.handsBackTheLast ? free[0] : free[Math.floor(random() * free.length)];
}

/**
 * By somebody's hand, or a fault of its own, the load balancer gives a living Service another
 * address than it had.
 */
export function changeAddress(world: World, name: string): void {
  const service = world.services.get(name);
  if (service?.ip === undefined || service.terminating) return;
  const used = new Set([...world.services.values()].map(({ ip }) => ip));
  service.ip = Array.from({ length: 250 }, (_, index) => `198.18.0.${index + 1}`).find(
    (ip) => !used.has(ip),
  );
}

/** Everybody runs once, on what is so now. */
export function runAll(world: World): void {
  const life: Life = { left: Number.POSITIVE_INFINITY };
  runFleet(world, look(world), life);
  for (const entry of world.entries.values()) runAddress(world, entry, life);
  runBalancer(world);
}
