import { ofFleets, type Section } from "./panel.ts";

const byFleet = "sum by (namespace, fleet)";
const bySlot = "sum by (namespace, fleet, slot)";
const fleetLegend = "{{namespace}}/{{fleet}}";
const slotLegend = `${fleetLegend} {{slot}}`;

/** What proxy pods carry. Only the operator that leads reports it. */
export const traffic: Section = {
  title: "Traffic",
  panels: [
    {
      title: "How many sessions has each group?",
      description: "Open sessions over all pods. A line that falls to 0 alone may be a block.",
      width: 12,
      unit: "short",
      show: "graph",
      queries: [{ expr: `${bySlot} (proxyfleet_sessions${ofFleets()})`, legend: slotLegend }],
    },
    {
      title: "How full are the pods?",
      description:
        "Open sessions, as a part of what the fleet's pods can hold. Above 80 %, add pods (spec.replicas).",
      width: 12,
      unit: "percentunit",
      show: "graph",
      queries: [
        {
          expr: `${byFleet} (proxyfleet_sessions${ofFleets()}) / ${byFleet} (proxyfleet_connection_capacity${ofFleets()})`,
          legend: fleetLegend,
        },
      ],
    },
    {
      title: "Do the proxies reach WhatsApp?",
      description:
        "Servers of spec.upstream that do not answer, or have no address, as pods see them. 0 is good.",
      width: 12,
      unit: "short",
      show: "graph",
      queries: [
        {
          expr: `sum by (namespace, fleet, upstream, state) (proxyfleet_upstream_servers${ofFleets(',state!="up"')})`,
          legend: `${fleetLegend} {{upstream}}: {{state}}`,
        },
      ],
    },
    {
      title: "How much passes?",
      description: "Bytes per second, from phones and to them.",
      width: 12,
      unit: "Bps",
      show: "graph",
      queries: [
        {
          expr: `sum by (namespace, fleet, direction) (rate(proxyfleet_bytes_total${ofFleets()}[5m]))`,
          legend: `${fleetLegend} {{direction}}`,
        },
      ],
    },
    {
      title: "Who is refused?",
      description:
        "Connections per second that pods close at once: the group, or a client, has all that it may have. And pods in which a group has all of its share.",
      width: 12,
      unit: "short",
      show: "graph",
      queries: [
        {
          expr: `${bySlot} (rate(proxyfleet_connections_refused_total${ofFleets()}[5m])) > 0`,
          legend: `${slotLegend}: refused per second`,
        },
        {
          expr: `max by (namespace, fleet, slot) (proxyfleet_slot_full_pods${ofFleets()}) > 0`,
          legend: `${slotLegend}: full pods`,
        },
      ],
    },
    {
      title: "Who opens connections, and how many fail?",
      description:
        "Sessions and failed TLS handshakes per second. Scanners fail, and so do phones on a bad line.",
      width: 12,
      unit: "cps",
      show: "graph",
      queries: [
        {
          expr: `${byFleet} (rate(proxyfleet_sessions_total${ofFleets()}[5m]))`,
          legend: `${fleetLegend}: sessions`,
        },
        {
          expr: `${byFleet} (rate(proxyfleet_handshake_failures_total${ofFleets()}[5m]))`,
          legend: `${fleetLegend}: failed handshakes`,
        },
      ],
    },
  ],
};
