import { pino } from "pino";
import { addressController } from "../../address/io/controller.ts";
import type { BalancerWarnings } from "../../address/balancer-words.ts";
import type { Resolution } from "../../address/observed.ts";
import type { Probe, ProbeRequest, ProbeResult } from "../../address/probe.ts";
import { appliedMarks } from "../../api/names.ts";
import { type Caches, storeOf, watchCaches } from "../../cluster/caches.ts";
import { Absences } from "../../cluster/io/absences.ts";
import type { DeletionAnswer } from "../../cluster/deletion.ts";
import { Deletions } from "../../cluster/io/deletions.ts";
import { NameReadings } from "../../dns/io/name-readings.ts";
import type { NameReading } from "../../dns/reading.ts";
import { IssuedCertificates } from "../../fleet/io/certificates.ts";
import { fleetController } from "../../fleet/io/controller.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import { PodReports } from "../../pods/io/reports.ts";
import { poolController } from "../../pool/io/controller.ts";
import { secretRevision } from "../../proxy/lane-certificates.ts";
import { childName, fleetLabel } from "../../api/names.ts";
import { CountryLooks } from "../../reachability/io/country-looks.ts";
import { FeedReadings } from "../../reachability/feeds/io/feed-readings.ts";
import { PlanApplier } from "../../runtime/apply-plan.ts";
import { yieldToEventLoop } from "../../runtime/clock.ts";
import { type Controller, reconcileOnce } from "../../runtime/controller.ts";
import { Inquiries } from "../../runtime/inquiries.ts";
import type { Manager } from "../../runtime/manager.ts";
import type { ReconcilerOptions } from "../../runtime/reconciler.ts";
import { StatusFields } from "../../runtime/status-fields.ts";
import { WorkQueue } from "../../runtime/queue.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import type { Random } from "../../values/random.ts";
import { type Instant, seconds } from "../../values/time.ts";
import type { SimulatedApiServer } from "../server/server.ts";
import type { Agenda } from "../world/agenda.ts";
import { WorldCaches } from "./caches.ts";
import { WorldClient } from "./client.ts";
import { verdictDesk } from "./verdicts.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import type { WorldPods } from "./pods.ts";
import { looksInTime } from "./looks.ts";
import { AddressQueue, FleetQueue } from "./queue.ts";

/** The operator goes on and on at one moment of time: a fault of the program. */
export class RestlessError extends ProxyfleetError {}

const log = pino({ level: "silent" });
const settings = { proxyImage: "proxy:1", operatorNamespace: "proxyfleet" };
const inquiry = { atOnce: 64, deadlineMs: 60_000, log };

/** Passes of all keys at one moment of time. */
const mostPasses = 50_000;

