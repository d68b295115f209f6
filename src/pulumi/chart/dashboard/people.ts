import { eachFleet, eachSlot, ofFleets, type Section } from "./panel.ts";

const fleetColumns = { namespace: "Namespace", fleet: "Fleet" };
const slotColumns = { ...fleetColumns, slot: "Group" };

/** Conditions that say something bad while they are True, and those that do while they are False. */
const badWhenTrue =
  "PoolExhausted|OutageSuspected|ProtocolBlocked|Leaking|Paused|Stalled|FieldsWithoutEffect";
const badWhenFalse =
  "Ready|Reachable|AddressesReady|UpstreamReachable|ChildrenApplied|ClocksAgree|ConfigApplied|PodsAvailable|DNSReady|Measured";

/** Whether people get through. */
export const people: Section = {
  title: "People",
  panels: [
    {
      title: "How many groups are blocked now?",
      description:
        "Groups whose published address is blocked in a country of their fleet's audience. “Not known” means that no operator reports.",
      width: 6,
      unit: "short",
      show: "number",
      bad: { above: 1 },
      queries: [
        {
          expr: `sum(${eachSlot} (proxyfleet_slot_blocked${ofFleets()}))`,
          legend: "blocked groups",
        },
      ],
    },
    {
      title: "How many fleets have a group that can't move?",
      description:
        "A group is cut off, and something prevents its move. kubectl describe wap says what.",
      width: 6,
      unit: "short",
      show: "number",
      bad: { above: 1 },
      queries: [
        { expr: `sum(${eachFleet} (proxyfleet_fleet_cut_off${ofFleets()}))`, legend: "fleets" },
      ],
    },
    {
      title: "Who is cut off now?",
      description:
        "Each group whose published address is blocked for its people. Empty: nobody, as far as is known.",
      width: 12,
      unit: "short",
      show: "table",
      columns: slotColumns,
      value: undefined,
      queries: [{ expr: `${eachSlot} (proxyfleet_slot_blocked${ofFleets()}) == 1` }],
    },
    {
      title: "What is wrong with which fleet?",
      description:
        "Conditions that need somebody's attention. docs/conditions.md explains each, and what to do.",
      width: 12,
      unit: "short",
      show: "table",
      columns: { ...fleetColumns, type: "Condition", status: "Status" },
      value: undefined,
      queries: [
        {
          expr: `max by (namespace, fleet, type, status) (proxyfleet_fleet_condition${ofFleets(`,type=~"${badWhenTrue}",status="True"`)} or proxyfleet_fleet_condition${ofFleets(`,type=~"${badWhenFalse}",status="False"`)}) == 1`,
        },
      ],
    },
    {
      title: "Where is whose address blocked, or suspected?",
      description:
        "Verdicts on published addresses, by country. A country outside of the audience is shown too, and moves nobody.",
      width: 12,
      unit: "short",
      show: "table",
      columns: { ...slotColumns, country: "Country", verdict: "Verdict" },
      value: undefined,
      queries: [
        {
          expr: `max by (namespace, fleet, slot, country, verdict) (proxyfleet_slot_verdict${ofFleets(',verdict=~"Blocked|Suspected"')}) == 1`,
        },
      ],
    },
    {
      title: "When were groups blocked?",
      description: "Blocked groups of each fleet. A block that ends between two scrapes is missed.",
      width: 12,
      unit: "short",
      show: "graph",
      isStacked: true,
      queries: [
        {
          expr: `sum by (namespace, fleet) (${eachSlot} (proxyfleet_slot_blocked${ofFleets()}))`,
          legend: "{{namespace}}/{{fleet}}",
        },
      ],
    },
    {
      title: "Has a move waited for long?",
      description:
        "Age of the oldest address that is not published yet. Minutes are normal where a load balancer is slow.",
      width: 12,
      unit: "s",
      show: "graph",
      queries: [
        {
          expr: `${eachFleet} (proxyfleet_oldest_claim_seconds${ofFleets()})`,
          legend: "{{namespace}}/{{fleet}}",
        },
      ],
    },
  ],
};

/** Which groups pass addresses on. */
export const leaks: Section = {
  title: "Leaks",
  panels: [
    {
      title: "Which fleet has a group that leaks?",
      description:
        "Three addresses of one group in a row were each blocked within six hours. kubectl describe wap names the group; docs/groups.md says how to split it.",
      width: 12,
      unit: "short",
      show: "table",
      columns: fleetColumns,
      value: undefined,
      queries: [
        {
          expr: `${eachFleet} (proxyfleet_fleet_condition${ofFleets(',type="Leaking",status="True"')}) == 1`,
        },
      ],
    },
    {
      title: "Which groups are blocked most often?",
      description:
        "Blocks in the time shown, those that last included. A block that ends between two scrapes is missed: status.slots[].burnt of a fleet has the exact count.",
      width: 12,
      unit: "short",
      show: "table",
      columns: slotColumns,
      value: "Blocks",
      queries: [
        {
          expr: `topk(20, ${eachSlot} (resets(proxyfleet_slot_blocked${ofFleets()}[$__range])) + ${eachSlot} (proxyfleet_slot_blocked${ofFleets()}) > 0)`,
        },
      ],
    },
  ],
};
