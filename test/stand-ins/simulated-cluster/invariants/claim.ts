import { parseAddressPool } from "../../../../src/api/address-pool.ts";
import { parseWhatsAppProxy } from "../../../../src/api/fleet.ts";
import * as custom from "../../../../src/api/resources.ts";
import {
  type IpRange,
  contains,
  formatIp,
  parseIp,
  parseRange,
  prefixOf,
} from "../../../../src/values/ip.ts";
import {
  type Instant,
  isToCome,
  parseDuration,
  parseInstant,
  seconds,
  since,
} from "../../../../src/values/time.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";
import { type Entry, fleetOf, isBurnt, isInMaking, isPublished } from "./entry.ts";
import { type Fleet, allFleets, ownEntries } from "./fleet.ts";

/** A claim that was just made. */
export interface MadeClaim {
  readonly server: SimulatedApiServer;
  readonly claim: Entry;
  readonly fleet: Fleet;
  readonly now: Instant;
  /** The ledger without the claim. */
  readonly others: readonly Entry[];
  /** The ledger as whoever claimed it saw it: late news is no fault of its. */
  readonly seen: readonly Entry[];
}

/** What is wrong with a claim: its budget, the time of it, or the address. */
export function wrongWithClaim(made: MadeClaim): readonly string[] {
  return [...tooManyMove(made), ...movesInOutage(made), ...besideBurnt(made)];
}

/** A block waits for no claim that is older, nor for one of which nobody can say how old it is. */
const usualMaking = seconds(30);

function waitsForLong({ createdAt }: Entry, now: Instant): boolean {
  const at = parseInstant(createdAt) ?? now;
  return since(at, now) >= usualMaking || isToCome(at, now);
}

/** At most `maxConcurrent` slots that people have an address for are on the move. */
function tooManyMove({ claim, fleet, others, now }: MadeClaim): readonly string[] {
  if (claim.spec.cause === "NewSlot") return [];
  const own = ownEntries(fleet, others);
  const slots = Map.groupBy(own, ({ spec }) => spec.claimRef.slot);
  const counts = (entry: Entry): boolean =>
    isInMaking(entry) && !(claim.spec.cause === "Blocked" && waitsForLong(entry, now));
  const moving = [...slots.values()].filter((each) => each.some(isPublished) && each.some(counts));
  return moving.length < fleet.spec.rotation.maxConcurrent
    ? []
    : [`slot ${claim.spec.claimRef.slot} moves while ${moving.length} others do`];
}

/** The fewest addresses whose common failure can be an outage. */
const fewestFailing = 3;

/** What is judged an outage moves nothing, but what a person deleted is replaced. */
function movesInOutage(made: MadeClaim): readonly string[] {
  const { claim, fleet, seen } = made;
  const { slot } = claim.spec.claimRef;
  const own = newestOfEachSlot(ownEntries(fleet, seen).filter(isPublished));
  if (claim.spec.cause === "NewSlot" || replacesDeleted(claim, own)) return [];
  const moved = own.filter(({ spec }) => spec.claimRef.slot === slot);
  const blockedIn = moved.flatMap((entry) => failing(fleet, entry, ["Blocked"]));
  const isHeld = ({ country }: Verdict) => hasOutage(country, made);
  return blockedIn.length > 0 && blockedIn.every(isHeld)
    ? [`slot ${slot} moves during an outage`]
    : [];
}

/**
 * Whether most of the addresses published for a country, over all fleets, began to fail together a
 * short time ago. The operator may find more outages than these, by its evidence.
 */
