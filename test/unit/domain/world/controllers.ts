import assert from "node:assert/strict";
import { type AddressSituation, decideAddress } from "../../../../src/domain/address-phase.ts";
import type { Claim } from "../../../../src/domain/claim.ts";
import { type RotationPlan, planRotation } from "../../../../src/domain/plan.ts";
import type { Retirement } from "../../../../src/domain/retire.ts";
import { compareAfter, judge } from "../../../../src/domain/verification.ts";
import { type IpRange, formatIp } from "../../../../src/domain/ip.ts";
import { suspectedOutage } from "../../../../src/domain/reachability.ts";
import { slotsOf } from "../../../../src/domain/slots.ts";
import { hours, since } from "../../../../src/domain/time.ts";
import { type FleetView, isInMaking } from "../../../../src/domain/views.ts";
import { bankSize } from "../../../../src/manifests/lanes.ts";
import { type Entry, type Sight, type World, isOwn, look, requestKey } from "./world.ts";
import { Conflict, type Life, write } from "./writes.ts";

/** One run of the fleet controller on what it saw, with the guards that the API server gives: versions, and names that are taken. */
export function runFleet(world: World, sight: Sight, life: Life): void {
  const { live, orphans } = sight;
  const ofOrphans = planRotation(orphans, 0, world.now, world.random).retirements;
  for (const step of ofOrphans) retire(world, sight, step, life);
  if (live === undefined || world.fleet?.uid !== sight.uid) return;
  if (live.deleting && live.addresses.every(({ phase }) => phase === "Quarantined"))
    return write(world, life, () => {
      world.fleet = undefined;
      world.lanes = new Map();
    });
  const lit = live.addresses.filter(({ phase, repeat }) => phase !== "Quarantined" && !repeat);
  const plan = planRotation(live, bankSize(live.count, Math.max(-1, ...lit.map(({ lane }) => lane))), world.now, world.random);
  openLanes(world, new Map(lit.map(({ lane, name }) => [lane, name])), life);
  for (const step of plan.retirements) retire(world, sight, step, life);
  if (plan.claims.length > 0 && [...world.entries.keys()].some((name) => !sight.versions.has(name))) throw new Conflict();
  for (const claim of plan.claims) create(world, sight, claim, life);
  writeVerdict(world, sight, plan, life);
  answer(world, plan, life);
}

function writeVerdict(world: World, sight: Sight, { report }: RotationPlan, life: Life): void {
  if (report.kind !== "verdict") return;
  const entry = world.entries.get(report.entry);
  if (entry === undefined || entry.version !== sight.versions.get(report.entry)) throw new Conflict();
  const verdict = { country: report.country, verdict: "Blocked" as const, since: world.now };
  write(world, life, () => Object.assign(entry, { reachability: [verdict], version: ++world.versions }));
}

function openLanes(world: World, wanted: Map<number, string>, life: Life): void {
  const isSame = wanted.size === world.lanes.size && [...wanted].every(([lane, name]) => world.lanes.get(lane) === name);
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
    if (entry.want === "Quarantine" && entry.drainUntil === undefined) world.movesByAge.delete(entry.name);
    entry.version = ++world.versions;
  });
}

