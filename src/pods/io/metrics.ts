import { type ServerReport, answeredReports } from "../report.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { type Caches, podFleet } from "../../cluster/caches.ts";
import type { PodReports } from "./reports.ts";
import type { PodStatus } from "../status.ts";
import { isServingPod } from "../view.ts";
import { type Traffic, TrafficTotals } from "../traffic.ts";

const fleetLabels = ["namespace", "fleet"] as const;
const slotLabels = [...fleetLabels, "slot"] as const;

/**
 * Metrics of what pods carry and reach, as the leader last heard it from them; an operator that only
 * waits has none. Labels are fleets and slots, whose number is bounded. An address is no label: each move
 * would add a series for good, and a metrics store that is kept for months would be the list of a
 * group's addresses that a censor wants. Nothing of a client is known here at all.
 */
export function registerPodMetrics(
  metrics: Metrics,
  { pods, addresses, fleets }: Caches,
  reports: PodReports,
): void {
  const totals = new TrafficTotals();
  const slotOf = (entry: string) => slotOfEntry(addresses.get({ name: entry })?.spec);
  reports.onStatus((key, before, after) => {
    const [fleet] = fleetOf(pods.get(parseKey(key)));
    // Pods report a fleet that is gone for as long as they end: nobody would forget it a second
    // time.
    if (fleet !== undefined && fleets.get(parseKey(fleet)) !== undefined)
      totals.count(fleet, { before, after }, slotOf);
  });
  fleets.onChange(({ before, after }) => {
    if (before !== undefined && after === undefined) totals.forget(keyText(keyOf(before)));
  });
  registerTotals(metrics, totals);
  metrics.gauge(
    { name: "proxyfleet_sessions", help: "Open sessions, over all pods", labelNames: slotLabels },
    () => perSlot(pods.list(), reports, { slotOf, value: ({ sessions = 0 }) => sessions }),
  );
  metrics.gauge(
    {
      name: "proxyfleet_slot_full_pods",
      help: "Pods in which the slot has all of its share of the connections",
      labelNames: slotLabels,
    },
    () => perSlot(pods.list(), reports, { slotOf, value: ({ full = false }) => (full ? 1 : 0) }),
  );
  metrics.gauge(
    {
      name: "proxyfleet_upstream_servers",
      help: "Upstream servers as pods see them, over all pods",
      labelNames: [...fleetLabels, "upstream", "state"],
    },
    () => upstreamServers(pods.list(), reports),
  );
  metrics.gauge(
    {
      name: "proxyfleet_connection_capacity",
      help: "Connections that all pods together can hold",
      labelNames: fleetLabels,
    },
    () =>
      sums(
        answeringPods(pods.list(), reports).map(
          ({ fleet, report }) => [fleet, report.connections?.granted ?? 0] as const,
        ),
      ).map(([fleet, sum]) => [labelsOf(fleet), sum] as const),
  );
}

function registerTotals(metrics: Metrics, totals: TrafficTotals): void {
  const each = (value: (traffic: Traffic) => number) => () =>
    [...totals.all()].map(
      ({ fleet, slot, traffic }) =>
        [{ ...labelsOf(fleet), slot: String(slot) }, value(traffic)] as const,
    );
  metrics.counter(
    { name: "proxyfleet_sessions_total", help: "Sessions that were taken", labelNames: slotLabels },
    each(({ sessions }) => sessions),
  );
  metrics.counter(
    {
      name: "proxyfleet_handshake_failures_total",
      help: "Connections whose outer TLS handshake did not succeed",
      labelNames: slotLabels,
    },
    each(({ handshakeFailures }) => handshakeFailures),
  );
  metrics.counter(
    {
      name: "proxyfleet_connections_refused_total",
      help: "Connections that pods closed at once, since the slot or a client had all that it may have",
      labelNames: slotLabels,
    },
    each(({ refused }) => refused),
  );
  metrics.counter(
    {
      name: "proxyfleet_bytes_total",
      help: "Bytes, in from clients and out to them",
      labelNames: [...slotLabels, "direction"],
    },
    () =>
      [...totals.all()].flatMap(({ fleet, slot, traffic }) => {
        const labels = { ...labelsOf(fleet), slot: String(slot) };
        return [
          [{ ...labels, direction: "in" }, traffic.bytesIn] as const,
          [{ ...labels, direction: "out" }, traffic.bytesOut] as const,
        ];
      }),
  );
}

type Sample<Label extends string> = readonly [Readonly<Record<Label, string>>, number];

/** The sum of a value of lanes, over all pods, for each slot that they serve. */
function perSlot(
  pods: readonly Pod[],
  reports: PodReports,
  {
    slotOf,
    value,
  }: {
    readonly slotOf: (entry: string) => number | undefined;
    readonly value: (lane: PodStatus["lanes"][number]) => number;
  },
): Sample<(typeof slotLabels)[number]>[] {
  const counts = pods.flatMap((pod) => {
    const [fleet] = fleetOf(pod);
    const lanes = reports.status(keyText(keyOf(pod)))?.lanes ?? [];
    return lanes.flatMap((lane) => {
      const slot = lane.address === undefined ? undefined : slotOf(lane.address);
      return fleet === undefined || slot === undefined
        ? []
        : [[`${fleet}/${slot}`, value(lane)] as const];
    });
  });
  return sums(counts).map(([key, sum]) => {
    const [namespace = "", fleet = "", slot = ""] = key.split("/");
    return [{ namespace, fleet, slot }, sum];
  });
}

function upstreamServers(
  pods: readonly Pod[],
  reports: PodReports,
): Sample<"namespace" | "fleet" | "upstream" | "state">[] {
  const states: readonly ServerReport["state"][] = ["up", "down", "nameless"];
  const counts = answeringPods(pods, reports).flatMap(({ fleet, report }) =>
    report.servers.flatMap(({ upstream, state }) =>
      states.map((each) => [`${fleet}/${upstream}/${each}`, each === state ? 1 : 0] as const),
    ),
  );
  return sums(counts).map(([key, sum]) => {
    const [namespace = "", fleet = "", upstream = "", state = ""] = key.split("/");
    return [{ namespace, fleet, upstream, state }, sum];
  });
}

function answeringPods(pods: readonly Pod[], reports: PodReports) {
  return pods.filter(isServingPod).flatMap((pod) => {
    const report = reports.report(keyText(keyOf(pod)));
    const [fleet] = fleetOf(pod);
    return report === undefined || fleet === undefined
      ? []
      : answeredReports([report]).map((each) => ({ fleet, report: each }));
  });
}

function sums(counts: readonly (readonly [string, number])[]): (readonly [string, number])[] {
  return [...Map.groupBy(counts, ([key]) => key)].map(
    ([key, members]) => [key, members.reduce((sum, [, count]) => sum + count, 0)] as const,
  );
}

function fleetOf(pod: Pod | undefined): readonly string[] {
  return pod === undefined ? [] : podFleet(pod);
}

function labelsOf(fleet: string): { readonly namespace: string; readonly fleet: string } {
  const { namespace = "", name } = parseKey(fleet);
  return { namespace, fleet: name };
}

/** Reads the raw spec: a malformed entry has no slot. */
function slotOfEntry(spec: unknown): number | undefined {
  const { claimRef } = (spec ?? {}) as { claimRef?: { slot?: unknown } };
  return typeof claimRef?.slot === "number" ? claimRef.slot : undefined;
}
