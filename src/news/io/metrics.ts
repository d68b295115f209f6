import type { Metrics } from "../../runtime/metrics.ts";
import type { Couriers } from "./couriers.ts";

const labels = ["receiver"] as const;

/** Metrics of what is sent to receivers. Only a process that leads has any. */
export function registerNewsMetrics(metrics: Metrics, couriers: Couriers): void {
  countDeliveries(metrics, couriers);
  metrics.gauge(
    {
      name: "proxyfleet_news_waiting",
      help: "News that a receiver has not taken yet",
      labelNames: labels,
    },
    () => couriers.all.map(({ receiver, waiting }) => [{ receiver: receiver.name }, waiting]),
  );
  metrics.gauge(
    {
      name: "proxyfleet_news_awaiting_link",
      help: "News that a receiver is not sent yet because their link is not known",
      labelNames: labels,
    },
    () =>
      couriers.all.map(({ receiver: { name }, awaitingLink }) => [
        { receiver: name },
        awaitingLink,
      ]),
  );
  metrics.gauge(
    {
      name: "proxyfleet_news_last_success_timestamp_seconds",
      help: "When a receiver last took news",
      labelNames: labels,
    },
    () =>
      couriers.all.flatMap(({ receiver, lastSuccess }) =>
        lastSuccess === undefined ? [] : [[{ receiver: receiver.name }, lastSuccess / 1000]],
      ),
  );
  metrics.gauge(
    {
      name: "proxyfleet_news_receiver_working",
      help: "1 where a receiver took what it was last sent, 0 where it did not, or can't be used as configured",
      labelNames: labels,
    },
    () => [
      ...couriers.all.flatMap(({ receiver, isWorking }) =>
        isWorking === undefined ? [] : [[{ receiver: receiver.name }, Number(isWorking)] as const],
      ),
      ...unusable(couriers),
    ],
  );
}

function countDeliveries(metrics: Metrics, couriers: Couriers): void {
  metrics.counter(
    {
      name: "proxyfleet_news_delivered_total",
      help: "News that a receiver took",
      labelNames: [...labels, "kind"] as const,
    },
    () =>
      couriers.all.flatMap(({ receiver: { name }, delivered }) =>
        [...delivered].map(([kind, count]) => [{ receiver: name, kind }, count] as const),
      ),
  );
  metrics.counter(
    {
      name: "proxyfleet_news_retries_total",
      help: "Deliveries that failed, and are tried again",
      labelNames: labels,
    },
    () => couriers.all.map(({ receiver, retries }) => [{ receiver: receiver.name }, retries]),
  );
  metrics.counter(
    {
      name: "proxyfleet_news_dropped_total",
      help: "News that no receiver will get: too much waited, the receiver refused it, a day was over, or no link was known",
      labelNames: [...labels, "reason"] as const,
    },
    () =>
      couriers.all.flatMap(({ receiver: { name }, dropped }) =>
        [...dropped].map(([reason, count]) => [{ receiver: name, reason }, count] as const),
      ),
  );
}

/** Several faults may lack a name: each name has one sample. */
function unusable({ all, problems }: Couriers) {
  const used = new Set(all.map(({ receiver }) => receiver.name));
  const names = new Set(problems.map(({ name }) => name ?? "unknown"));
  return [...names]
    .filter((name) => !used.has(name))
    .map((name) => [{ receiver: name }, 0] as const);
}
