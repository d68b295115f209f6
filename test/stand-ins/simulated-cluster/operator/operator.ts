import assert from "node:assert/strict";
import { pino } from "pino";
import { probeAddress } from "../../../../src/address/io/probe.ts";
import { appliedMarks, eventReporter } from "../../../../src/api/names.ts";
import { storeOf, watchCaches } from "../../../../src/cluster/caches.ts";
import { type World, makeControllers } from "../../../../src/controllers.ts";
import type { MakeCertificate } from "../../../../src/fleet/io/certificates.ts";
import { EventRecorder } from "../../../../src/kubernetes/events.ts";
import { PodReports } from "../../../../src/pods/io/reports.ts";
import { FeedReadings } from "../../../../src/reachability/feeds/io/feed-readings.ts";
import { yieldToEventLoop } from "../../../../src/runtime/clock.ts";
import { type Controller, reconcileOnce } from "../../../../src/runtime/controller.ts";
import type { Manager } from "../../../../src/runtime/manager.ts";
import { StatusFields } from "../../../../src/runtime/status-fields.ts";
import type { SimulatedCluster, SimulatedProcess } from "../cluster.ts";
import { NotedApplier, type PlanLog } from "./plans.ts";
import { VirtualTimers } from "./timers.ts";

/** Nobody who rests needs more reconciles than this while no time goes by. */
const mostReconciles = 2_000;

/** So many keys are worked on side by side at most. */
const mostWorkers = 3;

const log = pino({ level: "silent" });

const settings = { proxyImage: "proxy:1", operatorNamespace: "proxyfleet" };

/** Names of the operator's controllers. */
export type ControllerName = "fleet" | "address" | "pool" | "orphan" | "pod";

export interface SimulatedOperatorOptions {
  readonly cluster: SimulatedCluster;
  /** Shared by all processes: no certificate is ever made twice. */
  readonly makeCertificate: MakeCertificate;
  readonly plans: PlanLog;
}

/**
 * One process of the operator: its real controllers, over a simulated cluster and virtual time. It
 * does something only when the test lets it. Once it is killed, only a new one goes on.
 */
export class SimulatedOperator {
  readonly process: SimulatedProcess;
  readonly #cluster: SimulatedCluster;
  readonly #timers: VirtualTimers;
  readonly #controllers: readonly Controller[];

  constructor({ cluster, makeCertificate, plans }: SimulatedOperatorOptions) {
    this.#cluster = cluster;
    this.process = cluster.startProcess();
    const { client, caches: watches } = this.process;
    this.#timers = new VirtualTimers(cluster.clock.elapsedMs);
    const caches = watchCaches(watches as unknown as Manager);
    const now = () => new Date(cluster.clock.now());
    const events = new EventRecorder({ client, log, ...eventReporter, now });
    const clock = cluster.clock.elapsedMs;
    const statusFields = new StatusFields({ client, clock, onOutdated: () => undefined });
    const applier = new NotedApplier(
      {
        client,
        storeOf: (of) => storeOf(caches, of),
        events,
        marks: appliedMarks,
        statusFields,
        clock,
      },
      plans,
    );
    const { deployments, secrets, services, disruptionBudgets, networkPolicies } = caches;
    for (const store of [deployments, secrets, services, disruptionBudgets, networkPolicies])
      applier.follow(store);
    const world = worldOf(cluster, this.#timers, makeCertificate);
    const reports = new PodReports();
    const feeds = new FeedReadings();
    const parts = { caches, client, applier, reports, feeds, settings, world, log };
    this.#controllers = makeControllers(parts);
    watches.catchUp();
  }

  /** Whether it was killed. */
  get isKilled(): boolean {
    return this.process.client.isKilled;
  }

  /** All its caches hear all news. */
  hear(): void {
    this.process.caches.catchUp();
  }

  /**
   * Works until nothing is left to do now, in an order that is drawn. `hears`: what it and others
   * write is news at once.
   */
  async run({ hears }: { readonly hears: boolean }): Promise<void> {
    for (let left = mostReconciles; await this.#goesOn(); left--) {
      assert.ok(left > 0, "the operator never rests");
      await Promise.all(this.#drawn().map(async (controller) => this.#reconcileNext(controller)));
      if (hears && !this.isKilled) this.hear();
    }
  }

  /** One controller works on a key, and on whatever else waits for it, alone and on old news. */
  async runAlone(name: ControllerName, key: string): Promise<void> {
    const controller = this.#controllers.find((each) => each.name === name);
    assert.ok(controller !== undefined, name);
    controller.queue.add(key);
    for (let left = controller.queue.depth; left > 0 && !this.isKilled; left--)
      await this.#reconcileNext(controller);
    await yieldToEventLoop();
  }

  /** It is gone, with all that it knew. */
  end(): void {
    for (const { queue } of this.#controllers) queue.close();
    this.process.end();
  }

  /** Whether anything is to be done now. Answers that are on their way come first. */
  async #goesOn(): Promise<boolean> {
    const isWaiting = () => this.#controllers.some(({ queue }) => queue.depth > 0);
    if (this.isKilled) return false;
    this.#timers.fire();
    if (isWaiting()) return true;
    await yieldToEventLoop();
    return isWaiting();
  }

  /** The queues from which the next keys are taken. */
  #drawn(): readonly Controller[] {
    const { random } = this.#cluster;
    const waiting = this.#controllers.flatMap((controller) =>
      Array.from({ length: controller.queue.depth }, () => controller),
    );
    const order = waiting.map((controller) => ({ controller, at: random() }));
    const workers = 1 + Math.floor(random() * mostWorkers);
    return order
      .toSorted((a, b) => a.at - b.at)
      .slice(0, workers)
      .map(({ controller }) => controller);
  }

  async #reconcileNext(controller: Controller): Promise<void> {
    const { queue } = controller;
    if (queue.depth === 0) return;
    const key = await queue.next();
    if (key === undefined) return;
    await reconcileOnce(controller, key, { log });
    queue.done(key);
  }
}

function worldOf(
  cluster: SimulatedCluster,
  { timer }: VirtualTimers,
  makeCertificate: MakeCertificate,
): World {
  const { clock, random, supervisors } = cluster;
  const readStatus = supervisors.read;
  return {
    now: clock.now,
    clocksAgree: () => !clock.isDoubtful,
    onClockTurn: clock.onTurn,
    random,
    clock: clock.elapsedMs,
    timer,
    readStatus,
    probe: async (request) => probeAddress(request, readStatus, cluster.network),
    resolve: async (hostname) => cluster.loadBalancer.resolve(hostname),
    makeCertificate,
    sourceOf: () => undefined,
    feedOf: () => ({ read: async () => ({ readings: [], answer: { kind: "worked" } }) }),
  };
}
