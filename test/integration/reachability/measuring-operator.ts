import { join } from "node:path";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { pino } from "pino";
import { addressIndexes } from "../../../src/cluster/caches.ts";
import * as custom from "../../../src/api/resources.ts";
import { appliedMarks, eventReporter } from "../../../src/api/names.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { EventRecorder } from "../../../src/kubernetes/events.ts";
import { usualLimits } from "../../../src/reachability/evidence-log.ts";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import { FeedReadings } from "../../../src/reachability/feeds/io/feed-readings.ts";
import { CountryLooks } from "../../../src/reachability/io/country-looks.ts";
import { EvidenceKeeper } from "../../../src/reachability/io/evidence-keeper.ts";
import { configMapStore } from "../../../src/reachability/io/evidence-store.ts";
import { Rounds } from "../../../src/reachability/io/rounds.ts";
import { vantagePointController } from "../../../src/reachability/io/vantage-points.ts";
import { verdictController } from "../../../src/reachability/io/verdicts.ts";
import type { Round, Source, Target } from "../../../src/reachability/sources/source.ts";
import { PlanApplier } from "../../../src/runtime/apply-plan.ts";
import { sleep, timer } from "../../../src/runtime/clock.ts";
import { Manager } from "../../../src/runtime/manager.ts";
import { WorkQueue } from "../../../src/runtime/queue.ts";
import { StatusFields } from "../../../src/runtime/status-fields.ts";
import { type Millis, instant, minutes, plus } from "../../../src/values/time.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { rendered } from "../../chart/rendered.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { apply, kubeconfigOf } from "../operator/operator.ts";

/** Where the operator runs, and where its tokens are. */
export const home = "proxyfleet-system";

/** Ends with a measurement of each target, unless a test says otherwise. */
export class FakeService {
  /** Addresses of each round that has begun. */
  readonly rounds: (readonly string[])[] = [];
  readonly tokens: (string | undefined)[] = [];
  signal: AbortSignal | undefined;
  answer: (evidence: readonly TestEvidence[]) => Round | Promise<Round> = (evidence) => ({
    evidence,
    answer: { kind: "worked" },
  });

  source(vantagePoint: string, token: string | undefined, now: () => number): Source {
    this.tokens.push(token);
    return {
      measure: async (targets: readonly Target[], signal: AbortSignal) => {
        this.rounds.push(targets.map(({ address }) => address));
        this.signal = signal;
        return this.answer(targets.flatMap((target) => tests(target, vantagePoint, now())));
      },
    };
  }
}

function tests(target: Target, vantagePoint: string, now: number): readonly TestEvidence[] {
  return target.ports.map(({ listener }) => ({
    kind: "test",
    address: target.address,
    at: instant(now),
    vantagePoint,
    country: "IR",
    role: "Probe",
    listener,
    outcome: { kind: "Worked", upTo: "tcp" },
    reachesElse: true,
  }));
}

/**
 * The controllers of vantage points and of verdicts alone, with the chart's rights for the namespace
 * default.
 */
export class MeasuringOperator {
  readonly service = new FakeService();
  readonly feeds = new FeedReadings();
  readonly evidence: TestEvidence[] = [];
  readonly lines: string[] = [];
  readonly #stop = new AbortController();
  readonly #queue = new WorkQueue({
    now: () => performance.now(),
    random: Math.random,
    timer,
  });
  #now = instant(Date.now());
  #looks = 0;
  #ended: Promise<unknown> = Promise.resolve();

  /** Whether verdicts follow from what is found; otherwise tests write them. */
  readonly judges: boolean;

  constructor(judges: boolean) {
    this.judges = judges;
  }

  static async start(server: ApiServer, { judges = false } = {}): Promise<MeasuringOperator> {
    const rights = await rendered({ watchNamespaces: ["default"], crds: { enabled: false } });
    const isRight = ({ kind }: { readonly kind: string }) =>
      /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind);
    await apply(server, namespaceObject(home), ...rights.filter(isRight));
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-vantage-"));
    removeAtExit(folder);
    const account = { namespace: home, account: "proxyfleet" };
    const kubeconfig = await kubeconfigOf(server, account, join(folder, "kubeconfig"));
    const operator = new MeasuringOperator(judges);
    await operator.#run(kubeconfig);
    return operator;
  }

  /** Time stands still but for this; the vantage point looks at the clock then. */
  async later(by: Millis, name: string): Promise<void> {
    this.#now = plus(this.#now, by);
    await this.look(name);
  }

  /** A look that begins after this, and has ended. */
  async look(name: string): Promise<void> {
    const before = this.#looks;
    await waitFor(`a look at ${name}`, () => {
      this.#queue.add(name);
      // The first that ends may have begun before.
      return this.#looks > before + 1;
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(kubeconfig: string): Promise<void> {
    const { signal } = this.#stop;
    const log = pino({ level: "trace" }, { write: (line) => this.lines.push(line) });
    const connection = Connection.fromDefault(kubeconfig, { http2: false });
    const client = new ApiClient(connection, signal, {
      userAgent: "test",
      sleep,
      random: Math.random,
    });
    const manager = new Manager({ client, log, namespaces: ["default"], workers: 2 });
    const caches = {
      fleets: manager.watch(custom.fleets),
      addresses: manager.watch(custom.addresses, { indexes: addressIndexes }),
      vantagePoints: manager.watch(custom.vantagePoints),
    };
    const clock = () => performance.now();
    const applier = new PlanApplier({
      client,
      storeOf: ({ plural }) =>
        [caches.vantagePoints, caches.addresses][
          [custom.vantagePoints.plural, custom.addresses.plural].indexOf(plural)
        ],
      events: new EventRecorder({ client, log, ...eventReporter, now: () => new Date() }),
      marks: appliedMarks,
      statusFields: new StatusFields({ client, clock, onOutdated: () => undefined }),
      clock,
    });
    const now = () => this.#now;
    const random = () => 0.5;
    const queue = () => new WorkQueue({ now: clock, random: Math.random, timer });
    const common = { applier, now, random, clock };
    const keeper = new EvidenceKeeper({
      ...common,
      store: configMapStore(client, home),
      queue: queue(),
      limits: () => usualLimits([{ failures: 3, within: minutes(30) }]),
      addresses: () => new Set(["203.0.113.9"]),
    });
    const { feeds } = this;
    const looks = new CountryLooks({ caches, evidence: keeper, feeds, now, clock });
    const rounds = new Rounds({
      sourceOf: ({ metadata }, token) => this.service.source(metadata.name, token, now),
      tokens: { client, namespace: home },
      evidence: (found) => {
        this.evidence.push(...found);
        if (this.judges) keeper.add(found);
      },
      now,
      random,
      log,
    });
    const controller = vantagePointController({ ...common, caches, rounds, queue: this.#queue });
    if (this.judges) {
      manager.add(keeper.controller);
      manager.add(
        verdictController({ ...common, queue: queue(), caches, evidence: keeper, feeds, looks }),
      );
    }
    manager.add({
      ...controller,
      reconcile: async (key, log) => {
        const outcome = await controller.reconcile(key, log);
        if (outcome.kind !== "tooEarly") this.#looks++;
        return outcome;
      },
    });
    const filling = manager.fill(signal);
    await manager.filled(signal);
    this.#ended = Promise.all([filling, manager.work(signal)]).then(async () => connection.close());
  }
}
