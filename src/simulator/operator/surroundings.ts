import { type Logger, pino } from "pino";
import type { BalancerWarnings } from "../../address/balancer-words.ts";
import type { AddressControllerOptions } from "../../address/io/controller.ts";
import type { Resolution } from "../../address/observed.ts";
import type { Probe, ProbeRequest, ProbeResult } from "../../address/probe.ts";
import { childName, fleetLabel } from "../../api/names.ts";
import type { Caches } from "../../cluster/caches.ts";
import type { DeletionAnswer } from "../../cluster/deletion.ts";
import { Absences } from "../../cluster/io/absences.ts";
import { Deletions } from "../../cluster/io/deletions.ts";
import { NameReadings } from "../../dns/io/name-readings.ts";
import type { NameReading } from "../../dns/reading.ts";
import { IssuedCertificates } from "../../fleet/io/certificates.ts";
import type { FleetControllerOptions } from "../../fleet/io/controller.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import { PodReports } from "../../pods/io/reports.ts";
import { secretRevision } from "../../proxy/lane-certificates.ts";
import { Inquiries } from "../../runtime/inquiries.ts";
import type { ReconcilerOptions } from "../../runtime/reconciler.ts";
import { type Instant, seconds } from "../../values/time.ts";
import type { Agenda } from "../world/agenda.ts";
import type { WorldClient } from "./client.ts";
import type { WorldPods } from "./pods.ts";

/** What the controllers of fleets and addresses meet: the world answers what they ask for. */
export interface Surroundings {
  readonly agenda: Agenda;
  readonly pods: WorldPods;
  readonly caches: Caches;
  readonly client: WorldClient;
  readonly probes: Inquiries<Probe>;
}

/** Nothing is logged: a run has millions of lines. */
export const silent: Logger = pino({ level: "silent" });

/** Questions to the world are answered at once, or by virtual time. */
export const inquiry = { atOnce: 64, deadlineMs: 60_000, log: silent };

const settings = { proxyImage: "proxy:1", operatorNamespace: "proxyfleet" };
const noServers = { chat: [], media: [] };

/** Pods hear of a new certificate, and an address is tried. */
const probeTakes = seconds(3);

type FleetSurroundings = Omit<FleetControllerOptions, keyof ReconcilerOptions | "looks">;

/** What the controller of fleets is made with. */
export function aroundFleets({ caches, client, pods, agenda }: Surroundings): FleetSurroundings {
  const reports = new PodReports();
  const ask = (pod: Pod): void => {
    const { namespace, name, labels } = pod.metadata;
    const fleet = labels?.[fleetLabel] ?? "";
    const wanted = secretRevision(caches.secrets.get({ namespace, name: childName(fleet) }));
    const answer = { pod: name, status: pods.status(pod), wanted, servers: noServers };
    reports.answered(keyText(keyOf(pod)), answer, agenda.now());
  };
  pods.onReady((pod) => agenda.timer(seconds(1), () => ask(pod)));
  const askByKey = (key: string, answered: () => void): void => {
    const pod = caches.pods.get(parseKey(key));
    if (pod !== undefined) ask(pod);
    answered();
  };
  const inquiries = new Inquiries<NameReading>(inquiry);
  return {
    sources: { caches, settings, isBusy: () => false },
    reports,
    poller: { ask: askByKey },
    certificates: certificates(),
    absences: absencesOf({ caches, client, agenda }),
    deletions: deletionsOf({ client, agenda }),
    readings: new NameReadings({ inquiries, lookUp: async () => [], now: agenda.now }),
    rollouts: { turnOf: () => ({ kind: "now" }), onTurn: () => undefined },
  };
}

type AddressSurroundings = Omit<AddressControllerOptions, keyof ReconcilerOptions>;

/** What the controller of addresses is made with. */
export function aroundAddresses(parts: Surroundings): AddressSurroundings {
  const { caches, client, pods, agenda, probes } = parts;
  const probe = async (request: ProbeRequest): Promise<ProbeResult> =>
    new Promise((resolve) => {
      agenda.timer(probeTakes, () => resolve(probed(request, pods)));
    });
  return {
    sources: { caches, settings, isBusy: () => false },
    client,
    probes,
    resolutions: new Inquiries<Resolution>(inquiry),
    warnings: new Inquiries<BalancerWarnings>(inquiry),
    probe,
    resolve: async () => [],
    deletions: deletionsOf({ client, agenda }),
    log: silent,
  };
}

/** Certificates are numbers here: making real ones takes longer than all the rest. */
function certificates(): IssuedCertificates {
  let made = 0;
  return new IssuedCertificates(async () => {
    const sha256 = (++made).toString(16).padStart(64, "0");
    return { pem: `certificate ${sha256}`, sha256 };
  });
}

function absencesOf({
  caches,
  client,
  agenda,
}: Pick<Surroundings, "caches" | "client" | "agenda">): Absences {
  const inquiries = new Inquiries<Instant>(inquiry);
  const { now, elapsedMs: clock } = agenda;
  return new Absences({ client, fleets: caches.fleets, inquiries, now, clock, log: silent });
}

function deletionsOf({ client, agenda }: Pick<Surroundings, "client" | "agenda">): Deletions {
  const inquiries = new Inquiries<DeletionAnswer>(inquiry);
  return new Deletions({ client, inquiries, now: agenda.now, log: silent });
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
