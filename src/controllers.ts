import type { Logger } from "pino";
import { addressController } from "./address/io/controller.ts";
import { probeAddress } from "./address/io/probe.ts";
import { type HostResolver, dnsResolver } from "./address/io/resolve.ts";
import { parseWhatsAppProxy } from "./api/fleet.ts";
import type { BalancerWarnings } from "./address/balancer-words.ts";
import type { Resolution } from "./address/observed.ts";
import type { Probe, ProbeRequest, ProbeResult } from "./address/probe.ts";
import { type Caches, claimant } from "./cluster/caches.ts";
import type { DeletionAnswer } from "./cluster/deletion.ts";
import { Absences } from "./cluster/io/absences.ts";
import { Deletions } from "./cluster/io/deletions.ts";
import type { Settings } from "./cluster/settings.ts";
import { type NameLookup, nameLookup } from "./dns/io/name-lookup.ts";
import { NameReadings, fleetOfSubject } from "./dns/io/name-readings.ts";
import type { NameReading } from "./dns/reading.ts";
import { IssuedCertificates, type MakeCertificate } from "./fleet/io/certificates.ts";
import { fleetController } from "./fleet/io/controller.ts";
import { Rollouts } from "./fleet/io/rollouts.ts";
import { agentAnswer } from "./ingestion/agent-answer.ts";
import { type Inbox, takesEvidence } from "./ingestion/io/inbox.ts";
import type { ApiClient } from "./kubernetes/client.ts";
import { keyOf, keyText } from "./kubernetes/resource.ts";
import { viewOfEntry } from "./ledger/view.ts";
import { newsControllers } from "./news/io/controllers.ts";
import type { Couriers } from "./news/io/couriers.ts";
import type { Send } from "./news/io/send.ts";
import type { Confirmation } from "./orphans/decide.ts";
import { orphanController } from "./orphans/io/controller.ts";
import { PodPoller } from "./pods/io/poller.ts";
import type { PodReports } from "./pods/io/reports.ts";
import type { PodStatusReader } from "./pods/io/status-reader.ts";
import { issueCertificate } from "./proxy/io/issue-certificate.ts";
import { poolController } from "./pool/io/controller.ts";
import { ArrivalsKeeper } from "./reachability/arrivals/io/arrivals-keeper.ts";
import { configMapArrivals } from "./reachability/arrivals/io/arrivals-store.ts";
import type { ReportEvidence } from "./reachability/evidence.ts";
import { usualLimits } from "./reachability/evidence-log.ts";
import { FeedKeeper } from "./reachability/feeds/io/feed-keeper.ts";
import type { FeedReadings } from "./reachability/feeds/io/feed-readings.ts";
import { type FeedOf, feedMaker } from "./reachability/feeds/io/make-feed.ts";
import { feedsOf, noFeeds } from "./reachability/feeds/settings.ts";
import { CountryLooks } from "./reachability/io/country-looks.ts";
import { EvidenceKeeper } from "./reachability/io/evidence-keeper.ts";
import { configMapStore } from "./reachability/io/evidence-store.ts";
import { Rounds, type SourceOf } from "./reachability/io/rounds.ts";
import { countriesOfFleets, vantagePointController } from "./reachability/io/vantage-points.ts";
import { verdictController } from "./reachability/io/verdicts.ts";
import { blockedWhenOf } from "./reachability/policy.ts";
import { sourceMaker } from "./reachability/sources/io/make-source.ts";
import type { PlanApplier } from "./runtime/apply-plan.ts";
import type { CheckedClock } from "./runtime/checked-clock.ts";
import { timer } from "./runtime/clock.ts";
import type { Controller } from "./runtime/controller.ts";
import type { ReconcilerOptions } from "./runtime/reconciler.ts";
import { Inquiries } from "./runtime/inquiries.ts";
import { type QueueOptions, WorkQueue } from "./runtime/queue.ts";
import { cryptoRandom } from "./runtime/random.ts";
import type { Random } from "./values/random.ts";
import type { Instant } from "./values/time.ts";
import { userAgent } from "./version.ts";

/** What the controllers of one process are made of. */
export interface Parts {
  readonly caches: Caches;
  readonly client: Pick<ApiClient, "get" | "list" | "apply">;
  readonly applier: PlanApplier;
  readonly reports: PodReports;
  readonly feeds: FeedReadings;
  readonly settings: Settings;
  /** What agents found; absent where they are not served. */
  readonly inbox?: Inbox | undefined;
  /** Absent where no receivers of news are configured. */
  readonly news?: NewsParts | undefined;
  /** What people reported over share pages; absent where these are not served. */
  readonly pageReports?: Inbox<ReportEvidence> | undefined;
  readonly world: World;
  readonly log: Logger;
}