/** Pods hear of a new certificate, and an address is tried. */
const probeTakes = seconds(3);

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
  readonly looks: CountryLooks;
  readonly #watches: WorldCaches;
  readonly #controllers: readonly Controller[];
  readonly #fleets: WorkQueue;
  readonly #probes: Inquiries<Probe>;
  #certificates = 0;

  constructor(options: WorldOperatorOptions) {
    const { server, agenda, evidence } = options;
    const client = new WorldClient(server);
    this.#watches = new WorldCaches(server);
    this.caches = watchCaches(this.#watches as unknown as Manager);
    const { caches } = this;
    const clock = agenda.elapsedMs;
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
    const { random } = options;
    const timing = { now: clock, random, timer: agenda.timer };
    const common = (queue = new WorkQueue(timing)): ReconcilerOptions => ({
      queue,
      applier,
      now: agenda.now,
      random,
      clock,
    });
    this.looks = new CountryLooks({
      caches,
      evidence,
      feeds: new FeedReadings(),
      now: agenda.now,
      clock,
    });
    this.#probes = new Inquiries<Probe>(inquiry);
    const parts = { ...options, caches, client };
    this.#fleets = new FleetQueue(timing);
    looksInTime(server, agenda, (fleet) => this.look(fleet));
    this.#controllers = [
      fleetController({
        ...common(this.#fleets),
        ...this.#ofFleets(parts),
        looks: this.looks,
      }),
      addressController({
        ...common(new AddressQueue(timing, (name) => this.#rests(name, agenda.now()))),
        ...this.#ofAddresses(parts),
      }),
      poolController({ ...common(), caches }),
      verdictDesk({ ...common(), caches, evidence, looks: this.looks }),
    ];
  }

  /** Works until nothing is left to do at this moment. @throws RestlessError */
  async settle(): Promise<void> {
    this.#watches.hear();
    for (let passes = 0; ; passes++) {
      const controller = this.#controllers.find(({ queue }) => queue.depth > 0);
      if (controller === undefined) {
        if (this.#probes.open > 0) await yieldToEventLoop();
        if (this.#controllers.every(({ queue }) => queue.depth === 0)) return;
        continue;
      }
      if (passes > mostPasses) throw new RestlessError("the operator never rests");
      const key = await controller.queue.next();
      if (key === undefined) return;
      await reconcileOnce(controller, key, { log });
      controller.queue.done(key);
      this.#watches.hear();
    }
  }

  /** Has a fleet looked at now. */
  look(fleet: string): void {
    this.#fleets.add(fleet);
  }

  #rests(name: string, now: Instant): boolean {
    const entry = this.caches.addresses.get({ name });
    const view = entry === undefined ? undefined : viewOfEntry(entry).view;
    if (view?.phase !== "Quarantined" || view.deleting) return false;
    return view.quarantineUntil !== undefined && now < view.quarantineUntil;
  }

  #ofFleets({ caches, client, pods, agenda }: Parts) {
    const reports = new PodReports();
    const ask = (pod: Pod): void => {
      const { namespace, name, labels } = pod.metadata;
      const fleet = labels?.[fleetLabel] ?? "";
      const wanted = secretRevision(caches.secrets.get({ namespace, name: childName(fleet) }));
      const answer = { pod: name, status: pods.status(pod), wanted, servers: noServers };
      reports.answered(keyText(keyOf(pod)), answer, agenda.now());
    };
    pods.onReady((pod) => agenda.timer(seconds(1), () => ask(pod)));
    const absences = new Absences({
      client,
      fleets: caches.fleets,
      inquiries: new Inquiries<Instant>(inquiry),
      now: agenda.now,
      clock: agenda.elapsedMs,
      log,
    });
    const inquiries = new Inquiries<NameReading>(inquiry);
    return {
      sources: { caches, settings, isBusy: () => false },
      reports,
      poller: {
        ask: (key: string, answered: () => void) => {
          const pod = caches.pods.get(parseKey(key));
          if (pod !== undefined) ask(pod);
          answered();
        },
      },
      certificates: new IssuedCertificates(async () => this.#newCertificate()),
      absences,
      deletions: deletionsOf({ client, agenda }),
      readings: new NameReadings({ inquiries, lookUp: async () => [], now: agenda.now }),
      rollouts: { turnOf: () => ({ kind: "now" }) as const, onTurn: () => undefined },
    };
  }

  #ofAddresses({ caches, client, pods, agenda }: Parts) {
    const probe = async (request: ProbeRequest): Promise<ProbeResult> =>
      new Promise((resolve) => {
        agenda.timer(probeTakes, () => resolve(probed(request, pods)));
      });
    return {
      sources: { caches, settings, isBusy: () => false },
      client,
      probes: this.#probes,
      resolutions: new Inquiries<Resolution>(inquiry),
      warnings: new Inquiries<BalancerWarnings>(inquiry),
      probe,
      resolve: async () => [],
      deletions: deletionsOf({ client, agenda }),
      log,
    };
  }

  #newCertificate() {
    const sha256 = (++this.#certificates).toString(16).padStart(64, "0");
    return { pem: `certificate ${sha256}`, sha256 };
  }
}

interface Parts extends WorldOperatorOptions {
  readonly caches: Caches;
  readonly client: WorldClient;
}

const noServers = { chat: [], media: [] };

function deletionsOf({ client, agenda }: Pick<Parts, "client" | "agenda">): Deletions {
  const inquiries = new Inquiries<DeletionAnswer>(inquiry);
  return new Deletions({ client, inquiries, now: agenda.now, log });
}

/** The way from the operator to an address is never blocked: it stands where no censor is. */
function probed(request: ProbeRequest, pods: WorldPods): ProbeResult {
  const { lane, certificate } = request;
  const lagging = request.pods.flatMap((pod) => {
    const found = pods.status(pod).lanes.find((one) => one.lane === lane);
    return found?.certificateSHA256 === certificate
      ? []
      : [{ pod: pod.metadata.name, problem: "it has not loaded the lane's certificate" }];
  });
  return { readyPods: request.pods.length, lagging, problems: [], referenceWorks: undefined };
}
