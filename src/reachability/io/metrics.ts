import type { Caches } from "../../cluster/caches.ts";
import { type AddressView, publishedAddress } from "../../ledger/view.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { readVantagePoints } from "./vantage-points.ts";

const verdictLabels = ["namespace", "fleet", "slot", "country", "verdict"] as const;
const pointLabels = ["vantage_point", "country", "role"] as const;

type Sample<Label extends string> = readonly [Readonly<Record<Label, string>>, number];

/** Metrics of what is known of published addresses, and of who measures them. */
export function registerReachabilityMetrics(
  metrics: Metrics,
  { ledger, vantagePoints }: Pick<Caches, "ledger" | "vantagePoints">,
): void {
  metrics.gauge(
    {
      name: "proxyfleet_slot_verdict",
      help: "1 for the verdict on a slot's published address in a country",
      labelNames: verdictLabels,
    },
    () => verdictSamples(ledger.all()),
  );
  metrics.gauge(
    {
      name: "proxyfleet_vantage_point_working",
      help: "1 where a vantage point measures, 0 where it can't",
      labelNames: pointLabels,
    },
    () => readVantagePoints({ vantagePoints }).flatMap(pointSamples),
  );
}

/** One sample for each country in which anything is known of a published address. */
export function verdictSamples(
  entries: Iterable<AddressView>,
): readonly Sample<(typeof verdictLabels)[number]>[] {
  const slots = Map.groupBy(entries, ({ namespace, fleet, slot }) =>
    [namespace, fleet, slot].join("/"),
  );
  const published = [...slots.values()].flatMap((own) => {
    const [{ slot } = { slot: 0 }] = own;
    return publishedAddress(own, slot) ?? [];
  });
  return published.flatMap(({ namespace, fleet, slot, reachability }) =>
    reachability.map(
      ({ country, verdict }) =>
        [{ namespace, fleet, slot: String(slot), country, verdict }, 1] as const,
    ),
  );
}

function pointSamples({
  metadata,
  spec,
  status,
}: ReturnType<typeof readVantagePoints>[number]): readonly Sample<(typeof pointLabels)[number]>[] {
  const working = status.conditions?.find(({ type }) => type === "Working");
  if (working === undefined || working.status === "Unknown") return [];
  const labels = { vantage_point: metadata.name, country: spec.country, role: spec.role };
  return [[labels, working.status === "True" ? 1 : 0]];
}
