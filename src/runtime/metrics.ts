import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Answered } from "../kubernetes/transport.ts";
import type { Controller, ReconcileObserver } from "./controller.ts";
import { type MetricHeader, type ReadMetric, type Samples, piecesOf } from "./metrics-text.ts";
import type { QueueObserver } from "./queue.ts";

/**
 * Bounds of histograms, in seconds: from a reconcile that finds nothing to do, to one that waits
 * for an API server on its knees.
 */
const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const queueLabels = { labelNames: ["name", "controller"] as const };

/**
 * What the runtime says of itself, in Prometheus' words. Names are controller-runtime's where it
 * has one, so that its dashboards fit.
 */
export class Metrics {
  /** What is counted here and now; other metrics are read when somebody asks. */
  readonly registry = new Registry();
  readonly #read: ReadMetric[] = [];
  readonly #registers = { registers: [this.registry] };
  readonly #requests = new Counter({
    name: "rest_client_requests_total",
    help: "Requests to the API server, retries included",
    labelNames: ["method", "code", "verb", "resource"] as const,
    ...this.#registers,
  });
  readonly #reconciles = new Counter({
    name: "controller_runtime_reconcile_total",
    help: "Reconciles by how they ended; requeue is a conflict with somebody else's write",
    labelNames: ["controller", "result"] as const,
    ...this.#registers,
  });
  readonly #errors = new Counter({
    name: "controller_runtime_reconcile_errors_total",
    help: "Reconciles that failed",
    labelNames: ["controller"] as const,
    ...this.#registers,
  });
  readonly #times = new Histogram({
    name: "controller_runtime_reconcile_time_seconds",
    help: "How long reconciles take",
    labelNames: ["controller"] as const,
    buckets,
    ...this.#registers,
  });
  readonly #active = new Gauge({
    name: "controller_runtime_active_workers",
    help: "Reconciles under way",
    labelNames: ["controller"] as const,
    ...this.#registers,
  });
  readonly #workers = new Gauge({
    name: "controller_runtime_max_concurrent_reconciles",
    help: "Most reconciles at once",
    labelNames: ["controller"] as const,
    ...this.#registers,
  });
  readonly #adds = new Counter({
    name: "workqueue_adds_total",
    help: "Keys that came to wait",
    ...queueLabels,
    ...this.#registers,
  });
  readonly #retries = new Counter({
    name: "workqueue_retries_total",
    help: "Tries after a failure",
    ...queueLabels,
    ...this.#registers,
  });
  readonly #waits = new Histogram({
    name: "workqueue_queue_duration_seconds",
    help: "How long keys wait for a worker",
    buckets,
    ...queueLabels,
    ...this.#registers,
  });
  readonly #works = new Histogram({
    name: "workqueue_work_duration_seconds",
    help: "How long a worker has a key",
    buckets,
    ...queueLabels,
    ...this.#registers,
  });

  /** Starts with what Node reports of the process: memory, CPU, file descriptors, event-loop lag. */
  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts one request. */
  readonly answered = ({ method, code, verb, resource }: Answered): void =>
    this.#requests.inc({ method, code, verb, resource });

  /**
   * All metrics in Prometheus' text format, piece by piece: a thousand fleets have tens of
   * thousands of samples, and neither these nor their text should be in memory at once.
   */
  async *text(): AsyncGenerator<string> {
    yield this.registry.metrics();
    for (const metric of this.#read) yield* piecesOf(metric);
  }

  /** A number that is read when somebody asks for the metrics. */
  gauge<Label extends string>(header: MetricHeader<Label>, read: () => Samples<Label>): void {
    this.#read.push({ type: "gauge", ...header, read });
  }

  /** A count that is kept elsewhere, and read when somebody asks for the metrics. */
  counter<Label extends string>(header: MetricHeader<Label>, read: () => Samples<Label>): void {
    this.#read.push({ type: "counter", ...header, read });
  }

  /** Counts a controller's reconciles. */
  reconciles({ name: controller }: Controller, workers: number): ReconcileObserver {
    this.#workers.set({ controller }, workers);
    for (const result of ["success", "requeue_after", "requeue", "error"])
      this.#reconciles.inc({ controller, result }, 0);
    this.#errors.inc({ controller }, 0);
    return {
      started: () => this.#active.inc({ controller }),
      ended: (result, seconds) => {
        this.#active.dec({ controller });
        this.#reconciles.inc({ controller, result });
        if (result === "error") this.#errors.inc({ controller });
        this.#times.observe({ controller }, seconds);
      },
    };
  }

  /** Counts what goes through a controller's queue. */
  queue({ name }: Controller): QueueObserver {
    const labels = { name, controller: name };
    return {
      added: () => this.#adds.inc(labels),
      started: (waitedMs) => this.#waits.observe(labels, waitedMs / 1000),
      finished: (workedMs) => this.#works.observe(labels, workedMs / 1000),
      retried: () => this.#retries.inc(labels),
    };
  }

  /** What queues hold at the moment. */
  queues(controllers: () => readonly Controller[]): void {
    const read = (value: (controller: Controller) => number) => () =>
      controllers().map(
        (each) => [{ name: each.name, controller: each.name }, value(each)] as const,
      );
    const running = ({ queue }: Controller) => queue.runningMs.map((ms) => ms / 1000);
    this.gauge(
      { name: "workqueue_depth", help: "Keys that wait for a worker", ...queueLabels },
      read(({ queue }) => queue.depth),
    );
    this.gauge(
      {
        name: "workqueue_unfinished_work_seconds",
        help: "Time that keys under way have taken so far, in all",
        ...queueLabels,
      },
      read((each) => running(each).reduce((sum, s) => sum + s, 0)),
    );
    this.gauge(
      {
        name: "workqueue_longest_running_processor_seconds",
        help: "Time that the oldest key under way has taken",
        ...queueLabels,
      },
      read((each) => Math.max(0, ...running(each))),
    );
  }
}