function create(world: World, sight: Sight, claim: Claim, life: Life): void {
  const { name, pool, address = "", slot, lane, turn, cause, requestedAt, because } = claim;
  if (world.entries.has(name)) throw new Conflict();
  const owner = sight.uid ?? 0;
  if (because.startsWith("asked by hand"))
    assert.ok(!world.served.has(requestKey(owner, requestedAt, slot)), `slot ${slot} answers "${requestedAt}" for the second time`);
  const untold = { drainUntil: undefined, quarantineUntil: undefined, retiredBecause: undefined, sessions: undefined };
  const fresh = { want: "Serve", phase: undefined, phaseSince: world.now, createdAt: world.now, deleting: false, unusable: false } as const;
  checkClaim(world, sight, claim);
  const unseen = { repeat: false, reachability: [] };
  write(world, life, () => {
    const version = ++world.versions;
    if (cause === "Age") world.movesByAge.set(name, world.now);
    world.entries.set(name, {
      name,
      pool,
      address,
      slot,
      lane,
      turn,
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

/** Budgets hold, an outage moves nothing, and nothing is taken beside a blocked address while anything else is free. */
function checkClaim(world: World, { live, versions }: Sight, { slot, name, cause, address, because }: Claim): void {
  if (live === undefined) return;
  assert.ok(!versions.has(name), `${name} is held already`);
  const isDeleted = because.includes("was deleted");
  if (cause !== "NewSlot") {
    const rotating = slotsOf(live).filter(({ addresses, published }) => published !== undefined && addresses.some(isInMaking));
    assert.ok(rotating.length < live.maxConcurrent, `slot ${slot} moves while ${rotating.length} others do`);
    assert.ok(isDeleted || suspectedOutage(live, slotsOf(live)) === undefined, `slot ${slot} moves during an outage`);
  }
  if (cause === "Age") {
    const recent = [...world.movesByAge.values()].filter((at) => since(at, world.now) < hours(1)).length;
    assert.ok(recent < Math.max(1, Math.floor(live.count * 0.6)), `${recent} moves by age within an hour, and one more`);
  }
  if (address !== undefined) checkNeighbours(world, live, address);
}

function checkNeighbours(world: World, live: FleetView, address: string): void {
  const burnt = live.held.filter((held) => held.burnt);
  const isNear = (ip: string) => burnt.some((held) => ip.startsWith(formatIp(held.ip).replace(/\d+$/, "")));
  if (!isNear(address)) return;
  const claimed = [...world.entries.values()].map((entry) => entry.address);
  const taken = new Set([...claimed, ...live.held.map(({ ip }) => formatIp(ip))]);
  const others = live.pools.flatMap(({ ranges }) => ranges.flatMap(listed)).filter((ip) => !taken.has(ip) && !isNear(ip));
  assert.deepEqual(others, [], `${address} is beside a blocked address although others are free`);
}

function listed({ family, first, last }: IpRange): string[] {
  return Array.from({ length: Number(last - first) + 1 }, (_, index) => formatIp({ family, value: first + BigInt(index) }));
}

function answer(world: World, { answered, report }: RotationPlan, life: Life): void {
  const { fleet } = world;
  if (fleet === undefined) return;
  if ((report.kind === "answered" || report.kind === "refused") && fleet.lastHandledReport !== report.text)
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
  if (decision.service === "remove" && service?.terminating === false) write(world, life, () => (service.terminating = true));
  if (decision.service !== "remove" && situation.obstacle === undefined && service === undefined)
    write(world, life, () => world.services.set(entry.name, { ip: undefined, terminating: false }));
  const { take } = decision;
  if (take !== undefined) write(world, life, () => Object.assign(entry, { address: take, version: ++world.versions }));
  const unusable = decision.verified.reason === "Unusable";
  const repeat = decision.verified.reason === "Repeat";
  if (entry.phase !== decision.phase || entry.unusable !== unusable || entry.repeat !== repeat)
    write(world, life, () => {
      if (entry.phase !== decision.phase) entry.phaseSince = world.now;
      Object.assign(entry, { phase: decision.phase, unusable, repeat, version: ++world.versions });
      const told = decision.phase === "Serving" ? world.fleet : undefined;
      if (told !== undefined) world.served.add(requestKey(told.uid, entry.requestedAt, entry.slot));
    });
  if (decision.entry === "delete" && !entry.deleting)
    write(world, life, () => Object.assign(entry, { deleting: true, version: ++world.versions }));
}

function situationOf(world: World, entry: Entry): AddressSituation {
  const { want, phase, phaseSince, deleting, quarantineUntil } = entry;
  const live = world.services.get(entry.name);
  const given = live?.ip === undefined ? [] : [live.ip];
  const service = live === undefined ? undefined : { given, hostname: undefined, terminating: live.terminating };
  const address = entry.address === "" ? undefined : entry.address;
  const isRepeat =
    entry.repeat || (address === undefined && given.some((ip) => [...world.entries.values()].some((other) => other.address === ip)));
  const obstacle = obstacleTo(world, entry);
  const isDue = want === "Serve" && phase !== "Serving" && obstacle === undefined && address !== undefined && live?.ip === address;
  const verdict = isDue ? tryAddress(world, entry) : undefined;
  return { want, phase, phaseSince, deleting, quarantineUntil, address, obstacle, service, isRepeat, verified: undefined, verdict };
}

function obstacleTo(world: World, entry: Entry): AddressSituation["obstacle"] {
  const missing = { status: "Unknown", message: "" } as const;
  if (!isOwn(entry, world.fleet?.uid)) return { ...missing, reason: "FleetMissing" };
  return entry.repeat || world.lanes.get(entry.lane) === entry.name ? undefined : { ...missing, reason: "WaitingForLane" };
}

function tryAddress(world: World, entry: Entry): AddressSituation["verdict"] {
  const works = ({ address }: Entry): boolean => world.provider === "works" && !world.broken.has(address);
  const neighbours = [...world.entries.values()].filter(({ name, phase }) => name !== entry.name && phase === "Serving");
  const verifyingSince = entry.phase === "Verifying" ? entry.phaseSince : world.now;
  const compare = since(verifyingSince, world.now) >= compareAfter;
  const chatProblem = works(entry) ? undefined : "no answer in 5 s";
  const neighbourWorks = compare ? neighbours.some(works) : undefined;
  return judge(
    entry.address,
    { readyPods: 2, lagging: [], chatProblem, mediaProblem: undefined, neighbourWorks },
    verifyingSince,
    world.now,
  );
}

/** The load balancer sets the address of every Service, and lets go of those that are on their way out. */
export function runBalancer(world: World): void {
  for (const [name, service] of world.services) {
    if (service.terminating) world.services.delete(name);
    else if (world.provider !== "silent") service.ip ??= given(world, name);
  }
}

function given(world: World, name: string): string | undefined {
  if (world.capability === "asked") return world.entries.get(name)?.address;
  const used = new Set([...world.services.values()].map(({ ip }) => ip));
  return Array.from({ length: 24 }, (_, index) => `192.0.2.${index + 1}`).find((ip) => !used.has(ip));
}

/** Everybody runs once, on what is so now. */
export function runAll(world: World): void {
  const life: Life = { left: Number.POSITIVE_INFINITY };
  runFleet(world, look(world), life);
  for (const entry of world.entries.values()) runAddress(world, entry, life);
  runBalancer(world);
}
