import type { WhatsAppProxy } from "../../api/fleet.ts";
import { type VantagePointSpec, sourceOfSpec } from "../../api/vantage-point.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { type AddressView, viewOfEntry } from "../../ledger/view.ts";
import type { Instant } from "../../values/time.ts";
import { type EvidenceLog, allEvidence, emptyLog } from "../evidence-log.ts";
import { type CountryFindings, type Published, findingsIn } from "../hold.ts";
import { HoldMemory } from "../hold-memory.ts";
import { type MoveHold, moveHold, releasedIn, waitingIn } from "../move-hold.ts";
import type { CountryView } from "../outage.ts";
import type { FeedReadings } from "../feeds/io/feed-readings.ts";
import { outageRuleOf, policyOf } from "../policy.ts";
import { type FleetAddresses, type LedgerAddress, publishedOf } from "../targets.ts";
import type { AddressInput, VerdictPolicy } from "../verdict-input.ts";
import { type Contacts, contactsOf } from "../witness.ts";
import { type MeasuredCaches, fleetAddresses, readVantagePoints } from "./vantage-points.ts";

export interface CountryLooksOptions {
  readonly caches: MeasuredCaches;
  readonly evidence: {
    readonly log: EvidenceLog | undefined;
    /** Since when it is taken in by this process; undefined where it is not. */
    readonly beganAt: Instant | undefined;
  };
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
  readonly fleets: readonly FleetAddresses[];
  readonly published: readonly Published[];
  readonly findings: Map<string, CountryFindings>;
  readonly holds: Map<string, MoveHold | undefined>;
}

/** What is found of whole countries, and what each address is seen with. */
export class CountryLooks {
  readonly #options: CountryLooksOptions;
  readonly #memory = new HoldMemory(() => this.#options.evidence.beganAt);
  readonly #listeners = new Set<() => void>();
  #look: Look | undefined;
  /** A verdict has changed since the last look. */
  #isOutdated = false;

  constructor(options: CountryLooksOptions) {
    this.#options = options;
    options.caches.addresses.onChange(({ before, after }) => {
      if (standing(before) !== standing(after)) this.#isOutdated = true;
    });
  }

  /** What an address's verdicts follow from, but for the time. */
  inputOf(address: LedgerAddress, policy: VerdictPolicy): Omit<AddressInput, "now"> {
    return inputOf(address, policy, this.#current());
  }

  /** What is found of a country, by what one fleet takes for an outage. */
  findings(country: string, outage: CountryView["outage"]): CountryFindings {
    const look = this.#current();
    const key = keyOf(country, outage);
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
    const waiting = waitingIn(country, look.fleets).length;
    const isOver = this.#memory.note(key, { outage: found.outage, waiting }, look.now);
    if (isOver) for (const listener of this.#listeners) listener();
    return found;
  }

  /** What holds the blocked slots of a fleet, in the countries where its addresses fail. */
  holdsOn(
    { spec }: Pick<WhatsAppProxy, "spec">,
    addresses: readonly Pick<AddressView, "reachability">[],
  ): readonly MoveHold[] {
    const { countries } = spec.audience;
    const failing = addresses.flatMap(({ reachability }) =>
      reachability.filter(({ verdict }) => verdict !== "Reachable").map(({ country }) => country),
    );
    const counted = [...new Set(failing)].filter(
      (country) => countries.length === 0 || countries.includes(country),
    );
    // All that fail within one moment would move, if each saw the others too late.
    if (counted.length > 0 && this.#isOutdated) this.#look = undefined;
    const holds = () =>
      counted.toSorted().flatMap((country) => this.#hold(country, outageRuleOf(spec)) ?? []);
    const found = holds();
    const now = this.#options.now();
    if (!found.some(({ until }) => until !== undefined && until <= now)) return found;
    // Who waited for that time is here: an older look would let him ask again and again.
    this.#look = undefined;
    return holds();
  }

  /** Calls `listener` when a hold is over: who waited may move. */
  onRelease(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #hold(country: string, outage: CountryView["outage"]): MoveHold | undefined {
    const look = this.#current();
    const key = keyOf(country, outage);
    if (look.holds.has(key)) return look.holds.get(key);
    const findings = this.findings(country, outage);
    const { fleets, now } = look;
    const state = this.#memory.state(key);
    const waiting = this.#memory.withTurns(key, waitingIn(country, fleets));
    const endedAt = state.phase === "Released" ? state.endedAt : now;
    const released = releasedIn(country, fleets, endedAt);
    const hold = moveHold({ country, findings, state, waiting, released, now });
    this.#memory.offer(key, { ids: hold?.mayGo ?? [], waiting }, now);
    look.holds.set(key, hold);
    return hold;
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
    this.#isOutdated = false;
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
    const fleets = fleetAddresses(caches);
    const published = fleets.flatMap((fleet) => publishedIn(fleet, seen, at));
    const made = { log: evidence.log, feedsRevision: feeds.revision, atMs: clock(), now: at };
    return { ...made, ...seen, fleets, published, findings: new Map(), holds: new Map() };
  }
}

/** All of an entry that bears on what holds others, as one text. */
function standing(entry: CustomObject | undefined): string {
  const view = entry === undefined ? undefined : viewOfEntry(entry).view;
  const verdicts = view?.reachability.map(({ country, verdict }) => [country, verdict]);
  return JSON.stringify([view?.phase, view?.want, verdicts]);
}

/** Fleets that take the same for an outage find the same. */
function keyOf(country: string, { percent, within }: CountryView["outage"]): string {
  return `${country} ${percent} ${within}`;
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
