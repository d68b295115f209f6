import { addressLabel, childName } from "../../../../src/api/names.ts";
import { secrets, services } from "../../../../src/kubernetes/builtin.ts";
import type { Service } from "../../../../src/kubernetes/objects.ts";
import { ledgerName } from "../../../../src/ledger/name.ts";
import { laneCertificates } from "../../../../src/proxy/lane-certificates.ts";
import type { SimulatedCluster } from "../cluster.ts";
import { type Entry, isInMaking, isPublished, isRepeat, ledger } from "./entry.ts";
import { type Fleet, allFleets, namedAddresses, ownEntries } from "./fleet.ts";

/** Everything at one moment. */
interface Now {
  readonly cluster: SimulatedCluster;
  readonly entries: readonly Entry[];
  readonly services: readonly Service[];
  readonly fleets: readonly Fleet[];
  readonly exempt: Exempt;
}

/** What people did that no operator can be right about. */
export interface Exempt {
  /** Names of entries that the ledger lost by somebody's hand. */
  readonly lost: ReadonlySet<string>;
  readonly lostAddresses: ReadonlySet<string>;
  /** Names of what came out of a backup, or was created late: there may be one too many of them. */
  readonly surplus: ReadonlySet<string>;
}

type Invariant = (now: Now) => readonly string[];

/** What must be true at every moment, whatever happened. Each says in words what is wrong. */
const invariants: readonly Invariant[] = [
  noAddressIsHeldTwice,
  namesFollowAddresses,
  darkEntriesHaveNoService,
  servingEntriesHaveTheirService,
  publishedEntriesHaveTheirLane,
  everyServiceHasItsEntry,
  namedAddressesServe,
  noLaneIsShared,
  oneInTheMaking,
  atMostTwoDrain,
];

/** All that is wrong now. */
export function wrongNow(cluster: SimulatedCluster, exempt: Exempt): readonly string[] {
  const { server } = cluster;
  const now = {
    cluster,
    exempt,
    entries: ledger(server),
    services: server
      .list(services)
      .filter(({ metadata }) => metadata.labels?.[addressLabel] !== undefined),
    fleets: allFleets(server),
  };
  return invariants.flatMap((invariant) => invariant(now));
}

const names = new Map<string, string>();

/** The same few addresses are looked at after every change. */
function nameOf(address: string): string {
  const known = names.get(address) ?? ledgerName(address);
  names.set(address, known);
  return known;
}

function repeated(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function noAddressIsHeldTwice({ entries }: Now): readonly string[] {
  const held = entries.flatMap(({ spec }) => spec.address ?? []);
  return repeated(held).map((address) => `two entries hold ${address}`);
}

/** Creating an entry is the claim, since its name says its address. */
function namesFollowAddresses({ cluster, entries }: Now): readonly string[] {
  if (cluster.provider === "Assigned") return [];
  return entries
    .filter(({ name, spec }) => spec.address === undefined || nameOf(spec.address) !== name)
    .map(({ name, spec }) => `${name} holds ${spec.address}`);
}

function serviceOf({ services }: Now, { name, spec }: Entry): Service | undefined {
  return services.find(
    ({ metadata }) =>
      metadata.labels?.[addressLabel] === name && metadata.namespace === spec.claimRef.namespace,
  );
}

function darkEntriesHaveNoService(now: Now): readonly string[] {
  return now.entries
    .filter(({ status }) => status?.phase === "Quarantined")
    .filter((entry) => {
      const name = serviceOf(now, entry)?.metadata.name;
      return name !== undefined && !now.exempt.surplus.has(name);
    })
    .map(({ name }) => `${name} is dark and has a Service`);
}

function servingEntriesHaveTheirService(now: Now): readonly string[] {
  const serving = now.entries.filter(
    ({ spec, status }) => status?.phase === "Serving" && spec.want !== "Quarantine",
  );
  return serving.flatMap((entry) => {
    const service = serviceOf(now, entry);
    if (service === undefined) return [`${entry.name} serves without its Service`];
    const shown = service.status?.loadBalancer?.ingress?.[0]?.ip;
    const isOther = shown !== undefined && shown !== entry.spec.address;
    return isOther && !now.cluster.loadBalancer.isTampered(service)
      ? [`${entry.name} serves at ${shown}`]
      : [];
  });
}

/** People who use an address find its own lane, with the certificate that was verified. */
function publishedEntriesHaveTheirLane({ cluster, fleets, entries }: Now): readonly string[] {
  return fleets.flatMap((fleet) => {
    const { namespace, name, deletionTimestamp } = fleet.metadata;
    const secret = cluster.server.get(secrets, { namespace, name: childName(name) });
    if (secret === undefined || deletionTimestamp !== undefined) return [];
    const certificates = new Set(laneCertificates(secret).map(({ sha256 }) => sha256));
    return ownEntries(fleet, entries)
      .filter(isPublished)
      .filter(({ status }) => !certificates.has(status?.certificateSHA256 ?? ""))
      .map((entry) => `${entry.name} is published, and its lane is not open`);
  });
}

function everyServiceHasItsEntry({ services, entries, exempt }: Now): readonly string[] {
  const known = new Set([...entries.map(({ name }) => name), ...exempt.lost]);
  return services
    .filter(({ metadata }) => !exempt.surplus.has(metadata.name))
    .filter(({ metadata }) => !known.has(metadata.labels?.[addressLabel] ?? ""))
    .map(({ metadata }) => `Service ${metadata.name} is left behind without its entry`);
}

/** No address goes dark that people use, unless its fleet is deleted. */
function namedAddressesServe({ fleets, entries, exempt }: Now): readonly string[] {
  const lit = new Set(
    entries.flatMap(({ spec }) => (spec.want === "Quarantine" ? [] : (spec.address ?? []))),
  );
  return fleets
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(namedAddresses)
    .filter((address) => !lit.has(address) && !exempt.lostAddresses.has(address))
    .map((address) => `people use ${address}, which is dark`);
}

function noLaneIsShared({ fleets, entries, exempt }: Now): readonly string[] {
  return fleets.flatMap((fleet) => {
    const lit = ownEntries(fleet, entries).filter(
      (entry) =>
        entry.status?.phase !== "Quarantined" &&
        !isRepeat(entry) &&
        !exempt.surplus.has(entry.name),
    );
    return repeated(lit.map(({ spec }) => `${spec.lane}`)).map(
      (lane) => `two entries share lane ${lane}`,
    );
  });
}

function oneInTheMaking({ fleets, entries, exempt }: Now): readonly string[] {
  return fleets.flatMap((fleet) => {
    const making = ownEntries(fleet, entries).filter(
      (entry) => isInMaking(entry) && !exempt.surplus.has(entry.name),
    );
    return repeated(making.map(({ spec }) => `${spec.claimRef.slot}`)).map(
      (slot) => `slot ${slot} has two addresses in the making`,
    );
  });
}

function atMostTwoDrain({ fleets, entries }: Now): readonly string[] {
  return fleets.flatMap((fleet) => {
    const draining = ownEntries(fleet, entries).filter(isDraining);
    const slots = Map.groupBy(draining, ({ spec }) => spec.claimRef.slot);
    return [...slots]
      .filter(([, own]) => own.length > 2)
      .map(([slot, own]) => `slot ${slot} has ${own.length} addresses that drain`);
  });
}

function isDraining({ spec, status }: Entry): boolean {
  const drains =
    status?.phase === "Draining" || (status?.phase === "Serving" && spec.want === "Drain");
  return drains && spec.want !== "Quarantine" && spec.retiredBecause !== "SlotRemoved";
}