/** What news are made of, and how they leave. */
export interface NewsParts {
  /** Path of the file with the receivers. */
  readonly path: string;
  readonly couriers: Couriers;
  readonly send: Send;
}

/** What lies beyond the API server: time, chance, and what is on the network. */
export interface World {
  readonly now: () => Instant;
  /** Whether the clocks of this machine and of the API server say the same. */
  readonly clocksAgree: () => boolean;
  /** Calls `listener` each time that this has changed. */
  readonly onClockTurn: (listener: () => void) => void;
  readonly random: Random;
  /** Never goes back (ms). */
  readonly clock: () => number;
  readonly timer: QueueOptions["timer"];
  readonly readStatus: PodStatusReader;
  readonly probe: (request: ProbeRequest) => Promise<ProbeResult>;
  readonly resolve: HostResolver;
  /** What resolvers say of a name. */
  readonly lookUp: NameLookup;
  readonly makeCertificate: MakeCertificate;
  readonly sourceOf: SourceOf;
  readonly feedOf: FeedOf;
}

/** The world as it is. */
export function realWorld(
  readStatus: PodStatusReader,
  checked: CheckedClock,
  resolvers: readonly string[],
): World {
  return {
    now: checked.now,
    clocksAgree: checked.agrees,
    onClockTurn: (listener) => checked.onTurn(listener),
    random: cryptoRandom,
    clock: () => performance.now(),
    timer,
    readStatus,
    probe: async (request) => probeAddress(request, readStatus),
    resolve: dnsResolver(),
    lookUp: nameLookup(resolvers),
    makeCertificate: async (now) => issueCertificate(now, cryptoRandom),
    sourceOf: sourceMaker({ userAgent, now: checked.now }),
    feedOf: feedMaker({ userAgent, now: checked.now }),
  };
}

/** The operator is busy while anything waits for a worker longer than this (ms). */
const busyFromMs = 1_000;

/** Probes of slow addresses have a place of their own: they take no worker, and hold up nobody. */
const probing = { atOnce: 64, deadlineMs: 60_000 };
const resolving = { atOnce: 8, deadlineMs: 15_000 };
const resolvingNames = { atOnce: 16, deadlineMs: 30_000 };
const listening = { atOnce: 4, deadlineMs: 15_000 };
const confirming = { atOnce: 4, deadlineMs: 60_000 };

/** All controllers, and the poller of pods, which share one hand that writes. */
export function makeControllers(parts: Parts): readonly Controller[] {
  const { caches, client, applier, reports, settings, world, log } = parts;
  const { now, clocksAgree, random, clock, readStatus, probe, resolve } = world;
  const queues: WorkQueue[] = [];
  const makeQueue = () => {
    const queue = new WorkQueue({ now: clock, random, timer: world.timer });
    queues.push(queue);
    return queue;
  };
  const isBusy = () => queues.some(({ lagMs }) => lagMs > busyFromMs);
  const common = () => ({ queue: makeQueue(), applier, now, clocksAgree, random, clock });
  const sources = { caches, settings, isBusy };
  const polling = { caches, settings, reports, readStatus, now, random, log };
  const poller = new PodPoller({ ...polling, queue: makeQueue() });
  const certificates = new IssuedCertificates(world.makeCertificate);
  const probes = new Inquiries<Probe>({ ...probing, ownerOf: fleetOf(caches), log });
  const resolutions = new Inquiries<Resolution>({ ...resolving, log });
  const warnings = new Inquiries<BalancerWarnings>({ ...listening, log });
  const askers = askersOf(parts);
  const confirmations = new Inquiries<Confirmation>({ ...confirming, log });
  const asking = () => ({ ...common(), ...askers(), client, resolutions, resolve });
  const evidence = evidenceKeeper(parts, makeQueue());
  const looks = new CountryLooks({ caches, evidence, feeds: parts.feeds, now, clock });
  const fleets = fleetController({
    ...common(),
    ...askers(),
    sources,
    reports,
    poller,
    certificates,
    looks,
    readings: nameReadings(parts),
    rollouts: new Rollouts({ caches, settings, now, clock }),
  });
  const addresses = addressController({ ...asking(), sources, probes, warnings, probe, log });
  const orphans = orphanController({ ...asking(), caches, confirmations });
  // What waited for the right time is to be looked at, and what was dated by a wrong one.
  world.onClockTurn(() => {
    for (const fleet of caches.fleets.list()) fleets.queue.add(keyText(keyOf(fleet)));
    for (const { metadata } of caches.addresses.list()) addresses.queue.add(metadata.name);
  });
  return [
    fleets,
    addresses,
    poolController({ ...common(), caches }),
    orphans,
    poller.controller,
    ...evidenceControllers(parts, { evidence, looks }, common),
    ...newsOf(parts, { evidence, looks }, makeQueue),
  ];
}

