import { ofOperator, type Section } from "./panel.ts";

const free = `max by (pool) (proxyfleet_pool_free${ofOperator()})`;

// Not increase(): a count has no sample before its first event, and increase() would miss that one.
const moves = `proxyfleet_rotations_total${ofOperator()}`;

/** What is left to move to. */
export const addresses: Section = {
  title: "Addresses",
  panels: [
    {
      title: "How many addresses are free?",
      description: "The reserve included. Add addresses before a shutdown needs them.",
      width: 6,
      unit: "short",
      show: "number",
      bad: { below: 3 },
      queries: [{ expr: free, legend: "{{pool}}" }],
    },
    {
      title: "When does a pool run out?",
      description:
        "If its free addresses go on falling as in the last seven days. A pool that does not fall is not shown. kubectl proxyfleet status knows more: it counts with addresses whose rest ends.",
      width: 6,
      unit: "s",
      show: "number",
      bad: { below: 604_800 },
      nothing: "no pool falls",
      queries: [
        {
          expr: `(${free} == 0) or (${free} / -(deriv(${free}[7d:1h]) < 0))`,
          legend: "{{pool}}",
        },
      ],
    },
    {
      title: "How did the free addresses change?",
      description: "Steep falls are blocks, or many moves by hand.",
      width: 12,
      unit: "short",
      show: "graph",
      queries: [{ expr: free, legend: "{{pool}}" }],
    },
    {
      title: "What do addresses do?",
      description: "Entries of the ledger by phase. Quarantined ones rest, and come back.",
      width: 12,
      unit: "short",
      show: "graph",
      isStacked: true,
      queries: [
        {
          expr: `max by (pool, phase) (proxyfleet_addresses${ofOperator()})`,
          legend: "{{pool}} {{phase}}",
        },
      ],
    },
    {
      title: "Why do groups move, and does it work?",
      description:
        "Fresh addresses in an hour, by cause and outcome. “Unusable” ones did not work, or were refused by the load balancer.",
      width: 12,
      unit: "short",
      show: "graph",
      queries: [
        {
          expr: `sum by (cause, outcome) ((${moves} - ${moves} offset 1h >= 0) or ${moves})`,
          legend: "{{cause}}: {{outcome}}",
        },
      ],
    },
  ],
};
