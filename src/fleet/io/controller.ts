import { podFleet, claimant } from "../../cluster/caches.ts";
import { enqueueOn, isForeign, isMoreThanStatus } from "../../cluster/changes.ts";
import type { AbsenceQuestion, Absences } from "../../cluster/io/absences.ts";
import type { Deletions } from "../../cluster/io/deletions.ts";
import { isSame } from "../../kubernetes/difference.ts";
import type { CustomObject, KubeObject, Secret } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import type { Change, Store } from "../../kubernetes/store.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import type { PodPoller } from "../../pods/io/poller.ts";
import type { PodReports } from "../../pods/io/reports.ts";
import type { CountryLooks } from "../../reachability/io/country-looks.ts";
import type { Controller } from "../../runtime/controller.ts";
import { type ReconcilerOptions, defineController } from "../../runtime/reconciler.ts";
import { readKeySecret } from "../../share/key-secret.ts";
import { fleetsRenewedBetween } from "../../share/renewals.ts";
import type { FleetAsk } from "../asks.ts";
import type { NameReadings } from "../../dns/io/name-readings.ts";
import { decideFleet } from "../decide.ts";
import type { IssuedCertificates } from "./certificates.ts";
import { type FleetSources, observeFleet } from "./observe.ts";
import { TicketSeed } from "./ticket-seed.ts";
import type { Rollouts } from "./rollouts.ts";

export interface FleetControllerOptions extends ReconcilerOptions {
  readonly sources: Omit<
    FleetSources,
    | "reports"
    | "certificates"
    | "ticketSeed"
    | "absence"
    | "deletion"
    | "holds"
    | "readings"
    | "rollouts"
  >;
  readonly looks: Pick<CountryLooks, "holdsOn" | "onRelease">;
  readonly reports: PodReports;
  readonly poller: Pick<PodPoller, "ask">;
  readonly certificates: IssuedCertificates;
  readonly absences: Absences;
  readonly deletions: Deletions;
  readonly readings: NameReadings;
  readonly rollouts: Pick<Rollouts, "turnOf" | "onTurn">;
}

/** Keeps a fleet's pods, addresses and status as its spec, the ledger and the pools ask. */
export function fleetController(options: FleetControllerOptions): Controller {
  const { sources, queue, certificates, absences, deletions, readings } = options;
  enqueueFleets(options, (key) => queue.add(key));
  const tickets = new TicketSeed(options.now);
  const all = {
    ...sources,
    ticketSeed: () => tickets.seed(),
    reports: options.reports,
    certificates,
    readings,
    rollouts: options.rollouts,
    holds: options.looks.holdsOn.bind(options.looks),
    absence: (key: string) => absences.answer(absenceOf(key)),
    deletion: (object: KubeObject) => deletions.of(object),
  };
  return defineController(
    {
      name: "fleet",
      observe: (key, memory) => observeFleet(key, memory, all),
      decide: decideFleet,
      answer: async (key, ask) => answer(key, ask, options),
      forget: (key) => {
        certificates.forget(key);
        absences.forget(absenceOf(key));
        readings.forget(key);
      },
    },
    options,
  );
}

function absenceOf(key: string): AbsenceQuestion {
  return { subject: `fleet ${key}`, fleet: parseKey(key) };
}

async function answer(
  key: string,
  ask: FleetAsk,
  { certificates, poller, absences, deletions, readings, queue, now }: FleetControllerOptions,
): Promise<"now" | "later"> {
  switch (ask.kind) {
    case "certificate":
      await certificates.issue(key, ask, now());
      return "now";
    case "renewal":
      await certificates.issue(key, ask, now());
      return "now";
    case "podStatus":
      poller.ask(ask.pod, () => queue.add(key));
      return "later";
    case "absence":
      absences.ask(absenceOf(key), () => queue.add(key));
      return "later";
    case "deletion":
      deletions.ask(ask.object, () => queue.add(key));
      return "later";
    case "name":
      readings.ask(key, ask, () => queue.add(key));
      return "later";
  }
}

type Add = (key: string) => void;

/** Fleets whose pages get other paths, also by what this process has just noted itself. */
function pagesChangedBy({ before, after }: Change<Secret>): "all" | readonly string[] {
  const [old, now] = [readKeySecret(before), readKeySecret(after)];
  if (old === undefined || now === undefined || !isSame(old.key, now.key)) return "all";
  return fleetsRenewedBetween(old.renewals, now.renewals);
}

/** Fleets whose pages get other paths, by a renewal or another key; all, where it gets lost. */
function enqueueRenewed(
  { ownSecrets, shareKeyTrouble }: FleetControllerOptions["sources"]["caches"],
  { all, add }: { readonly all: () => void; readonly add: Add },
): void {
  shareKeyTrouble.onTurn(all);
  ownSecrets.onChange((change) => {
    const changed = pagesChangedBy(change);
    if (changed === "all") all();
    else changed.forEach(add);
  });
}

