import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { parseProxyAddress } from "../../api/proxy-address.ts";
import { type VantagePoint, parseVantagePoint } from "../../api/vantage-point.ts";
import type { Caches } from "../../cluster/caches.ts";
import { enqueueOn, isOwnStatus } from "../../cluster/changes.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { keyOf, keyText } from "../../kubernetes/resource.ts";
import type { ReadStore } from "../../kubernetes/store.ts";
import { belongsTo } from "../../ledger/ownership.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import type { Controller } from "../../runtime/controller.ts";
import { type ReconcilerOptions, defineController } from "../../runtime/reconciler.ts";
import { type ObservedVantagePoint, decideVantagePoint } from "../decide.ts";
import {
  type FleetAddresses,
  type LedgerAddress,
  type MeasuredTarget,
  targetsOf,
} from "../targets.ts";
import { countriesOf } from "../vantage-points.ts";
import type { Rounds } from "./rounds.ts";

/** What vantage points see of the cluster. */
export type MeasuredCaches = Pick<Caches, "fleets" | "addresses" | "vantagePoints">;

export interface VantagePointOptions extends ReconcilerOptions {
  readonly caches: MeasuredCaches;
  readonly rounds: Rounds;
}

/** Between two looks at a vantage point (ms): each goes over all fleets. */
const lookEveryMs = 1_000;

/** Lets each vantage point measure in time, and keeps its status. */
export function vantagePointController(options: VantagePointOptions): Controller {
  const { caches, rounds, queue } = options;
  const add = (name: string) => queue.add(name);
  enqueueVantagePoints(caches, add);
  rounds.onHeard(add);
  return defineController(
    {
      name: "vantage-point",
      everyMs: lookEveryMs,
      observe: (name) => observeVantagePoint(name, options),
      decide: decideVantagePoint,
      answer: async (name, ask) => {
        rounds.ask(ask, () => add(name));
        return "later";
      },
      forget: (name) => rounds.forget(name),
    },
    options,
  );
}

function observeVantagePoint(
  name: string,
  { caches, rounds }: VantagePointOptions,
): ObservedVantagePoint | undefined {
  const raw = caches.vantagePoints.get({ name });
  if (raw === undefined || raw.metadata.deletionTimestamp !== undefined) return undefined;
  const parsed = parseVantagePoint(raw);
  if (!parsed.ok) return { raw, targets: [], memory: undefined, quota: undefined };
  const vantagePoint = parsed.value;
  return {
    raw,
    targets: testableFrom(vantagePoint, caches),
    memory: rounds.memory(name),
    quota: rounds.quota(vantagePoint),
  };
}

/** What may be tested from a vantage point now, from what the caches hold. */
export function testableFrom(
  vantagePoint: VantagePoint,
  caches: MeasuredCaches,
): readonly MeasuredTarget[] {
  return targetsOf({
    vantagePoint,
    all: readVantagePoints(caches),
    fleets: fleetAddresses(caches),
  });
}

/** All vantage points that can be read. */
export function readVantagePoints({
  vantagePoints,
}: {
  readonly vantagePoints: Pick<ReadStore<CustomObject>, "list">;
}): readonly VantagePoint[] {
  return vantagePoints.list().flatMap((raw) => {
    const parsed = parseVantagePoint(raw);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** All fleets that can be read, each with what the ledger holds for it. */
export function fleetAddresses({
  fleets,
  addresses,
}: Pick<MeasuredCaches, "fleets" | "addresses">): readonly FleetAddresses[] {
  return fleets.list().flatMap((raw) => {
    const parsed = parseWhatsAppProxy(raw);
    if (!parsed.ok) return [];
    const entries = addresses.by("fleet", keyText(keyOf(raw))).flatMap(ledgerAddress);
    const own = entries.filter(({ view }) => belongsTo(view, raw.metadata.uid));
    return [{ fleet: parsed.value, addresses: own }];
  });
}

/** The countries whose verdicts count for any fleet, sorted. */
export function countriesOfFleets(caches: MeasuredCaches): readonly string[] {
  const all = readVantagePoints(caches);
  const fleets = fleetAddresses(caches).map(({ fleet }) => fleet);
  return [...new Set(fleets.flatMap(({ spec }) => countriesOf(spec, all)))].toSorted();
}

/** An entry of the ledger, where it can be read. */
export function ledgerAddress(raw: CustomObject): readonly LedgerAddress[] {
  const { view } = viewOfEntry(raw);
  const parsed = parseProxyAddress(raw);
  return parsed.ok && view !== undefined ? [{ entry: parsed.value, view }] : [];
}

/**
 * A vantage point looks again when its round is due. Only a new suspicion is earlier than that, and
 * the first address for one that had none.
 */
function enqueueVantagePoints(caches: MeasuredCaches, add: (name: string) => void): void {
  const { vantagePoints, fleets, addresses } = caches;
  enqueueOn(
    vantagePoints,
    (change) => !isOwnStatus(change),
    ({ metadata }) => add(metadata.name),
  );
  const addIdle = () => {
    for (const { metadata, status } of readVantagePoints(caches))
      if (status.conditions?.some(({ reason }) => reason === "NothingToMeasure") === true)
        add(metadata.name);
  };
  fleets.onChange(({ before, after }) => {
    if (JSON.stringify(before?.spec) !== JSON.stringify(after?.spec)) addIdle();
  });
  addresses.onChange(({ before, after }) => {
    if (testability(before) !== testability(after)) addIdle();
    const known = suspecting(before);
    const news = suspecting(after).filter((country) => !known.includes(country));
    if (news.length === 0) return;
    for (const { metadata, spec } of readVantagePoints(caches))
      if (spec.role === "Control" || news.includes(spec.country)) add(metadata.name);
  });
}

/** All that decides whether an address may be tested, as one text. */
function testability(entry: CustomObject | undefined): string {
  const view = entry === undefined ? undefined : viewOfEntry(entry).view;
  const verdicts = view?.reachability.map(({ country, verdict }) => [country, verdict]);
  return JSON.stringify([view?.phase, view?.want, view?.lost === undefined, verdicts]);
}

/** The countries in which an address is suspected to be blocked. */
function suspecting(entry: CustomObject | undefined): readonly string[] {
  const view = entry === undefined ? undefined : viewOfEntry(entry).view;
  return (view?.reachability ?? []).flatMap(({ country, verdict }) =>
    verdict === "Suspected" ? [country] : [],
  );
}
