import type { PodStatus } from "../pods/status.ts";

/** What an address has carried, over all pods, since each of them began to serve it. */
export interface AddressTraffic {
  readonly sessionsTotal: number;
  /** From phones, without the outer TLS. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Connections that were closed at once, by a limit. */
  readonly refused: number;
}

/** Sessions and traffic by the names of ledger entries. */
export interface Carried {
  readonly sessions: ReadonlyMap<string, number>;
  readonly traffic: ReadonlyMap<string, AddressTraffic>;
}

type LaneStatus = PodStatus["lanes"][number];

/** What the pods of a fleet carry. @param statuses of all its pods that may hold sessions */
export function carriedBy(statuses: readonly PodStatus[]): Carried {
  const lanes = statuses.flatMap((status) => status.lanes);
  const byEntry = Map.groupBy(lanes, ({ address = "" }) => address);
  byEntry.delete("");
  const sum = (of: readonly LaneStatus[], count: (lane: LaneStatus) => number | undefined) =>
    of.reduce((total, lane) => total + (count(lane) ?? 0), 0);
  const entries = [...byEntry];
  return {
    sessions: new Map(entries.map(([name, of]) => [name, sum(of, ({ sessions }) => sessions)])),
    traffic: new Map(
      entries.map(([name, of]) => [
        name,
        {
          sessionsTotal: sum(of, ({ sessionsTotal }) => sessionsTotal),
          bytesIn: sum(of, ({ bytesIn }) => bytesIn),
          bytesOut: sum(of, ({ bytesOut }) => bytesOut),
          refused: sum(of, ({ refused }) => refused),
        },
      ]),
    ),
  };
}

/** What some addresses carried together; undefined where nobody asked the pods. */
export function trafficOf(
  names: readonly string[],
  traffic: ReadonlyMap<string, AddressTraffic> | undefined,
): AddressTraffic | undefined {
  const known = names.flatMap((name) => traffic?.get(name) ?? []);
  if (known.length === 0) return undefined;
  return known.reduce((a, b) => ({
    sessionsTotal: a.sessionsTotal + b.sessionsTotal,
    bytesIn: a.bytesIn + b.bytesIn,
    bytesOut: a.bytesOut + b.bytesOut,
    refused: a.refused + b.refused,
  }));
}
