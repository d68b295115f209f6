import type { CustomObject } from "../../kubernetes/objects.ts";
import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { memoize } from "../../values/memoize.ts";
import { earliest, type Instant, since } from "../../values/time.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import type { Caches } from "../../cluster/caches.ts";
import { type AddressView, isInMaking, isRefused } from "../../ledger/view.ts";

const fleetLabels = ["namespace", "fleet"] as const;
type FleetLabels = Readonly<Record<(typeof fleetLabels)[number], string>>;
type Sample<Label extends string> = readonly [
  FleetLabels & Readonly<Record<Label, string>>,
  number,
];

/** Metrics of what fleets suffer from, in a form that alerts can be made of. */
export function registerFleetMetrics(
  metrics: Metrics,
  { fleets, ledger }: Caches,
  now: () => Instant,
): void {
  metrics.gauge(
    {
      name: "proxyfleet_fleet_condition",
      help: "1 for the status that a fleet's condition has, 0 for others",
      labelNames: conditionLabels,
    },
    () => each(fleets.list(), conditionSamples),
  );
  metrics.gauge(
    {
      name: "proxyfleet_slot_blocked",
      help: "1 where a slot's published address is blocked for the audience",
      labelNames: slotLabels,
    },
    () => each(fleets.list(), blockedSamples),
  );
  metrics.gauge(
    {
      name: "proxyfleet_fleet_cut_off",
      help: "1 while a group of the fleet is cut off and can't move",
      labelNames: fleetLabels,
    },
    () => each(fleets.list(), cutOffSamples),
  );
  metrics.gauge(
    {
      name: "proxyfleet_oldest_claim_seconds",
      help: "Age of the oldest address in the making",
      labelNames: fleetLabels,
    },
    () => claimSamples(ledger.all(), now()),
  );
  // As they come: a scrape that finds many unread would hold all of them at once.
  fleets.onChange(({ after }) => after !== undefined && factsOf(after));
}

function* each<T>(
  fleets: readonly CustomObject[],
  samplesOf: (fleet: CustomObject) => readonly T[],
): Generator<T> {
  for (const fleet of fleets) yield* samplesOf(fleet);
}

const conditionLabels = [...fleetLabels, "type", "status"] as const;
const slotLabels = [...fleetLabels, "slot"] as const;
const statuses = ["True", "False", "Unknown"] as const;

/**
 * What metrics say of a fleet. A scrape must not read a thousand fleets again, nor keep them in
 * memory twice.
 */
interface Facts {
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
  /** Whether a group is cut off and no move is under way; undefined where the status does not say. */
  readonly cutOff: boolean | undefined;
  readonly published: readonly { readonly slot: number; readonly blocked: boolean }[];
}

const factsOf = memoize((raw: CustomObject): Facts => {
  const parsed = parseWhatsAppProxy(raw);
  if (!parsed.ok) return { conditions: [], cutOff: undefined, published: [] };
  const { spec, status } = parsed.value;
  const { countries } = spec.audience;
  const reachable = status.conditions?.find(({ type }) => type === "Reachable");
  const published = (status.addresses ?? []).filter(({ phase }) => phase === "Serving");
  return {
    conditions: (status.conditions ?? []).map((condition) => ({
      type: condition.type,
      status: condition.status,
    })),
    cutOff: reachable && reachable.status === "False" && reachable.reason !== "Moving",
    published: published.map(({ slot, blockedIn = [] }) => ({
      slot,
      blocked: blockedIn.some((country) => countries.length === 0 || countries.includes(country)),
    })),
  };
});

/** One sample for each status of each condition. */
export function conditionSamples(raw: CustomObject): readonly Sample<"type" | "status">[] {
  return factsOf(raw).conditions.flatMap(({ type, status }) =>
    statuses.map(
      (each) => [{ ...labelsOf(raw), type, status: each }, each === status ? 1 : 0] as const,
    ),
  );
}

/**
 * One sample for each published address: whether it is blocked in a country that counts for the
 * fleet.
 */
export function blockedSamples(raw: CustomObject): readonly Sample<"slot">[] {
  return factsOf(raw).published.map(
    ({ slot, blocked }) => [{ ...labelsOf(raw), slot: String(slot) }, blocked ? 1 : 0] as const,
  );
}

/** One sample for each fleet: whether a group of it is cut off and can't move. */
export function cutOffSamples(raw: CustomObject): readonly Sample<never>[] {
  const { cutOff } = factsOf(raw);
  return cutOff === undefined ? [] : [[labelsOf(raw), cutOff ? 1 : 0] as const];
}

/**
 * One sample for each fleet that has an address in the making, refused ones included: how long the oldest has been
 * (seconds).
 */
export function claimSamples(
  entries: Iterable<AddressView>,
  now: Instant,
): readonly Sample<never>[] {
  const claims = [...entries].filter((entry) => isInMaking(entry) || isRefused(entry));
  const fleets = Map.groupBy(claims, ({ namespace, fleet }) => `${namespace}/${fleet}`);
  return [...fleets.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { namespace, fleet } = first;
    const oldest = earliest(...members.map(({ createdAt }) => createdAt)) ?? now;
    return [[{ namespace, fleet }, Math.max(0, since(oldest, now) / 1000)] as const];
  });
}

function labelsOf({ metadata }: CustomObject): FleetLabels {
  return { namespace: metadata.namespace ?? "", fleet: metadata.name };
}
