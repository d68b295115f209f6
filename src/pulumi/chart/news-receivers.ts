import { type Installation, type Manifest, metadataOf } from "./installation.ts";
import type { ChartValues } from "./values.ts";

/** The ConfigMap with the receivers of news, and its key. */
export const receiversName = "proxyfleet-news-receivers";
export const receiversKey = "receivers.json";

/** Whether anybody is sent news. */
export function hasNews({ news }: ChartValues): boolean {
  return news.receivers.length > 0;
}

/** Who is sent news. The operator reads it again when it changes. */
export function newsReceivers(installation: Installation): Manifest {
  const { receivers } = installation.values.news;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadataOf(installation, receiversName),
    data: { [receiversKey]: JSON.stringify(sorted({ receivers })) },
  };
}

/** The keys of maps in their order, as Helm writes JSON. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}
