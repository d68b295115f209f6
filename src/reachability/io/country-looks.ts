import { type VantagePointSpec, sourceOfSpec } from "../../api/vantage-point.ts";
import type { Instant } from "../../values/time.ts";
import { type EvidenceLog, allEvidence, emptyLog } from "../evidence-log.ts";
import { type CountryFindings, type Published, findingsIn } from "../hold.ts";
import type { CountryView } from "../outage.ts";
import type { FeedReadings } from "../feeds/io/feed-readings.ts";
import { policyOf } from "../policy.ts";
import { type FleetAddresses, type LedgerAddress, publishedOf } from "../targets.ts";
import type { AddressInput, VerdictPolicy } from "../verdict-input.ts";
import { type Contacts, contactsOf } from "../witness.ts";
import { type MeasuredCaches, fleetAddresses, readVantagePoints } from "./vantage-points.ts";

export interface CountryLooksOptions {
  readonly caches: MeasuredCaches;
  readonly evidence: { readonly log: EvidenceLog | undefined };
  readonly feeds: Pick<FeedReadings, "alertsIn" | "revision">;
  readonly now: () => Instant;
  /** Never goes back (ms). */
  readonly clock: () => number;
}

/** Whole countries are looked at once for all addresses that are decided within this time (ms). */
const lookLastsMs = 1_000;

/** All that is known at one time, over all fleets. */
interface Look {
  /** What it was made from. */
  readonly log: EvidenceLog | undefined;
  readonly feedsRevision: number;
  readonly atMs: number;
  readonly now: Instant;
  readonly evidence: EvidenceLog;
  readonly services: ReadonlySet<string>;
  readonly contacts: Contacts;
  readonly published: readonly Published[];
  readonly findings: Map<string, CountryFindings>;
}

/** What is found of whole countries, and what each address is seen with. */
export class CountryLooks {
  readonly #options: CountryLooksOptions;
  #look: Look | undefined;

  constructor(options: CountryLooksOptions) {
    this.#options = options;
  }

  /** What an address's verdicts follow from, but for the time. */
  inputOf(address: LedgerAddress, policy: VerdictPolicy): Omit<AddressInput, "now"> {
    return inputOf(address, policy, this.#current());
  }

  /** What is found of a country, by what one fleet takes for an outage. */
  findings(country: string, outage: CountryView["outage"]): CountryFindings {
    const look = this.#current();
    const key = `${country} ${outage.percent} ${outage.within}`;
    const known = look.findings.get(key);
    if (known !== undefined) return known;
    const found = findingsIn({
      country,
      published: look.published.filter(({ input }) => isFor(country, input.policy)),
      evidence: allEvidence(look.evidence),
      services: look.services,
      feeds: this.#options.feeds.alertsIn(country),
      outage,
      now: look.now,
    });
    look.findings.set(key, found);
    return found;
  }

  #current(): Look {
    const { evidence, feeds, clock } = this.#options;
    const known = this.#look;
    const isOfNow = (look: Look) =>
      look.log === evidence.log &&
      look.feedsRevision === feeds.revision &&
      clock() < look.atMs + lookLastsMs;
    if (known !== undefined && isOfNow(known)) return known;
    const look = this.#made();
    this.#look = look;
    return look;
  }

  #made(): Look {
    const { caches, evidence, feeds, now, clock } = this.#options;
    const vantagePoints = readVantagePoints(caches);
    const names = new Set(vantagePoints.map(({ metadata }) => metadata.name));
    const heard = ofKnown(evidence.log ?? emptyLog, names);
    const services = new Set(
      vantagePoints.filter(({ spec }) => isPublic(spec)).map(({ metadata }) => metadata.name),
    );
    const at = now();
    const contacts = contactsOf(allEvidence(heard), { now: at, services });
    const seen = { evidence: heard, services, contacts };
    const published = fleetAddresses(caches).flatMap((fleet) => publishedIn(fleet, seen, at));
    const findings = new Map<string, CountryFindings>();
    const made = { log: evidence.log, feedsRevision: feeds.revision, atMs: clock(), now: at };
    return { ...made, ...seen, published, findings };
  }
}

type Seen = Pick<Look, "evidence" | "services" | "contacts">;

/** What a vantage point said counts while there is one of that name: who is revoked is silent. */
function ofKnown(log: EvidenceLog, names: ReadonlySet<string>): EvidenceLog {
  return new Map(
    [...log].map(([address, own]) => [
      address,
      own.filter((one) => one.kind !== "test" || names.has(one.vantagePoint)),
    ]),
  );
}

/** Its probes belong to many people, and the operator asks it itself. */
function isPublic(spec: VantagePointSpec): boolean {
  const source = sourceOfSpec(spec);
  return source === "globalping" || source === "checkHost";
}

function publishedIn(
  { fleet, addresses }: FleetAddresses,
  seen: Seen,
  now: Instant,
): readonly Published[] {
  const policy = policyOf(fleet.spec);
  return publishedOf(addresses).map((address) => {
    const { namespace, fleet: name, slot, phaseSince } = address.view;
    return {
      slot: `${namespace}/${name}/${slot}`,
      publishedAt: phaseSince,
      input: { ...inputOf(address, policy, seen), now },
    };
  });
}

function inputOf(
  { entry, view }: LedgerAddress,
  policy: VerdictPolicy,
  { evidence, services, contacts }: Seen,
): Omit<AddressInput, "now"> {
  const address = view.address ?? "";
  return {
    address,
    evidence: evidence.get(address) ?? [],
    contacts,
    services,
    ports: entry.spec.ports.map(({ name, port }) => ({ listener: name, port })),
    policy,
    before: view.reachability,
  };
}

function isFor(country: string, { audience }: VerdictPolicy): boolean {
  return audience.length === 0 || audience.includes(country);
}
