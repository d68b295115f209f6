import { dashboardUid } from "./dashboard/dashboard.ts";

/** What the alerts depend on, as text. */
export interface AlertScope {
  /** Of the operator, which Prometheus puts on each of its metrics as the label `namespace`. */
  readonly namespace: string;
  /** Fewer free addresses of a pool than this are too few. */
  readonly poolLow: string;
  /** Where the folder docs is published. */
  readonly runbooks: string;
  /** Address of Grafana; empty: there is none. */
  readonly grafana: string;
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** How long it must be so. */
  readonly for: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
  /** What to do. */
  readonly description: string;
  /** The page and heading that says more, in the folder docs. */
  readonly runbook: string;
}

/** The alerts as one group of rules. Prometheus fills in what stands in `{{ … }}`. */
export function alertGroup({ namespace, poolLow, runbooks, grafana }: AlertScope): object {
  const fill = (text: string) =>
    text.replaceAll("NAMESPACE", namespace).replaceAll("POOL_LOW", poolLow);
  return {
    name: "proxyfleet",
    rules: alerts.map((each) => ({
      alert: each.alert,
      expr: fill(each.expr),
      for: each.for,
      labels: { severity: each.severity },
      annotations: {
        summary: fill(each.summary),
        description: fill(each.description),
        runbook_url: `${runbooks}/${each.runbook}`,
        ...(grafana === "" ? {} : { dashboard_url: `${grafana}${dashboardPath(each)}` }),
      },
    })),
  };
}

/** The dashboard, with what the alert is about already chosen. */
function dashboardPath({ expr }: Alert): string {
  const path = `/d/${dashboardUid}`;
  return expr.includes("by (namespace, fleet")
    ? `${path}?var-namespace={{ $labels.namespace }}&var-fleet={{ $labels.fleet }}`
    : path;
}

// Metrics of fleets bring a label `namespace` of their own, which the ServiceMonitor honours. It is
// the fleet's, not the operator's.
const fleet = "{{ $labels.namespace }}/{{ $labels.fleet }}";
const describe = "kubectl describe wap -n {{ $labels.namespace }} {{ $labels.fleet }}";

// Not increase(): a count has no sample before its first event, and increase() would miss that one.
const unusable = 'proxyfleet_rotations_total{namespace="NAMESPACE",outcome="unusable"}';

