import type { IssuedCertificate } from "../../proxy/certificate.ts";
import { type AddressPool, parseAddressPool } from "../../api/address-pool.ts";
import { type WhatsAppProxy, parseWhatsAppProxy } from "../../api/fleet.ts";
import { childName } from "../../api/names.ts";
import { parseProxyAddress } from "../../api/proxy-address.ts";
import type { Parsed } from "../../api/parse.ts";
import type { Caches } from "../../cluster/caches.ts";
import { type Settings, isLookedAfter } from "../../cluster/settings.ts";
import type { CustomObject, KubeObject, Pod, Secret } from "../../kubernetes/objects.ts";
import { type ObjectKey, keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import type { ObservedNames } from "../../dns/fleet-names.ts";
import type { NameReadings } from "../../dns/io/name-readings.ts";
import { isOrphan } from "../../ledger/orphan.ts";
import type { Absence } from "../../cluster/absence.ts";
import type { Deletion } from "../../cluster/deletion.ts";
import { belongsTo } from "../../ledger/ownership.ts";
import { tracesOf } from "../../ledger/traces.ts";
import { type AddressView, viewOfEntry } from "../../ledger/view.ts";
import type { PodReports } from "../../pods/io/reports.ts";
import { isServingPod, mayHoldSessions } from "../../pods/view.ts";
import { providers } from "../../pool/providers.ts";
import { certificateLives } from "../../proxy/io/certificate-lives.ts";
import { tenantOf } from "../../proxy/tenant.ts";
import { poolView } from "../../pool/view.ts";
import type { MoveHold } from "../../reachability/move-hold.ts";
import { readVantagePoints } from "../../reachability/io/vantage-points.ts";
import type { PassMemory } from "../../runtime/reconciler.ts";
import type { ShareKey } from "../../share/tokens.ts";
import { keySecretPlace, readKeySecret } from "../../share/key-secret.ts";
import { shareSecretName } from "../../share/slot-share.ts";
import type {
  Children,
  Entry,
  ObservedFleet,
  UnreadableEntry,
  UnwishedDeletion,
} from "../observed.ts";
import type { Turn } from "../turns.ts";

/** Where a fleet's surroundings are read from. */
export interface FleetSources {
  readonly caches: Caches;
  readonly settings: Settings;
  readonly isBusy: () => boolean;
  /** What holds the blocked slots of a fleet, counted over all fleets. */
  readonly holds: (
    fleet: Pick<WhatsAppProxy, "spec">,
    addresses: readonly AddressView[],
  ) => readonly MoveHold[];
  readonly reports: Pick<PodReports, "report" | "answer">;
  /** What the server said of a fleet, by its key. */
  readonly absence: (fleet: string) => Absence | undefined;
  /** What the deletion of a fleet or an entry means, as far as the server was asked. */
  readonly deletion: (object: KubeObject) => Deletion;
  /** Whose pods may be replaced now. */
  readonly rollouts: { turnOf(fleet: string): Turn };
  /** What resolvers said of a fleet's names. */
  readonly readings: Pick<NameReadings, "of">;
  /** What fresh ticket secrets are made from. */
  readonly ticketSeed: () => string;
  /** Certificates that were made for a fleet's entries, without those that its Secret holds. */
  readonly certificates: {
    issued(fleet: string, secret: Secret | undefined): ReadonlyMap<string, IssuedCertificate>;
  };
}

/** Reads a fleet and all around it from the caches. Undefined: there is nothing of it. */
export function observeFleet(
  text: string,
  { refused, contested }: PassMemory,
  sources: FleetSources,
): ObservedFleet | undefined {
  const { caches, settings, isBusy } = sources;
  const key = parseKey(text);
  if (!isLookedAfter(sources, key.namespace)) return undefined;
  const raw = caches.fleets.get(key);
  const stored = caches.addresses.by("fleet", text);
  const unwished = unwishedOf([...(raw === undefined ? [] : [raw]), ...stored], sources);
  const children = childrenOf(key, caches);
  const { secret } = children;
  const entries = stored.flatMap((entry) => entryOf(entry, { unwished, secret, caches }));
  if (raw === undefined && entries.length === 0) return undefined;
  const readable = new Set(entries.map(({ view }) => view.name));
  const parsed = raw === undefined ? undefined : parseWhatsAppProxy(raw);
  const isOwn = ({ view }: Entry) => raw !== undefined && belongsTo(view, raw.metadata.uid);
  const pods = caches.pods.by("fleet", text);
  const published = entries.filter(isOwn).flatMap(({ view }) => (isPublished(view) ? view : []));
  const place = keySecretPlace(settings.operatorNamespace);
  const shareSecrets = readKeySecret(caches.ownSecrets.get(place));
  return {
    key,
    raw,
    parsed,
    absence: raw === undefined ? sources.absence(text) : undefined,
    unwished,
    own: entries.filter(isOwn),
    orphans: entries.filter((entry) => !isOwn(entry)),
    unreadable: stored.filter(({ metadata }) => !readable.has(metadata.name)).map(unreadable),
    lostServices: lostServices(text, caches),
    ...poolsOf(key, parsed, { entries, caches }),
    holds: parsed?.ok === true ? sources.holds(parsed.value, published) : [],
    vantagePoints: readVantagePoints(caches),
    children,
    names: namesOf(text, sources, shareSecrets?.key),
    pods,
    ...keysOf(text, children.secret, sources),
    ...answersOf(pods, sources),
    refused,
    contested,
    isBusy: isBusy(),
    settings,
    turn: sources.rollouts.turnOf(text),
    shareSecrets,
    shareKeyTrouble: shareSecrets === undefined ? caches.shareKeyTrouble.words : "",
  };
}

function keysOf(
  fleet: string,
  secret: Secret | undefined,
  { certificates, ticketSeed }: FleetSources,
): Pick<ObservedFleet, "certificates" | "lives" | "ticketSeed"> {
  return {
    certificates: certificates.issued(fleet, secret),
    lives: certificateLives(secret),
    ticketSeed: ticketSeed(),
  };
}

function isPublished({ phase, want }: AddressView): boolean {
  return phase === "Serving" && want === "Serve";
}

function unwishedOf(
  objects: readonly KubeObject[],
  { deletion: meaningOf }: FleetSources,
): readonly UnwishedDeletion[] {
  return objects.flatMap((object) => {
    const deletion = meaningOf(object);
    const isUnwished = deletion.kind === "unconfirmed" || deletion.kind === "held";
    return isUnwished ? [{ object, deletion }] : [];
  });
}

interface EntrySources extends Pick<Children, "secret"> {
  readonly unwished: readonly UnwishedDeletion[];
  readonly caches: Caches;
}

/** An entry that is being deleted counts as one that is not, until a person is known to wish it. */
function entryOf(raw: CustomObject, { unwished, secret, caches }: EntrySources): readonly Entry[] {
  const parsed = parseProxyAddress(raw);
  const { view } = viewOfEntry(raw);
  if (!parsed.ok || view === undefined) return [];
  const isUnwished = unwished.some(({ object }) => object === raw);
  const services = caches.services.by("address", raw.metadata.name);
  return [
    {
      entry: parsed.value,
      view: isUnwished ? { ...view, deleting: false } : view,
      tenant: tenantOf(parsed.value, { secret, services }),
    },
  ];
}

function unreadable(raw: CustomObject): UnreadableEntry {
  return { name: raw.metadata.name, lane: tracesOf(raw).lane };
}

function childrenOf({ namespace, name }: ObjectKey, caches: Caches): Children {
  const child = { namespace, name: childName(name) };
  return {
    secret: caches.secrets.get(child),
    deployment: caches.deployments.get(child),
    disruptionBudget: caches.disruptionBudgets.get(child),
    networkPolicy: caches.networkPolicies.get(child),
    share: caches.secrets.get({ namespace, name: shareSecretName(name) }),
  };
}

function namesOf(
  fleet: string,
  { caches, readings }: FleetSources,
  key: ShareKey | undefined,
): ObservedNames {
  return {
    key,
    kind: caches.dnsEndpointKind.stateIn(parseKey(fleet).namespace),
    endpoints: caches.dnsEndpoints.by("fleet", fleet),
    readings: readings.of(fleet),
  };
}

function lostServices(key: string, { services, addresses }: Caches): readonly string[] {
  const lost = services.by("fleet", key).filter((service) => isOrphan(service, addresses));
  return lost.map(({ metadata }) => metadata.name);
}

function answersOf(
  pods: readonly Pod[],
  { reports }: FleetSources,
): Pick<ObservedFleet, "answers" | "reports" | "isAsking"> {
  const answers = pods.filter(mayHoldSessions).flatMap((pod) => {
    const answer = reports.answer(keyText(keyOf(pod)));
    return answer === undefined ? [] : [[pod.metadata.name, answer] as const];
  });
  const serving = pods.filter(isServingPod);
  const known = serving.flatMap((pod) => reports.report(keyText(keyOf(pod))) ?? []);
  return { answers: new Map(answers), reports: known, isAsking: known.length < serving.length };
}

type PoolSources = { readonly entries: readonly Entry[]; readonly caches: Caches };
type ObservedPools = Pick<ObservedFleet, "pools" | "formerPools" | "poolSpecs" | "held">;

/** The pools that the fleet names, and those that its entries came from. */
function poolsOf(
  { namespace = "" }: ObjectKey,
  fleet: ObservedFleet["parsed"],
  { entries, caches }: PoolSources,
): ObservedPools {
  const labels = caches.namespaces.get({ name: namespace })?.metadata.labels ?? {};
  const supported = new Set(providers.keys());
  const parsed = new Map<string, Parsed<AddressPool>>();
  const view = (name: string) => {
    const raw = caches.pools.get({ name });
    if (raw !== undefined) parsed.set(name, parseAddressPool(raw));
    const held = caches.ledger.heldBy(namespace, name);
    const claimant = { namespace: { name: namespace, labels }, held, supported };
    return poolView(name, parsed.get(name), claimant);
  };
  const named = fleet?.ok === true ? fleet.value.spec.addresses.pools.map(({ name }) => name) : [];
  const used = new Set(entries.map(({ view: { pool } }) => pool));
  const former = [...used].filter((name) => !named.includes(name));
  const [pools, formerPools] = [named.map(view), former.map(view)];
  const specs = [...parsed].flatMap(([name, pool]) =>
    pool.ok ? [[name, pool.value.spec] as const] : [],
  );
  return { pools, formerPools, poolSpecs: new Map(specs), held: caches.ledger.held };
}
