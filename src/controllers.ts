import type { Logger } from "pino";
import { addressController } from "./address/io/controller.ts";
import { probeAddress } from "./address/io/probe.ts";
import { type HostResolver, dnsResolver } from "./address/io/resolve.ts";
import type { BalancerWarnings } from "./address/balancer-words.ts";
import type { Resolution } from "./address/observed.ts";
import type { Probe, ProbeRequest, ProbeResult } from "./address/probe.ts";
import type { Caches } from "./cluster/caches.ts";
import type { Settings } from "./cluster/settings.ts";
import { IssuedCertificates, type MakeCertificate } from "./fleet/io/certificates.ts";
import { fleetController } from "./fleet/io/controller.ts";
import type { ApiClient } from "./kubernetes/client.ts";
import type { Confirmation } from "./orphans/decide.ts";
import { orphanController } from "./orphans/io/controller.ts";
import { PodPoller } from "./pods/io/poller.ts";
import type { PodReports } from "./pods/io/reports.ts";
import type { PodStatusReader } from "./pods/io/status-reader.ts";
import { issueCertificate } from "./proxy/io/issue-certificate.ts";
import { poolController } from "./pool/io/controller.ts";
import type { PlanApplier } from "./runtime/apply-plan.ts";
import { timer } from "./runtime/clock.ts";
import type { Controller } from "./runtime/controller.ts";
import { Inquiries } from "./runtime/inquiries.ts";
import { type QueueOptions, WorkQueue } from "./runtime/queue.ts";
import { cryptoRandom } from "./runtime/random.ts";
import type { Random } from "./values/random.ts";
import { type Instant, instant } from "./values/time.ts";

/** What the controllers of one process are made of. */
export interface Parts {
  readonly caches: Caches;
  readonly client: Pick<ApiClient, "get" | "list">;
  readonly applier: PlanApplier;
  readonly reports: PodReports;
  readonly settings: Settings;
  readonly world: World;
  readonly log: Logger;
}

/** What lies beyond the API server: time, chance, and what is on the network. */
export interface World {
  readonly now: () => Instant;
  readonly random: Random;
  /** Never goes back (ms). */
  readonly clock: () => number;
  readonly timer: QueueOptions["timer"];
  readonly readStatus: PodStatusReader;
  readonly probe: (request: ProbeRequest) => Promise<ProbeResult>;
  readonly resolve: HostResolver;
  readonly makeCertificate: MakeCertificate;
}

/** The world as it is. */
export function realWorld(readStatus: PodStatusReader): World {
  return {
    now: () => instant(Date.now()),
    random: cryptoRandom,
    clock: () => performance.now(),
    timer,
    readStatus,
    probe: async (request) => probeAddress(request, readStatus),
    resolve: dnsResolver(),
    makeCertificate: async (now) => issueCertificate(now, cryptoRandom),
  };
}

/** The operator is busy while anything waits for a worker longer than this (ms). */
const busyFromMs = 1_000;

/** Probes of slow addresses have a place of their own: they take no worker, and hold up nobody. */
const probing = { atOnce: 32, deadlineMs: 60_000 };
const resolving = { atOnce: 8, deadlineMs: 15_000 };
const listening = { atOnce: 4, deadlineMs: 15_000 };
const confirming = { atOnce: 4, deadlineMs: 60_000 };

/** All controllers, and the poller of pods, which share one hand that writes. */
export function makeControllers(parts: Parts): readonly Controller[] {
  const { caches, client, applier, reports, settings, world, log } = parts;
  const { now, random, clock, readStatus, probe, resolve } = world;
  const queues: WorkQueue[] = [];
  const makeQueue = () => {
    const queue = new WorkQueue({ now: clock, random, timer: world.timer });
    queues.push(queue);
    return queue;
  };
  const isBusy = () => queues.some(({ lagMs }) => lagMs > busyFromMs);
  const common = () => ({ queue: makeQueue(), applier, now, random, clock });
  const sources = { caches, settings, isBusy };
  const polling = { caches, settings, reports, readStatus, now, random, log };
  const poller = new PodPoller({ ...polling, queue: makeQueue() });
  const certificates = new IssuedCertificates(world.makeCertificate);
  const probes = new Inquiries<Probe>({ ...probing, log });
  const resolutions = new Inquiries<Resolution>({ ...resolving, log });
  const warnings = new Inquiries<BalancerWarnings>({ ...listening, log });
  const confirmations = new Inquiries<Confirmation>({ ...confirming, log });
  const asking = { probes, resolutions, warnings };
  return [
    fleetController({ ...common(), sources, reports, poller, certificates }),
    addressController({ ...common(), ...asking, sources, client, probe, resolve, log }),
    poolController({ ...common(), caches }),
    orphanController({ ...common(), caches, client, confirmations, resolutions, resolve }),
    poller.controller,
  ];
}
