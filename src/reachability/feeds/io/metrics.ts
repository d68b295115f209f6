import type { Metrics } from "../../../runtime/metrics.ts";
import type { FeedReadings } from "./feed-readings.ts";

const feedLabels = ["feed"] as const;
const countryLabels = [...feedLabels, "country"] as const;

/** Metrics of the outage feeds that are asked, as the leader last read them. */
export function registerFeedMetrics(metrics: Metrics, readings: FeedReadings): void {
  const each = () => [...readings.memories];
  metrics.gauge(
    {
      name: "proxyfleet_outage_feed_working",
      help: "1 where an outage feed worked when it was last asked, 0 where it did not",
      labelNames: feedLabels,
    },
    () => each().map(([feed, { answer }]) => [{ feed }, answer.kind === "worked" ? 1 : 0]),
  );
  metrics.gauge(
    {
      name: "proxyfleet_outage_feed_last_success_timestamp_seconds",
      help: "When an outage feed last worked",
      labelNames: feedLabels,
    },
    () =>
      each().flatMap(([feed, { workedAt }]) =>
        workedAt === undefined ? [] : [[{ feed }, workedAt / 1000] as const],
      ),
  );
  metrics.gauge(
    {
      name: "proxyfleet_outage_feed_down",
      help: "1 where an outage feed says that a country is offline, 0 where it read it and does not",
      labelNames: countryLabels,
    },
    () =>
      each().flatMap(([feed, { readAt, alerts }]) =>
        [...readAt.keys()].map(
          (country) => [{ feed, country }, alerts.has(country) ? 1 : 0] as const,
        ),
      ),
  );
}