const alerts: readonly Alert[] = [
  {
    alert: "ProxyfleetOperatorDown",
    expr: 'absent(leader_election_master_status{namespace="NAMESPACE"} == 1)',
    for: "5m",
    severity: "critical",
    summary: "No Proxyfleet operator leads in the namespace NAMESPACE.",
    description:
      "Published addresses go on serving, but nobody moves a blocked group. Look at: kubectl get pods,lease -n NAMESPACE, and at the pods' logs.",
    runbook: "runbook.md#the-operator-is-in-trouble",
  },
  {
    alert: "ProxyfleetFleetNotReady",
    expr: 'max by (namespace, fleet) (proxyfleet_fleet_condition{type="Ready",status="True"}) == 0',
    for: "10m",
    severity: "critical",
    summary: `The fleet ${fleet} is not ready: some people may have no proxy.`,
    description: `${describe} says what is missing.`,
    runbook: "runbook.md#the-fleet-is-not-ready",
  },
  {
    alert: "ProxyfleetGroupCutOff",
    expr: "max by (namespace, fleet) (proxyfleet_fleet_cut_off) == 1",
    for: "5m",
    severity: "critical",
    summary: `A group of the fleet ${fleet} is cut off and can't move.`,
    description: `The condition Reachable says which group, since when, and what prevents its move: ${describe}.`,
    runbook: "runbook.md#a-group-is-cut-off-and-cant-move",
  },
  {
    alert: "ProxyfleetSlotBlocked",
    expr: "max by (namespace, fleet, slot) (proxyfleet_slot_blocked) == 1",
    for: "15m",
    severity: "critical",
    summary: `Slot {{ $labels.slot }} of the fleet ${fleet} is blocked, and has not moved.`,
    description: `These people can't connect. ${describe} says why the slot does not move: often its pools have no free address.`,
    runbook: "runbook.md#a-group-is-cut-off-and-cant-move",
  },
  {
    alert: "ProxyfleetRotationStuck",
    expr: "max by (namespace, fleet) (proxyfleet_oldest_claim_seconds) > 1800",
    for: "5m",
    severity: "warning",
    summary: `The fleet ${fleet} has waited for a fresh address for half an hour.`,
    description: `${describe} and kubectl get wapa say what the address is waiting for: often the load balancer.`,
    runbook: "runbook.md#a-load-balancer-refuses-an-address",
  },
  {
    alert: "ProxyfleetUpstreamUnreachable",
    expr: 'max by (namespace, fleet) (proxyfleet_fleet_condition{type="UpstreamReachable",status="False"}) == 1',
    for: "5m",
    severity: "critical",
    summary: `The proxies of the fleet ${fleet} don't reach WhatsApp.`,
    description: `Look at the pods' way out: DNS, NetworkPolicies, and firewalls. ${describe} names the servers.`,
    runbook: "runbook.md#whatsapp-is-not-reached",
  },
  {
    alert: "ProxyfleetPodsNearlyFull",
    expr: "sum by (namespace, fleet) (proxyfleet_sessions) > 0.8 * sum by (namespace, fleet) (proxyfleet_connection_capacity)",
    for: "10m",
    severity: "warning",
    summary: `The pods of the fleet ${fleet} are nearly full.`,
    description: "Add pods (spec.replicas), or let an autoscaler do it.",
    runbook: "proxy.md#what-a-pod-can-hold",
  },
  {
    alert: "ProxyfleetSlotFull",
    expr: "max by (namespace, fleet, slot) (proxyfleet_slot_full_pods) > 0",
    for: "5m",
    severity: "warning",
    summary: `Slot {{ $labels.slot }} of the fleet ${fleet} has all of its share of a pod: new connections are refused.`,
    description: `Other groups are not affected. If these are people, add pods (spec.replicas). If somebody floods the address, set limits per client or move the slot: ${describe}.`,
    runbook: "proxy.md#shares",
  },
  {
    alert: "ProxyfleetOutageSuspected",
    expr: 'max by (namespace, fleet) (proxyfleet_fleet_condition{type="OutageSuspected",status="True"}) == 1',
    for: "15m",
    severity: "warning",
    summary: `Most addresses for the people of the fleet ${fleet} fail together: that looks like an outage, so nobody is moved.`,
    description: `Check your own network first: ${describe} says what was seen. If it is a block, set spec.reachability.outagePercent to 100.`,
    runbook: "runbook.md#an-outage-is-suspected",
  },
  {
    alert: "ProxyfleetProtocolBlocked",
    expr: 'max by (namespace, fleet) (proxyfleet_fleet_condition{type="ProtocolBlocked",status="True"}) == 1',
    for: "5m",
    severity: "critical",
    summary: `A country blocks the protocol of the fleet ${fleet}: fresh addresses don't help, so nobody is moved.`,
    description: `Tell people about another way, such as a VPN. ${describe} says what was seen.`,
    runbook: "runbook.md#the-protocol-is-blocked",
  },
  {
    alert: "ProxyfleetSlotLeaks",
    expr: 'max by (namespace, fleet) (proxyfleet_fleet_condition{type="Leaking",status="True"}) == 1',
    for: "5m",
    severity: "warning",
    summary: `Somebody passes on the addresses of a group of the fleet ${fleet}.`,
    description: `${describe} names the slot. Split its group over two slots, and see which one leaks.`,
    runbook: "groups.md#when-a-group-leaks",
  },
  {
    alert: "ProxyfleetVantagePointFails",
    expr: "max by (vantage_point) (proxyfleet_vantage_point_working) == 0",
    for: "30m",
    severity: "warning",
    summary:
      "The vantage point {{ $labels.vantage_point }} does not measure: a block may be seen late.",
    description: "kubectl describe wavp {{ $labels.vantage_point }} says what is missing.",
    runbook: "conditions.md#working",
  },
  {
    alert: "ProxyfleetPoolExhausted",
    expr: 'max by (pool) (proxyfleet_pool_free{namespace="NAMESPACE"}) == 0',
    for: "5m",
    severity: "critical",
    summary: "The pool {{ $labels.pool }} has no free address: blocked groups can't move there.",
    description:
      "Add addresses to the pool, or another pool to the fleets. kubectl get wapa shows when resting addresses are free again.",
    runbook: "runbook.md#no-address-is-left",
  },
  {
    alert: "ProxyfleetPoolLow",
    expr: 'max by (pool) (proxyfleet_pool_free{namespace="NAMESPACE"}) < POOL_LOW',
    for: "30m",
    severity: "warning",
    summary: "The pool {{ $labels.pool }} has only {{ $value }} free addresses left.",
    description: "Add addresses to the pool before a shutdown needs them.",
    runbook: "pools.md#how-many",
  },
  {
    alert: "ProxyfleetAddressesUnusable",
    expr: `sum by (namespace) ((${unusable} - ${unusable} offset 1h >= 0) or ${unusable}) > 0`,
    for: "0m",
    severity: "warning",
    summary: "Fresh addresses did not work in the last hour.",
    description:
      "Events of fleets and addresses say which, and why: kubectl get events -A --field-selector reason=AddressUnusable",
    runbook: "conditions.md#verified",
  },
  {
    alert: "ProxyfleetNewsNotTaken",
    expr: 'max by (receiver) (proxyfleet_news_receiver_working{namespace="NAMESPACE"}) == 0',
    for: "1h",
    severity: "warning",
    summary: "The receiver {{ $labels.receiver }} has taken no news for an hour.",
    description:
      "A group may not hear of its new link. The log lines of the level warn of the pods in NAMESPACE say why. What waits is kept for a day.",
    runbook: "news.md#what-is-promised",
  },
  {
    alert: "ProxyfleetNewsWithoutLink",
    expr: 'max by (receiver) (proxyfleet_news_awaiting_link{namespace="NAMESPACE"}) > 0',
    for: "10m",
    severity: "warning",
    summary: "The receiver {{ $labels.receiver }} is sent no new links, since they are not known.",
    description:
      "After an hour that news is dropped. The log lines of the level warn of the pods in NAMESPACE say what to check.",
    runbook: "news.md#what-is-promised",
  },
  {
    alert: "ProxyfleetWatchStuck",
    expr: 'max by (kind) (proxyfleet_watch_quiet_seconds{namespace="NAMESPACE"}) > 300',
    for: "5m",
    severity: "warning",
    summary: "The operator's watch of {{ $labels.kind }} has been silent for 5 minutes.",
    description:
      'It may act on outdated data. Look at the log lines "a watch failed and will be tried again" of the pods in NAMESPACE.',
    runbook: "runbook.md#the-operator-is-in-trouble",
  },
  {
    alert: "ProxyfleetReconcileErrors",
    expr: 'sum by (controller) (rate(controller_runtime_reconcile_errors_total{namespace="NAMESPACE"}[10m])) > 0.1',
    for: "10m",
    severity: "warning",
    summary: "The operator's controller {{ $labels.controller }} fails again and again.",
    description: "Look at the log lines of the level warn of the pods in NAMESPACE.",
    runbook: "runbook.md#the-operator-is-in-trouble",
  },
];