/** What tells receivers outside, where an admin names any. */
function newsOf(
  { caches, client, news, settings, world, log }: Parts,
  { evidence, looks }: Known,
  makeQueue: () => WorkQueue,
): readonly Controller[] {
  if (news === undefined) return [];
  const { now, clock, random } = world;
  const { operatorNamespace } = settings;
  const sources = { caches, looks, evidence, operatorNamespace };
  const parts = { client, namespace: operatorNamespace, now, clock, random, log };
  return newsControllers({ ...news, ...parts, sources, makeQueue });
}

/** What evidence is kept in, and what it says of whole countries. */
interface Known {
  readonly evidence: EvidenceKeeper;
  readonly looks: CountryLooks;
}

/** What takes evidence in, and what makes verdicts of it. */
function evidenceControllers(
  parts: Parts,
  { evidence, looks }: Known,
  common: () => ReconcilerOptions,
): readonly Controller[] {
  const { caches, client, reports, feeds, inbox, pageReports, settings, world } = parts;
  const store = configMapArrivals(client, settings.operatorNamespace);
  const counted = { caches, reports, evidence, store, now: world.now };
  const arrivals = new ArrivalsKeeper({ ...counted, queue: common().queue });
  const rounds = roundsOf(parts, evidence);
  inbox?.deliverTo(takesEvidence({ ...caches, evidence, rounds }));
  pageReports?.deliverTo((found) => evidence.add(found));
  return [
    evidence.controller,
    arrivals.controller,
    feedKeeper(parts, common().queue).controller,
    verdictController({ ...common(), caches, evidence, feeds, looks }),
    vantagePointController({ ...common(), caches, rounds }),
  ];
}

/** Evidence is kept of the addresses in the ledger, as much as all fleets together ask for. */
function evidenceKeeper(
  { caches, client, settings, world: { now, clock } }: Parts,
  queue: WorkQueue,
): EvidenceKeeper {
  return new EvidenceKeeper({
    store: configMapStore(client, settings.operatorNamespace),
    queue,
    limits: () => {
      const fleets = caches.fleets.list().map((raw) => parseWhatsAppProxy(raw));
      return usualLimits(
        fleets.flatMap((fleet) => (fleet.ok ? blockedWhenOf(fleet.value.spec) : [])),
      );
    },
    addresses: () =>
      new Set(caches.addresses.list().flatMap((raw) => viewOfEntry(raw).view?.address ?? [])),
    now,
    clock,
  });
}

/** Feeds are asked for the countries that fleets name, as far as an admin allows it. */
function feedKeeper(
  { caches, client, feeds: readings, settings, world, log }: Parts,
  queue: WorkQueue,
): FeedKeeper {
  const { feedOf, now, random } = world;
  return new FeedKeeper({
    feeds: feedsOf(settings.feeds ?? noFeeds),
    feedOf,
    readings,
    countries: () => countriesOfFleets(caches),
    tokens: { client, namespace: settings.operatorNamespace },
    queue,
    now,
    random,
    log,
  });
}

/** Vantage points measure beside the reconciles, and what they find is evidence. */
function roundsOf(parts: Parts, evidence: EvidenceKeeper): Rounds {
  const { client, settings, inbox, world, log } = parts;
  const { sourceOf, now, random } = world;
  return new Rounds({
    sourceOf,
    tokens: { client, namespace: settings.operatorNamespace },
    evidence: (found) => evidence.add(found),
    agentAnswer: (token) => agentAnswer(token, inbox !== undefined),
    now,
    random,
    log,
  });
}

/** Names are resolved beside the reconciles: a resolver that is silent holds up nobody. */
function nameReadings({ world: { lookUp, now }, log }: Parts): NameReadings {
  const inquiries = new Inquiries<NameReading>({
    ...resolvingNames,
    ownerOf: fleetOfSubject,
    log,
  });
  return new NameReadings({ inquiries, lookUp, now });
}

/** Whose probes share a place: those of all addresses of a fleet. */
function fleetOf({ addresses }: Pick<Caches, "addresses">): (name: string) => string {
  return (name) => {
    const entry = addresses.get({ name });
    return (entry === undefined ? undefined : claimant(entry)[0]) ?? name;
  };
}

/** Who asks the server before anything follows from an absence, or from a deletion. */
function askersOf({ caches, client, world: { now, clock }, log }: Parts) {
  const absences = new Absences({
    client,
    fleets: caches.fleets,
    inquiries: new Inquiries<Instant>({ ...confirming, log }),
    now,
    clock,
    log,
  });
  // Whoever asks is woken by the answer: each controller asks by itself.
  return () => {
    const inquiries = new Inquiries<DeletionAnswer>({ ...confirming, log });
    return { absences, deletions: new Deletions({ client, inquiries, now, log }) };
  };
}
