import { addressController } from "../../address/io/controller.ts";
import type { Probe } from "../../address/probe.ts";
import { appliedMarks } from "../../api/names.ts";
import { type Caches, storeOf, watchCaches } from "../../cluster/caches.ts";
import { fleetController } from "../../fleet/io/controller.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import { poolController } from "../../pool/io/controller.ts";
import { FeedReadings } from "../../reachability/feeds/io/feed-readings.ts";
import { CountryLooks } from "../../reachability/io/country-looks.ts";
import { PlanApplier } from "../../runtime/apply-plan.ts";
import { yieldToEventLoop } from "../../runtime/clock.ts";
import { type Controller, reconcileOnce } from "../../runtime/controller.ts";
import { Inquiries } from "../../runtime/inquiries.ts";
import type { Manager } from "../../runtime/manager.ts";
import type { ReconcilerOptions } from "../../runtime/reconciler.ts";
import { StatusFields } from "../../runtime/status-fields.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import type { Random } from "../../values/random.ts";
import type { Instant } from "../../values/time.ts";
import type { SimulatedApiServer } from "../server/server.ts";
import type { Agenda } from "../world/agenda.ts";
import { WorldCaches } from "./caches.ts";
import { WorldClient } from "./client.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import { looksInTime } from "./looks.ts";
import type { WorldPods } from "./pods.ts";
import { AddressQueue, FleetQueue, WorldQueue } from "./queue.ts";
import { aroundAddresses, aroundFleets, inquiry, silent } from "./surroundings.ts";
import { verdictDesk } from "./verdicts.ts";

/** The operator goes on and on at one moment of time: a fault of the program. */
export class RestlessError extends ProxyfleetError {}

/** Passes of all keys at one moment of time. */
const mostPasses = 50_000;

export interface WorldOperatorOptions {
  readonly server: SimulatedApiServer;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly pods: WorldPods;
  readonly evidence: EvidenceBook;
}

/**
 * The operator's real controllers of fleets, addresses, pools and verdicts, over a simulated API
 * server, in virtual time. What it asks the network for, the world answers.
 */
export class WorldOperator {
  readonly caches: Caches;
  readonly #watches: WorldCaches;
  readonly #controllers: readonly Controller[];
  readonly #fleets: FleetQueue;
  readonly #probes = new Inquiries<Probe>(inquiry);

  constructor(options: WorldOperatorOptions) {
    const { server, agenda, random, evidence } = options;
    const client = new WorldClient(server);
    this.#watches = new WorldCaches(server);
    this.caches = watchCaches(this.#watches as unknown as Manager);
    const { caches } = this;
    const { now, elapsedMs: clock, timer } = agenda;
    const timing = { now: clock, random, timer };
    const applier = applierOf(client, caches, clock);
    const common = (queue = new WorldQueue(timing)): ReconcilerOptions => ({
      queue,
      applier,
      now,
      random,
      clock,
    });
    const looks = new CountryLooks({ caches, evidence, feeds: new FeedReadings(), now, clock });
    this.#fleets = new FleetQueue(timing);
    looksInTime(server, agenda, (fleet) => this.look(fleet));
    const around = { ...options, caches, client, probes: this.#probes };
    const resting = new AddressQueue(timing, (name) => rests(caches, name, now()));
    this.#controllers = [
      fleetController({ ...common(this.#fleets), ...aroundFleets(around), looks }),
      addressController({ ...common(resting), ...aroundAddresses(around) }),
      poolController({ ...common(), caches }),
      verdictDesk({ ...common(), caches, evidence, looks }),
    ];
  }

  /** Works until nothing is left to do at this moment. @throws RestlessError */
  async settle(): Promise<void> {
    this.#watches.hear();
    for (let passes = 0; await this.#goesOn(); passes++) {
      if (passes > mostPasses) throw new RestlessError("the operator never rests");
      const controller = this.#waiting();
      const key = await controller?.queue.next();
      if (controller === undefined || key === undefined) return;
      await reconcileOnce(controller, key, { log: silent });
      controller.queue.done(key);
      this.#watches.hear();
    }
  }

  /** Has a fleet looked at now. */
  look(fleet: string): void {
    this.#fleets.add(fleet);
  }

  #waiting(): Controller | undefined {
    return this.#controllers.find(({ queue }) => queue.depth > 0);
  }

  /** Answers that have come are heard first. */
  async #goesOn(): Promise<boolean> {
    if (this.#waiting() !== undefined) return true;
    if (this.#probes.open > 0) await yieldToEventLoop();
    return this.#waiting() !== undefined;
  }
}

function applierOf(client: WorldClient, caches: Caches, clock: () => number): PlanApplier {
  const applier = new PlanApplier({
    client,
    storeOf: (of) => storeOf(caches, of),
    events: { record: async () => undefined },
    marks: appliedMarks,
    statusFields: new StatusFields({ client, clock, onOutdated: () => undefined }),
    clock,
  });
  const { deployments, secrets, services, disruptionBudgets, networkPolicies } = caches;
  for (const store of [deployments, secrets, services, disruptionBudgets, networkPolicies])
    applier.follow(store);
  return applier;
}

/** Whether an address waits for nothing but the end of its rest. */
function rests({ addresses }: Pick<Caches, "addresses">, name: string, now: Instant): boolean {
  const entry = addresses.get({ name });
  const view = entry === undefined ? undefined : viewOfEntry(entry).view;
  if (view?.phase !== "Quarantined" || view.deleting) return false;
  return view.quarantineUntil !== undefined && now < view.quarantineUntil;
}
