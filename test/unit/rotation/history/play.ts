import assert from "node:assert/strict";
import * as custom from "../../../../src/api/resources.ts";
import { pods } from "../../../../src/kubernetes/builtin.ts";
import type { Pod, Service } from "../../../../src/kubernetes/objects.ts";
import { keyOf, keyText } from "../../../../src/kubernetes/resource.ts";
import { seconds } from "../../../../src/values/time.ts";
import type { Entry } from "../../../stand-ins/simulated-cluster/invariants/entry.ts";
import type { ControllerName } from "../../../stand-ins/simulated-cluster/operator/operator.ts";
import {
  type Fault,
  broken,
  forbidden,
  notAllowed,
  overtaken,
  tooMany,
} from "../../../stand-ins/simulated-cluster/process/faults.ts";
import { type Stage, fleetKey } from "./stage.ts";
import type { Change, Happening, Hindrance, Step, Trouble } from "./steps.ts";

/** Plays a history, and sees after each step that no invariant is broken. */
export async function play(stage: Stage, steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    stage.plans.step = index;
    const resting = restingInDoubt(stage);
    await act(stage, step, index);
    stage.check();
    if (isOperators(step)) checkRemembered(stage, resting);
  }
}

/** Addresses that rest while nobody can say how late it is; none while that is known. */
function restingInDoubt({ cluster, entries }: Stage): readonly string[] {
  if (!cluster.clock.isDoubtful) return [];
  const atRest = entries.filter(
    ({ spec, isDeleting }) => spec.want === "Quarantine" && !isDeleting,
  );
  return atRest.map(({ name }) => name);
}

/** Whether all that comes about is the doing of the operator that leads. */
function isOperators({ do: does }: Step): boolean {
  return does === "everybodyRuns" || does === "operatorIsKilled" || does === "controllerRuns";
}

function checkRemembered(stage: Stage, resting: readonly string[]): void {
  const left = new Set(stage.entries.map(({ name }) => name));
  const forgotten = resting.filter((name) => !left.has(name));
  assert.deepEqual(forgotten, [], stage.story("forgotten on the word of a doubtful clock"));
}

async function act(stage: Stage, step: Step, index: number): Promise<void> {
  switch (step.do) {
    case "everybodyRuns":
      for (let i = 0; i < step.times; i++) await stage.pass(1);
      return;
    case "operatorIsKilled":
      stage.operator.process.client.killAfter(step.life);
      await stage.pass(1);
      return stage.restart();
    case "controllerRuns":
      return controllerRuns(stage, step);
    case "deposedRuns":
      return stage.deposed?.runAlone(step.controller, keyFor(stage, step));
    case "writesFail":
    case "eventsArrive":
    case "eventsAreLost":
    case "eventRepeats":
    case "lateWritesArrive":
    case "anotherLeads":
      return hinder(stage, step);
    case "othersRun":
    case "wait":
    case "clockJumps":
    case "sessionsEnd":
    case "provider":
    case "addressBreaks":
    case "addressChanges":
    case "addressIsTakenBack":
    case "balancerRefuses":
    case "podDies":
    case "podIsStuck":
    case "podIsSilent":
    case "podIsUnready":
      return happen(stage, step);
    default:
      return change(stage, step, index);
  }
}

type Run = Extract<Step, { do: "controllerRuns" }>;

async function controllerRuns(stage: Stage, step: Run): Promise<void> {
  const { operator } = stage;
  if (step.hears) operator.hear();
  operator.process.client.killAfter(step.life);
  await operator.runAlone(step.controller, keyFor(stage, step));
  operator.process.client.killAfter(Number.POSITIVE_INFINITY);
  if (operator.isKilled) stage.restart();
}

/** A key of what the controller looks after, there or not. */
function keyFor(
  stage: Stage,
  { controller, pick }: { readonly controller: ControllerName; readonly pick: number },
): string {
  switch (controller) {
    case "fleet":
      return keyText(fleetKey);
    case "address":
      return picked(stage.entries, pick)?.name ?? "ip-203-0-113-1";
    case "pool":
      return "pool-a";
    case "orphan":
      return nameOf(picked(stage.services, pick));
    case "pod":
      return nameOf(picked(podsOf(stage), pick));
  }
}

function nameOf(object: Service | Pod | undefined): string {
  return keyText(object === undefined ? fleetKey : keyOf(object));
}

/** Between the operator and the API server. */
function hinder(stage: Stage, step: Hindrance): void {
  const { client, caches } = stage.operator.process;
  switch (step.do) {
    case "writesFail":
      return client.faults.plan(faults[step.how], {
        times: step.times,
        ...(step.of === "" ? {} : { resource: step.of }),
      });
    case "eventsArrive":
      return caches.of(step.of).deliver(step.count);
    case "eventsAreLost":
      return caches.of(step.of).lose(step.count);
    case "eventRepeats":
      return caches.of(step.of).repeat();
    case "lateWritesArrive":
      return stage.invariants.letArrive(stage.clients);
    case "anotherLeads":
      return stage.depose();
  }
}

