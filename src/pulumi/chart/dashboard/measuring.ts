import { ofOperator, type Section } from "./panel.ts";

// As in addresses.ts: increase() would miss the first.
const dropped = `proxyfleet_news_dropped_total${ofOperator()}`;

/** Whether a block would be seen, and whether people would hear of it. */
export const measuring: Section = {
  title: "Measuring and news",
  panels: [
    {
      title: "Who does not measure?",
      description:
        "Vantage points that can't measure. kubectl describe wavp says why. Empty: all of them do.",
      width: 12,
      unit: "short",
      show: "table",
      columns: { vantage_point: "Vantage point", country: "Country", role: "Role" },
      value: undefined,
      queries: [
        {
          expr: `max by (vantage_point, country, role) (proxyfleet_vantage_point_working${ofOperator()}) == 0`,
        },
      ],
    },
    {
      title: "What is known of addresses in use?",
      description: "Addresses by their verdict in each country.",
      width: 12,
      unit: "short",
      show: "graph",
      isStacked: true,
      queries: [
        {
          expr: `max by (country, verdict) (proxyfleet_verdicts${ofOperator()})`,
          legend: "{{country}} {{verdict}}",
        },
      ],
    },
    {
      title: "Is a country offline?",
      description:
        "Countries that an outage feed calls offline: no proxy helps there. Needs outage feeds, which are off unless you switch them on.",
      width: 12,
      unit: "short",
      show: "table",
      columns: { country: "Country", feed: "Feed" },
      value: undefined,
      queries: [
        { expr: `max by (country, feed) (proxyfleet_outage_feed_down${ofOperator()}) == 1` },
      ],
    },
    {
      title: "Does news arrive?",
      description:
        "News that receivers have not taken yet, or that waits for a link. Needs receivers of news.",
      width: 12,
      unit: "short",
      show: "graph",
      queries: [
        {
          expr: `max by (receiver) (proxyfleet_news_waiting${ofOperator()})`,
          legend: "{{receiver}}: waits",
        },
        {
          expr: `max by (receiver) (proxyfleet_news_awaiting_link${ofOperator()})`,
          legend: "{{receiver}}: no link yet",
        },
        {
          expr: `sum by (receiver, reason) ((${dropped} - ${dropped} offset 1h >= 0) or ${dropped})`,
          legend: "{{receiver}}: dropped in an hour ({{reason}})",
        },
      ],
    },
  ],
};
