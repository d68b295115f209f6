import type { Logger } from "pino";
import { addressController } from "./address/io/controller.ts";
import { dnsResolver } from "./address/io/resolve.ts";
import type { Resolution } from "./address/observed.ts";
import type { Probe } from "./address/probe.ts";
import type { Caches } from "./cluster/caches.ts";
import type { Settings } from "./cluster/settings.ts";
import { IssuedCertificates } from "./fleet/io/certificates.ts";
import { fleetController } from "./fleet/io/controller.ts";
import type { ApiClient } from "./kubernetes/client.ts";
import type { Confirmation } from "./orphans/decide.ts";
import { orphanController } from "./orphans/io/controller.ts";
import { PodPoller } from "./pods/io/poller.ts";
import type { PodReports } from "./pods/io/reports.ts";
import type { PodStatusReader } from "./pods/io/status-reader.ts";
import { poolController } from "./pool/io/controller.ts";
import type { PlanApplier } from "./runtime/apply-plan.ts";
import { timer } from "./runtime/clock.ts";
import type { Controller } from "./runtime/controller.ts";
import { Inquiries } from "./runtime/inquiries.ts";
import { WorkQueue } from "./runtime/queue.ts";
import { cryptoRandom } from "./runtime/random.ts";
import type { Instant } from "./values/time.ts";

/** What the controllers of one process are made of. */
export interface Parts {
  readonly caches: Caches;
  readonly client: ApiClient;
  readonly applier: PlanApplier;
  readonly reports: PodReports;
  readonly readStatus: PodStatusReader;
  readonly settings: Settings;
  readonly now: () => Instant;
  readonly log: Logger;
}

/** The operator is busy while anything waits for a worker longer than this (ms). */
const busyFromMs = 1_000;

/** Probes of slow addresses have a place of their own: they take no worker, and hold up nobody. */
const probing = { atOnce: 32, deadlineMs: 60_000 };
const resolving = { atOnce: 8, deadlineMs: 15_000 };
const confirming = { atOnce: 4, deadlineMs: 60_000 };

/** All controllers, and the poller of pods, which share one hand that writes. */
export function makeControllers(parts: Parts): readonly Controller[] {
  const { caches, client, applier, reports, readStatus, settings, now, log } = parts;
  const clock = () => performance.now();
  const queues: WorkQueue[] = [];
  const makeQueue = () => {
    const queue = new WorkQueue({ now: clock, random: Math.random, timer });
    queues.push(queue);
    return queue;
  };
  const isBusy = () => queues.some(({ lagMs }) => lagMs > busyFromMs);
  const common = () => ({ queue: makeQueue(), applier, now, random: cryptoRandom, clock });
  const sources = { caches, settings, isBusy };
  const resolutions = new Inquiries<Resolution>({ ...resolving, log });
  const network = { readStatus, resolutions, resolve: dnsResolver() };
  const polling = { caches, settings, reports, readStatus, log };
  const poller = new PodPoller({ ...polling, queue: makeQueue(), now, random: cryptoRandom });
  const certificates = new IssuedCertificates(cryptoRandom);
  const probes = new Inquiries<Probe>({ ...probing, log });
  const confirmations = new Inquiries<Confirmation>({ ...confirming, log });
  return [
    fleetController({ ...common(), sources, reports, poller, certificates }),
    addressController({ ...common(), sources, probes, ...network }),
    poolController({ ...common(), caches }),
    orphanController({ ...common(), caches, client, confirmations, ...network }),
    poller.controller,
  ];
}
