import { readFleet } from "../../fleet-status/fleet.ts";
import type { Tone } from "../../fleet-status/words.ts";
import {
  headlamp,
  type KubeObject,
  type MapEdge,
  type MapNode,
  type MapSource,
  React,
} from "./headlamp.ts";
import { addresses, fleets, type Kind, pools, vantagePoints } from "./kinds.ts";
import { addressWord, fleetWord, poolWord, workingWord } from "./labels.tsx";
import { poolNames, readAddress, readPool, readVantagePoint } from "./read.ts";

const { Icon } = headlamp.Iconify;

/** A box with its state in words and in Headlamp's colours. */
function boxOf(
  item: KubeObject,
  { text, tone }: { readonly text: string; readonly tone: Tone },
): MapNode {
  const statuses = {
    good: "success",
    warning: "warning",
    bad: "error",
    unknown: undefined,
  } as const;
  const status = statuses[tone];
  const weight = 1000;
  return {
    id: item.metadata.uid,
    kubeObject: item,
    subtitle: text,
    weight,
    ...(status && { status }),
  };
}

function line(from: KubeObject, to: KubeObject): MapEdge {
  const [source, target] = [from.metadata.uid, to.metadata.uid];
  return { id: `${source}-${target}`, source, target };
}

/** Fleets, and lines to the pools that they take addresses from. */
export function fleetMap(fleets: readonly KubeObject[], pools: readonly KubeObject[]) {
  const byName = new Map(pools.map((pool) => [pool.metadata.name, pool]));
  return {
    nodes: fleets.map((fleet) => boxOf(fleet, fleetWord(readFleet(fleet.jsonData)))),
    edges: fleets.flatMap((fleet) =>
      poolNames(fleet.jsonData).flatMap((name) => {
        const pool = byName.get(name);
        return pool === undefined ? [] : [line(fleet, pool)];
      }),
    ),
  };
}

/** Addresses that are not at rest, and lines from the fleet that each is for. */
export function addressMap(addresses: readonly KubeObject[], fleets: readonly KubeObject[]) {
  const byUid = new Map(fleets.map((fleet) => [fleet.metadata.uid, fleet]));
  const lit = addresses.filter(({ jsonData }) => readAddress(jsonData).phase !== "Quarantined");
  return {
    nodes: lit.map((item) => boxOf(item, addressWord(readAddress(item.jsonData)))),
    edges: lit.flatMap((item) => {
      const fleet = byUid.get(readAddress(item.jsonData).fleet.uid);
      return fleet === undefined ? [] : [line(fleet, item)];
    }),
  };
}

const sources: readonly MapSource[] = [
  source(fleets, () => {
    const [items] = fleets.resourceClass.useList();
    const [others] = pools.resourceClass.useList();
    return React.useMemo(() => items && fleetMap(items, others ?? []), [items, others]);
  }),
  source(addresses, () => {
    const [items] = addresses.resourceClass.useList();
    const [others] = fleets.resourceClass.useList();
    return React.useMemo(() => items && addressMap(items, others ?? []), [items, others]);
  }),
  source(pools, () => {
    const [items] = pools.resourceClass.useList();
    return React.useMemo(() => items && boxes(items, (item) => poolWord(readPool(item))), [items]);
  }),
  source(vantagePoints, () => {
    const [items] = vantagePoints.resourceClass.useList();
    return React.useMemo(
      () => items && boxes(items, (item) => workingWord(readVantagePoint(item))),
      [items],
    );
  }),
];

function boxes(
  items: readonly KubeObject[],
  wordOf: (object: unknown) => { readonly text: string; readonly tone: Tone },
) {
  return { nodes: items.map((item) => boxOf(item, wordOf(item.jsonData))), edges: [] };
}

function source(
  { kind, label, icon }: Kind,
  useData: Extract<MapSource, { useData: unknown }>["useData"],
): MapSource {
  return {
    id: `proxyfleet-${kind}`,
    label,
    icon: <Icon icon={icon} width="100%" height="100%" />,
    useData,
  };
}

/** What Headlamp's map shows of Proxyfleet. */
export const mapSource: MapSource = {
  id: "proxyfleet",
  label: "Proxyfleet",
  icon: <Icon icon="mdi:transit-connection-variant" width="100%" height="100%" />,
  sources,
};
