import { ofOperator, type Section } from "./panel.ts";

/** Other programs in the namespace have such metrics too. */
const ofItsPods = `and on (namespace, pod) leader_election_master_status${ofOperator(',name="proxyfleet"')}`;

/** Whether the operator does its work. */
export const operator: Section = {
  title: "The operator",
  panels: [
    {
      title: "Does an operator lead?",
      description:
        "Exactly one should. While none leads, addresses go on serving, and nobody moves a blocked group.",
      width: 6,
      unit: "short",
      show: "number",
      bad: { below: 1 },
      words: { "0": "nobody leads", "1": "yes" },
      nothing: "no operator reports",
      queries: [
        {
          expr: `sum(leader_election_master_status${ofOperator(',name="proxyfleet"')})`,
          legend: "leads",
        },
      ],
    },
    {
      title: "Does it see the cluster?",
      description:
        "The longest time for which a watch has brought nothing. Above 300 s it is stuck, and the operator may act on outdated data.",
      width: 6,
      unit: "s",
      show: "number",
      bad: { above: 300 },
      queries: [
        {
          expr: `max(proxyfleet_watch_quiet_seconds${ofOperator()})`,
          legend: "quietest watch",
        },
      ],
    },
    {
      title: "Which namespaces can't it read?",
      description:
        "Namespaces of watchNamespaces without rights, or gone: their fleets wait. Empty: none.",
      width: 6,
      unit: "short",
      show: "table",
      columns: { namespace: "Namespace" },
      value: undefined,
      queries: [{ expr: "min by (namespace) (proxyfleet_namespace_readable) == 0" }],
    },
    {
      title: "Is its clock right?",
      description: "How far the node's clock is ahead of the API server's.",
      width: 6,
      unit: "s",
      show: "number",
      bad: { above: 10 },
      queries: [
        {
          expr: `max(abs(proxyfleet_clock_ahead_seconds${ofOperator()}))`,
          legend: "off by",
        },
      ],
    },
    {
      title: "Do reconciles fail?",
      description: "Failures per second of each controller. A few around a restart are normal.",
      width: 12,
      unit: "cps",
      show: "graph",
      queries: [
        {
          expr: `sum by (controller) (rate(controller_runtime_reconcile_errors_total${ofOperator()}[5m]))`,
          legend: "{{controller}}",
        },
      ],
    },
    {
      title: "Does work pile up?",
      description: "Objects that wait for a worker, and the longest that one is worked on.",
      width: 12,
      unit: "short",
      show: "graph",
      queries: [
        {
          expr: `sum by (controller) (workqueue_depth${ofOperator()})`,
          legend: "{{controller}}: waiting",
        },
        {
          expr: `max by (controller) (workqueue_longest_running_processor_seconds${ofOperator()})`,
          legend: "{{controller}}: seconds under way",
        },
      ],
    },
    {
      title: "Does the API server answer?",
      description:
        "Requests per second that did not succeed, by code. 409 is a conflict, which is tried again; <error> means no answer.",
      width: 12,
      unit: "cps",
      show: "graph",
      queries: [
        {
          expr: `sum by (code) (rate(rest_client_requests_total${ofOperator(',code!~"2.."')}[5m]))`,
          legend: "{{code}}",
        },
      ],
    },
    {
      title: "How much memory does it take?",
      description: "Resident memory of each operator pod. The chart's limit is 512 MiB.",
      width: 12,
      unit: "bytes",
      show: "graph",
      queries: [
        {
          expr: `max by (pod) (process_resident_memory_bytes${ofOperator()} ${ofItsPods})`,
          legend: "{{pod}}",
        },
      ],
    },
    {
      title: "Is its event loop free?",
      description: "Delay of the event loop (99th percentile). Above a second, it is overloaded.",
      width: 12,
      unit: "s",
      show: "graph",
      queries: [
        {
          expr: `max by (pod) (nodejs_eventloop_lag_p99_seconds${ofOperator()} ${ofItsPods})`,
          legend: "{{pod}}",
        },
      ],
    },
  ],
};