const faults: Readonly<Record<Trouble, Fault>> = {
  forbidden: forbidden("no rights"),
  notAllowed: notAllowed("spec: not allowed"),
  tooMany: tooMany(7_000),
  broken,
  overtaken,
  lost: { kind: "lost" },
  answerLost: { kind: "answerLost" },
  late: { kind: "late" },
};

/** Around the operator. */
function happen(stage: Stage, step: Happening): void {
  const { cluster } = stage;
  const { loadBalancer, network, supervisors, workloads, clock } = cluster;
  switch (step.do) {
    case "othersRun":
      return cluster.step();
    case "wait":
      return clock.pass(seconds(step.seconds));
    case "clockJumps":
      clock.set(seconds(step.seconds));
      clock.isDoubtful = step.doubted;
      return undefined;
    case "sessionsEnd":
      return stage.entries.forEach(({ name }) => supervisors.setSessions(name, 0));
    case "provider":
      loadBalancer.isSilent = step.state === "silent";
      network.isDown = step.state === "broken";
      return undefined;
    case "addressBreaks":
      return withEntry(stage, step.pick, ({ spec }) => network.broken.add(spec.address ?? ""));
    case "addressChanges":
      return withService(stage, step.pick, (service) => loadBalancer.giveAnother(service));
    case "addressIsTakenBack":
      return withService(stage, step.pick, (service) => loadBalancer.takeBack(service));
    case "balancerRefuses":
      return refuse(stage, step.third);
    case "podDies":
      return withPod(stage, step.pick, (pod) => workloads.kill(pod));
    case "podIsStuck":
      return withPod(stage, step.pick, ({ metadata }) => supervisors.stuck.add(metadata.name));
    case "podIsSilent":
      return withPod(stage, step.pick, ({ metadata }) => supervisors.silent.add(metadata.name));
    case "podIsUnready":
      return withPod(stage, step.pick, (pod) => workloads.setReady(pod, false));
  }
}

/** What was refused before is not, where nothing is any more. */
function refuse({ cluster }: Stage, third: number | undefined): void {
  const { loadBalancer } = cluster;
  loadBalancer.refuseNothing();
  const networks = third === undefined ? [] : ["203.0.113.", "198.51.100.", "192.0.2."];
  for (const network of networks)
    for (let last = third ?? 0; last < 32; last += 3) loadBalancer.refuse(`${network}${last}`);
}

/** What people and measurements change. */
function change(stage: Stage, step: Change, index: number): void {
  const { people } = stage.cluster;
  switch (step.do) {
    case "askRotation":
      return people.rotate(fleetKey, `request ${index}`, step.slot);
    case "report":
      return withEntry(stage, step.pick, ({ spec: { address } }) =>
        people.reportBlocked(fleetKey, `${address} IR report ${index}`),
      );
    case "count":
      return people.scale(fleetKey, step.to);
    case "pause":
      return people.pause(fleetKey, step.on);
    case "measured":
      return withEntry(stage, step.pick, ({ name }) => people.measure(name, "IR", step.verdict));
    case "allFail":
      return stage.entries.forEach(({ name }) => people.measure(name, "IR", "Blocked"));
    case "deleteEntry":
      return withEntry(stage, step.pick, ({ name }) => people.delete(custom.addresses, { name }));
    case "loseEntry":
      return withEntry(stage, step.pick, ({ name }) => stage.invariants.loseEntry(name));
    case "restore":
      if (stage.fleet?.metadata.deletionTimestamp === undefined) stage.restoreElsewhere();
      return undefined;
    case "deleteFleet":
      return people.delete(custom.fleets, fleetKey);
    case "createFleet":
      return stage.applyFleet();
  }
}

function picked<T>(items: readonly T[], index: number): T | undefined {
  return items[index % Math.max(1, items.length)];
}

function podsOf({ cluster }: Stage): readonly Pod[] {
  return cluster.server.list(pods);
}

function withEntry(stage: Stage, index: number, then: (entry: Entry) => void): void {
  const entry = picked(stage.entries, index);
  if (entry !== undefined) then(entry);
}

function withService(stage: Stage, index: number, then: (service: Service) => void): void {
  const service = picked(stage.services, index);
  if (service !== undefined) then(service);
}

function withPod(stage: Stage, index: number, then: (pod: Pod) => void): void {
  const pod = picked(podsOf(stage), index);
  if (pod !== undefined) then(pod);
}