/** Everything that a fleet's next step depends on enqueues it, but for its own last write. */
function enqueueFleets(options: FleetControllerOptions, add: Add): void {
  const { caches } = options.sources;
  const all = () => caches.fleets.list().forEach((fleet) => add(keyText(keyOf(fleet))));
  enqueueOn(caches.fleets, isForeign, (fleet) => add(keyText(keyOf(fleet))));
  enqueueOn(
    caches.addresses,
    () => true,
    (entry) => claimant(entry).forEach(add),
  );
  caches.addresses.onChange(({ after }) => {
    if (after !== undefined) return;
    for (const fleet of caches.fleets.list())
      if (waitsForAddress(fleet)) add(keyText(keyOf(fleet)));
  });
  const children = [
    caches.deployments,
    caches.secrets,
    caches.disruptionBudgets,
    caches.networkPolicies,
    caches.pods,
  ];
  for (const store of children)
    enqueueOn(store as Store<KubeObject>, isForeign, (child) => podFleet(child).forEach(add));
  options.rollouts.onTurn(add);
  enqueueNamed(caches, add);
  options.reports.onChange((key) => {
    const pod = caches.pods.get(parseKey(key));
    if (pod !== undefined) podFleet(pod).forEach(add);
  });
  caches.pools.onChange((change) => {
    if (isMoreThanStatus(change)) all();
  });
  enqueueHeld(options, add);
  enqueueRenewed(caches, { all, add });
  caches.vantagePoints.onChange((change) => {
    if (isMoreThanStatus(change)) all();
  });
  caches.reach.onReadable((namespace) => {
    const isThere = (key: string) => parseKey(key).namespace === namespace;
    const fleets = caches.fleets.list().map((fleet) => keyText(keyOf(fleet)));
    const claimants = caches.addresses.list().flatMap(claimant);
    new Set([...fleets, ...claimants].filter(isThere)).forEach(add);
  });
  caches.namespaces.onChange(({ before, after }) => {
    const [old, now] = [before, after].map((one) => JSON.stringify(one?.metadata.labels));
    if (old !== now) all();
  });
}

/** Whose names were changed, or can be written now. */
function enqueueNamed(caches: FleetSources["caches"], add: Add): void {
  // ExternalDNS writes the status of each, which says nothing of DNS. Our own writes count: when a
  // name is first asked for follows from the time at which the server made its object.
  enqueueOn(caches.dnsEndpoints, isMoreThanStatus, (endpoint) => podFleet(endpoint).forEach(add));
  caches.dnsEndpointKind.onTurn(() => {
    for (const fleet of caches.fleets.list()) if (hasNames(fleet)) add(keyText(keyOf(fleet)));
  });
}

function hasNames({ spec }: CustomObject): boolean {
  return ((spec ?? {}) as { dns?: unknown }).dns !== undefined;
}

/** Whose blocked slots wait in a country goes on when others there were seen to work, or to fail. */
function enqueueHeld({ sources: { caches }, looks }: FleetControllerOptions, add: Add): void {
  const held = () => {
    for (const fleet of caches.fleets.list()) if (isHeld(fleet)) add(keyText(keyOf(fleet)));
  };
  looks.onRelease(held);
  caches.addresses.onChange(({ before, after }) => {
    if (verdictsText(before) !== verdictsText(after)) held();
  });
}

function verdictsText(entry: CustomObject | undefined): string {
  const view = entry === undefined ? undefined : viewOfEntry(entry).view;
  return JSON.stringify(view?.reachability.map(({ country, verdict }) => [country, verdict]) ?? []);
}

/** Whether the evidence holds a fleet's slots, by its own word. */
function isHeld(fleet: CustomObject): boolean {
  return conditionsOf(fleet).some(
    ({ type, status, reason }) =>
      (type === "OutageSuspected" && (status === "True" || reason === "MovingInTurn")) ||
      (type === "ProtocolBlocked" && status === "True"),
  );
}

/**
 * Whether an address that comes free means something to this fleet: it has slots without one, or its
 * pools are running low.
 */
function waitsForAddress(fleet: CustomObject): boolean {
  return conditionsOf(fleet).some(
    ({ type, status: state, reason }) =>
      (type === "PoolExhausted" && reason !== "AddressesFree") ||
      (type === "AddressesReady" && state !== "True"),
  );
}

interface StoredCondition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
}

function conditionsOf({ status }: CustomObject): readonly StoredCondition[] {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly StoredCondition[] };
  return conditions;
}
