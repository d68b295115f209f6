import assert from "node:assert/strict";
import { type AddressSituation, decideAddress } from "../../../../src/domain/address-phase.ts";
import type { Claim } from "../../../../src/domain/claim.ts";
import { type RotationPlan, planRotation } from "../../../../src/domain/plan.ts";
import type { Retirement } from "../../../../src/domain/retire.ts";
import { compareAfter, judge } from "../../../../src/domain/verification.ts";
import { since } from "../../../../src/domain/time.ts";
import { bankSize } from "../../../../src/manifests/lanes.ts";
import { type Entry, type Sight, type World, look } from "./world.ts";
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
  const lit = live.addresses.filter(({ phase }) => phase !== "Quarantined");
  const plan = planRotation(live, bankSize(live.count, Math.max(-1, ...lit.map(({ lane }) => lane))), world.now, world.random);
  openLanes(world, new Map(lit.map(({ lane, name }) => [lane, name])), life);
  for (const step of plan.retirements) retire(world, sight, step, life);
  if (plan.claims.length > 0 && [...world.entries.keys()].some((name) => !sight.versions.has(name))) throw new Conflict();
  for (const claim of plan.claims) create(world, sight, claim, life);
  answer(world, plan, life);
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
    entry.version = ++world.versions;
  });
}

function create(world: World, sight: Sight, claim: Claim, life: Life): void {
  const { name, pool, address = "", slot, lane, cause, requestedAt, because } = claim;
  if (world.entries.has(name)) throw new Conflict();
  const owner = sight.uid ?? 0;
  if (because.startsWith("asked by hand"))
    assert.ok(!world.served.has(requestKey(owner, requestedAt, slot)), `slot ${slot} answers "${requestedAt}" for the second time`);
  const untold = { drainUntil: undefined, quarantineUntil: undefined, retiredBecause: undefined, sessions: undefined };
  const fresh = { want: "Serve", phase: undefined, phaseSince: world.now, createdAt: world.now, deleting: false, unusable: false } as const;
  const unseen = { repeat: false, reachability: [] };
  write(world, life, () => {
    const version = ++world.versions;
    world.entries.set(name, {
      name,
      pool,
      address,
      slot,
      lane,
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

function answer(world: World, { answered }: RotationPlan, life: Life): void {
  const { fleet } = world;
  if (answered.kind === "none" || fleet === undefined || fleet.lastHandledRotateAt === answered.text) return;
  if (answered.kind === "slots")
    for (const slot of answered.slots)
      assert.ok(
        world.served.has(requestKey(fleet.uid, answered.text, slot)),
        `"${answered.text}" counts as answered, but slot ${slot} never moved`,
      );
  write(world, life, () => (fleet.lastHandledRotateAt = answered.text));
}

function requestKey(fleet: number, text: string | undefined, slot: number): string {
  return `${fleet} ${text ?? ""} ${slot}`;
}

/** One run of the address controller on one entry. */
export function runAddress(world: World, entry: Entry, life: Life): void {
  const situation = situationOf(world, entry);
  const decision = decideAddress(situation, world.now);
  if (decision.entry === "finish")
    return write(world, life, () => {
      world.entries.delete(entry.name);
    });
  const service = world.services.get(entry.name);
  if (decision.service === "remove" && service?.terminating === false) write(world, life, () => (service.terminating = true));
  if (decision.service === "keep" && situation.obstacle === undefined && service === undefined)
    write(world, life, () => world.services.set(entry.name, { ip: undefined, terminating: false }));
  const unusable = decision.verified.reason === "Unusable";
  if (entry.phase !== decision.phase || entry.unusable !== unusable)
    write(world, life, () => {
      if (entry.phase !== decision.phase) entry.phaseSince = world.now;
      Object.assign(entry, { phase: decision.phase, unusable, version: ++world.versions });
      if (decision.phase === "Serving") world.served.add(requestKey(entry.owner, entry.requestedAt, entry.slot));
    });
  if (decision.entry === "delete" && !entry.deleting)
    write(world, life, () => Object.assign(entry, { deleting: true, version: ++world.versions }));
}

function situationOf(world: World, entry: Entry): AddressSituation {
  const { want, phase, phaseSince, deleting, quarantineUntil, address } = entry;
  const service = world.services.get(entry.name);
  const missing = { status: "Unknown", message: "" } as const;
  const obstacle =
    world.fleet?.uid !== entry.owner
      ? { ...missing, reason: "FleetMissing" }
      : world.lanes.get(entry.lane) === entry.name
        ? undefined
        : { ...missing, reason: "WaitingForLane" };
  const isDue = want === "Serve" && phase !== "Serving" && obstacle === undefined && service?.ip === address;
  const verdict = isDue ? tryAddress(world, entry) : undefined;
  return { want, phase, phaseSince, deleting, quarantineUntil, address, obstacle, service, verdict };
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
    else if (world.provider !== "silent") service.ip = world.entries.get(name)?.address;
  }
}

/** Everybody runs once, on what is so now. */
export function runAll(world: World): void {
  const life: Life = { left: Number.POSITIVE_INFINITY };
  runFleet(world, look(world), life);
  for (const entry of world.entries.values()) runAddress(world, entry, life);
  runBalancer(world);
}
