import type { Logger } from "pino";
import type { Caches } from "../../../cluster/caches.ts";
import { keyOf, keyText } from "../../../kubernetes/resource.ts";
import type { PodReports } from "../../../pods/io/reports.ts";
import { isServingPod } from "../../../pods/view.ts";
import {
  type Controller,
  type Outcome,
  failed,
  requeueAfter,
} from "../../../runtime/controller.ts";
import type { WorkQueue } from "../../../runtime/queue.ts";
import { type Instant, hours, millis, minutes, since } from "../../../values/time.ts";
import type { EvidenceKeeper } from "../../io/evidence-keeper.ts";
import { fleetAddresses } from "../../io/vantage-points.ts";
import { Alarms } from "../alarms.ts";
import { LaneCounts, type PodSeen } from "../lane-counts.ts";
import { type CountedFleet, lanesOf, lastingOf, slotsOf } from "../seen.ts";
import { TestSessions } from "../test-sessions.ts";
import { ArrivalsWatch } from "../watch.ts";
import type { ArrivalsStore } from "./arrivals-store.ts";

/** What is looked at once a minute. */
export interface ArrivalsKeeperOptions {
  readonly caches: Pick<Caches, "fleets" | "addresses" | "pods">;
  readonly reports: Pick<PodReports, "answer">;
  readonly evidence: Pick<EvidenceKeeper, "add" | "onNews">;
  readonly store: ArrivalsStore;
  readonly queue: WorkQueue;
  readonly now: () => Instant;
}

const step = minutes(1);

/** Habits change by the hour. A suspicion that begins or ends is saved with the next step. */
const saveEvery = hours(1);

const key = "arrivals";

/**
 * Looks once a minute at what pods have reported anyway, and makes evidence of slots that are quiet
 * while others go on. It is a controller of one key: it reads and writes only while this process
 * leads.
 */
export class ArrivalsKeeper {
  readonly #options: ArrivalsKeeperOptions;
  readonly #counts = new LaneCounts();
  readonly #tests = new TestSessions();
  readonly #alarms = new Alarms();
  #watch: ArrivalsWatch | undefined;
  #steppedAt: Instant | undefined;
  /** Undefined where nothing is kept yet: a right to write that is missing shows at once then. */
  #savedAt: Instant | undefined;
  #savedAlarms = "";

  constructor(options: ArrivalsKeeperOptions) {
    this.#options = options;
    const { evidence, queue, now } = options;
    evidence.onNews((_addresses, news) => this.#tests.add(news, now()));
    queue.add(key);
  }

  get controller(): Controller {
    const { queue } = this.#options;
    return { name: "arrivals", queue, reconcile: async (_key, log) => this.#keep(log) };
  }

  async #keep(log: Logger): Promise<Outcome> {
    const { store, now } = this.#options;
    if (this.#watch === undefined) {
      const kept = await store.read(log);
      this.#watch = new ArrivalsWatch(kept ?? []);
      this.#savedAt = kept === undefined ? undefined : now();
    }
    const passed = this.#steppedAt === undefined ? step : since(this.#steppedAt, now());
    if (passed >= 0 && passed < step) return requeueAfter(step - passed);
    this.#steppedAt = now();
    this.#step(this.#watch, now());
    return this.#save(this.#watch);
  }

  #step(watch: ArrivalsWatch, now: Instant): void {
    const { caches, evidence } = this.#options;
    const fleets = fleetAddresses(caches)
      .filter(({ fleet }) => fleet.metadata.deletionTimestamp === undefined)
      .map((one): CountedFleet => ({ ...one, pods: this.#podsOf(keyText(keyOf(one.fleet))) }));
    const tests = this.#tests.take();
    const lanes = fleets.map((fleet) => lanesOf(fleet, tests));
    const counts = this.#counts.step(lanes, now);
    const found = watch.step(
      fleets.flatMap((fleet) => slotsOf(fleet, counts)),
      now,
    );
    const lasts = lastingOf(fleets);
    evidence.add(this.#alarms.news(found, (address) => lasts.get(address)));
  }

  #podsOf(fleet: string): readonly PodSeen[] {
    const { caches, reports } = this.#options;
    return caches.pods
      .by("fleet", fleet)
      .filter(isServingPod)

      .map((pod) => {
        const name = keyText(keyOf(pod));
        const { at, status } = reports.answer(name) ?? {};
        const isAnswered = at !== undefined && status !== undefined;
        return { pod: name, answer: isAnswered ? { at, status } : undefined };
      });
  }

  /** A failed write is tried again with the next step. */
  async #save(watch: ArrivalsWatch): Promise<Outcome> {
    const { store, now } = this.#options;
    const alarms = this.#alarms.state;
    const age = this.#savedAt === undefined ? saveEvery : since(this.#savedAt, now());
    const isDue = age < 0 || age >= saveEvery || alarms !== this.#savedAlarms;
    const remembered = isDue ? watch.remember() : [];
    if (remembered.length === 0) return requeueAfter(step);
    try {
      await store.write(remembered);
    } catch (error) {
      return failed(error, millis(step));
    }
    this.#savedAt = now();
    this.#savedAlarms = alarms;
    return requeueAfter(step);
  }
}