function hasOutage(country: string, { server, fleet, seen, now }: MadeClaim): boolean {
  const { outagePercent, blockedWhen } = fleet.spec.reachability;
  const within = parseDuration(blockedWhen.within);
  const fleets = allFleets(server).filter(
    (one) => parseWhatsAppProxy(one).ok && isFor(country, one),
  );
  const published = fleets.flatMap((one) =>
    newestOfEachSlot(ownEntries(one, seen).filter(isPublished)).map((entry) => ({ one, entry })),
  );
  const onsets = published.flatMap(({ one, entry }) =>
    failing(one, entry, ["Blocked", "Suspected"])
      .filter((verdict) => verdict.country === country)
      .flatMap(({ since }) => parseInstant(since) ?? []),
  );
  return onsets.some((last) => {
    const together = onsets.filter((at) => at <= last && last - at <= within).length;
    const isMost = together * 100 > outagePercent * published.length;
    return now < last + within && together >= fewestFailing && isMost;
  });
}

/** Whether a person deleted the published address that a claim is to replace. */
export function replacesDeleted(claim: Entry, others: readonly Entry[]): boolean {
  const { slot } = claim.spec.claimRef;
  return others
    .filter((each) => fleetOf(each) === fleetOf(claim) && each.spec.claimRef.slot === slot)
    .some((each) => isPublished(each) && each.isDeleting);
}

/** Of two that serve, the one that came later is published. */
function newestOfEachSlot(entries: readonly Entry[]): readonly Entry[] {
  const ordinal = ({ spec }: Entry): number => spec.ordinal ?? 0;
  const slots = Map.groupBy(entries, ({ spec }) => spec.claimRef.slot);
  return [...slots.values()].flatMap((own) =>
    own.toSorted((a, b) => ordinal(b) - ordinal(a)).slice(0, 1),
  );
}

type Verdict = NonNullable<NonNullable<Entry["status"]>["reachability"]>[number];

function failing(
  fleet: Fleet,
  { status }: Entry,
  as: readonly Verdict["verdict"][],
): readonly Verdict[] {
  return (status?.reachability ?? [])
    .filter(({ verdict }) => as.includes(verdict))
    .filter(({ country }) => isFor(country, fleet));
}

function isFor(country: string, { spec: { audience } }: Fleet): boolean {
  return audience.countries.length === 0 || audience.countries.includes(country);
}

/**
 * Whether an address was known to be burnt before this moment: a claim may be decided beside the
 * verdict of another controller.
 */
function wasBurnt(entry: Entry, now: Instant): boolean {
  const { reachability = [] } = entry.status ?? {};
  const isNews = reachability.some(({ since }) => (parseInstant(since) ?? now) >= now);
  return isBurnt(entry) && (entry.spec.retiredBecause === "Blocked" || !isNews);
}

/** Beside a blocked address is claimed only when nothing else is free. */
function besideBurnt({ server, claim, fleet, others, seen, now }: MadeClaim): readonly string[] {
  const { address } = claim.spec;
  if (address === undefined) return [];
  const pools = fleet.spec.addresses.pools.flatMap(({ name }) => {
    const raw = server.get(custom.pools, { name });
    const parsed = raw === undefined ? undefined : parseAddressPool(raw);
    return parsed?.ok === true ? [parsed.value.spec] : [];
  });
  const avoided = pools[0]?.avoidPrefix.ipv4 ?? 32;
  const burnt = seen
    .filter((entry) => wasBurnt(entry, now))
    .flatMap(({ spec }) =>
      spec.address === undefined ? [] : [prefixOf(parseIp(spec.address), avoided)],
    );
  const isNear = (ip: string): boolean => contains(burnt, parseIp(ip));
  if (!isNear(address)) return [];
  const held = [...seen, ...others].flatMap(({ spec }) => spec.address ?? []);
  const taken = new Set([address, ...held]);
  const free = pools
    .flatMap(({ addresses, named }) => [
      ...addresses.flatMap((range) => listed(parseRange(range))),
      ...named.map((each) => each.address),
    ])
    .find((ip) => !taken.has(ip) && !isNear(ip));
  return free === undefined
    ? []
    : [`${address} is beside a blocked address although ${free} is free`];
}

function listed({ family, first, last }: IpRange): string[] {
  return Array.from({ length: Number(last - first) + 1 }, (_, index) =>
    formatIp({ family, value: first + BigInt(index) }),
  );
}
