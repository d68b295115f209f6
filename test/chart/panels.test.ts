import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { dashboardJson } from "../../src/pulumi/chart/dashboard/dashboard.ts";
import { removeAtExit } from "../../tooling/scratch-folder.ts";
import { filledIn, panelsOf } from "./grafana.ts";

const promtool = join(import.meta.dirname, "../../.tools/promtool");
const run = promisify(execFile);
const panels = panelsOf(JSON.parse(dashboardJson()));

/** A history of metrics in Prometheus' short form, hour by hour or minute by minute. */
interface History {
  readonly panel: string;
  readonly series: Readonly<Record<string, string>>;
  readonly every?: "1m" | "1h";
  readonly at: string;
  /** What the panel's queries show then, each by its labels. */
  readonly shows: readonly Readonly<Record<string, number>>[];
}

const slot = (name: string, labels = "", pod = "a") =>
  `${name}{namespace="proxies",fleet="family",slot="0",pod="${pod}"${labels}}`;
const fleet = (name: string, labels = "", pod = "a") =>
  `${name}{namespace="proxies",fleet="family",pod="${pod}"${labels}}`;
const own = (name: string, labels = "", pod = "a") =>
  `${name}{namespace="proxyfleet-system",pod="${pod}"${labels}}`;
const condition = (type: string, status: string) =>
  fleet("proxyfleet_fleet_condition", `,type="${type}",status="${status}"`);
const family = 'fleet="family", namespace="proxies"';
const familySlot = `${family}, slot="0"`;
const free = (pool: string, pod = "a") => own("proxyfleet_pool_free", `,pool="${pool}"`, pod);
const leader = own("leader_election_master_status", ',name="proxyfleet"');

const histories: Readonly<Record<string, History>> = {
  "a blocked group is counted once, though both replicas report it": {
    panel: "How many groups are blocked now?",
    series: {
      [slot("proxyfleet_slot_blocked")]: "1x10",
      [slot("proxyfleet_slot_blocked", "", "b")]: "1x10",
      [fleet("proxyfleet_slot_blocked", ',slot="1"')]: "0x10",
    },
    at: "10m",
    shows: [{ "{}": 1 }],
  },
  "nobody knows who is blocked while no operator reports": {
    panel: "How many groups are blocked now?",
    series: { [slot("proxyfleet_slot_blocked")]: "0x5 stale" },
    at: "10m",
    shows: [{}],
  },
  "a group that can't move is counted": {
    panel: "How many fleets have a group that can't move?",
    series: { [fleet("proxyfleet_fleet_cut_off")]: "1x10" },
    at: "10m",
    shows: [{ "{}": 1 }],
  },
  "a blocked group is named": {
    panel: "Who is cut off now?",
    series: {
      [slot("proxyfleet_slot_blocked")]: "1x10",
      [fleet("proxyfleet_slot_blocked", ',slot="1"')]: "0x10",
    },
    at: "10m",
    shows: [{ [`{${familySlot}}`]: 1 }],
  },
  "bad conditions are shown, good ones are not": {
    panel: "What is wrong with which fleet?",
    series: {
      [condition("PoolExhausted", "True")]: "1x10",
      [condition("PoolExhausted", "False")]: "0x10",
      [condition("Reachable", "False")]: "1x10",
      [condition("Ready", "True")]: "1x10",
      [condition("Ready", "False")]: "0x10",
      [condition("OutageSuspected", "False")]: "1x10",
    },
    at: "10m",
    shows: [
      {
        [`{${family}, status="True", type="PoolExhausted"}`]: 1,
        [`{${family}, status="False", type="Reachable"}`]: 1,
      },
    ],
  },
  "a verdict is shown with its country": {
    panel: "Where is whose address blocked, or suspected?",
    series: {
      [slot("proxyfleet_slot_verdict", ',country="IR",verdict="Suspected"')]: "1x10",
      [slot("proxyfleet_slot_verdict", ',country="RU",verdict="Reachable"')]: "1x10",
    },
    at: "10m",
    shows: [
      { [`{country="IR", fleet="family", namespace="proxies", slot="0", verdict="Suspected"}`]: 1 },
    ],
  },
  "blocked groups of a fleet are added up": {
    panel: "When were groups blocked?",
    series: {
      [slot("proxyfleet_slot_blocked")]: "1x10",
      [fleet("proxyfleet_slot_blocked", ',slot="1"')]: "1x10",
    },
    at: "10m",
    shows: [{ [`{${family}}`]: 2 }],
  },
  "a claim's age is shown": {
    panel: "Has a move waited for long?",
    series: { [fleet("proxyfleet_oldest_claim_seconds")]: "0+60x10" },
    at: "10m",
    shows: [{ [`{${family}}`]: 600 }],
  },
  "free addresses are shown for each pool": {
    panel: "How many addresses are free?",
    series: { [free("a")]: "7x10", [free("a", "b")]: "7x10", [free("b")]: "2x10" },
    at: "10m",
    shows: [{ '{pool="a"}': 7, '{pool="b"}': 2 }],
  },
  "a pool of 10 that loses three addresses in four days runs out in 13 days": {
    panel: "When does a pool run out?",
    series: {
      [free("falls")]: "15.25-0.03125x168",
      [free("stays")]: "9x168",
      [free("grows")]: "1+1x168",
      [free("is-empty")]: "0x168",
    },
    every: "1h",
    at: "168h",
    shows: [{ '{pool="falls"}': (10 / 0.03125) * 3600, '{pool="is-empty"}': 0 }],
  },
  "free addresses over time": {
    panel: "How did the free addresses change?",
    series: { [free("a")]: "10-1x10" },
    at: "4m",
    shows: [{ '{pool="a"}': 6 }],
  },
  "entries of the ledger by phase, once though both replicas report them": {
    panel: "What do addresses do?",
    series: {
      [own("proxyfleet_addresses", ',pool="a",phase="Quarantined"')]: "12x10",
      [own("proxyfleet_addresses", ',pool="a",phase="Quarantined"', "b")]: "12x10",
    },
    at: "10m",
    shows: [{ '{phase="Quarantined", pool="a"}': 12 }],
  },
  "a move within the last hour is counted, also the first of its cause": {
    panel: "Why do groups move, and does it work?",
    series: {
      [own("proxyfleet_rotations_total", ',cause="Blocked",outcome="published"')]: "_x100 1x20",
      [own("proxyfleet_rotations_total", ',cause="Age",outcome="published"')]: "3x100 5x20",
      [own("proxyfleet_rotations_total", ',cause="Age",outcome="unusable"')]: "1x120",
    },
    at: "110m",
    shows: [
      {
        '{cause="Blocked", outcome="published"}': 1,
        '{cause="Age", outcome="published"}': 2,
        '{cause="Age", outcome="unusable"}': 0,
      },
    ],
  },
  "a leak names the fleet": {
    panel: "Which fleet has a group that leaks?",
    series: { [condition("Leaking", "True")]: "1x10" },
    at: "10m",
    shows: [{ [`{${family}}`]: 1 }],
  },
  "blocks that ended and one that lasts are counted": {
    panel: "Which groups are blocked most often?",
    series: {
      [slot("proxyfleet_slot_blocked")]: "0x5 1x3 0x10 1x2 0x10 1x10",
      [fleet("proxyfleet_slot_blocked", ',slot="1"')]: "0x50",
    },
    at: "40m",
    shows: [{ [`{${familySlot}}`]: 3 }],
  },
  "sessions of a group": {
    panel: "How many sessions has each group?",
    series: { [slot("proxyfleet_sessions")]: "38x10" },
    at: "10m",
    shows: [{ [`{${familySlot}}`]: 38 }],
  },
  "how full the pods of a fleet are": {
    panel: "How full are the pods?",
    series: {
      [slot("proxyfleet_sessions")]: "30x10",
      [fleet("proxyfleet_sessions", ',slot="1"')]: "10x10",
      [fleet("proxyfleet_connection_capacity")]: "100x10",
    },
    at: "10m",
    shows: [{ [`{${family}}`]: 0.4 }],
  },
  "servers that do not answer": {
    panel: "Do the proxies reach WhatsApp?",
    series: {
      [fleet("proxyfleet_upstream_servers", ',upstream="chat",state="up"')]: "2x10",
      [fleet("proxyfleet_upstream_servers", ',upstream="chat",state="down"')]: "1x10",
    },
    at: "10m",
    shows: [{ [`{${family}, state="down", upstream="chat"}`]: 1 }],
  },
  "bytes per second": {
    panel: "How much passes?",
    series: { [slot("proxyfleet_bytes_total", ',direction="in"')]: "0+6000x10" },
    at: "10m",
    shows: [{ [`{direction="in", ${family}}`]: 100 }],
  },
  "a group that is refused, and is full": {
    panel: "Who is refused?",
    series: {
      [slot("proxyfleet_connections_refused_total")]: "0+120x10",
      [slot("proxyfleet_slot_full_pods")]: "2x10",
      [fleet("proxyfleet_slot_full_pods", ',slot="1"')]: "0x10",
    },
    at: "10m",
    shows: [{ [`{${familySlot}}`]: 2 }, { [`{${familySlot}}`]: 2 }],
  },
  "sessions and failed handshakes per second": {
    panel: "Who opens connections, and how many fail?",
    series: {
      [slot("proxyfleet_sessions_total")]: "0+60x10",
      [slot("proxyfleet_handshake_failures_total")]: "0+30x10",
    },
    at: "10m",
    shows: [{ [`{${family}}`]: 1 }, { [`{${family}}`]: 0.5 }],
  },
  "a vantage point that fails": {
    panel: "Who does not measure?",
    series: {
      [own("proxyfleet_vantage_point_working", ',vantage_point="t1",country="IR",role="Probe"')]:
        "0x10",
      [own("proxyfleet_vantage_point_working", ',vantage_point="c",country="DE",role="Control"')]:
        "1x10",
    },
    at: "10m",
    shows: [{ '{country="IR", role="Probe", vantage_point="t1"}': 0 }],
  },
  "verdicts by country": {
    panel: "What is known of addresses in use?",
    series: { [own("proxyfleet_verdicts", ',country="IR",verdict="Blocked"')]: "2x10" },
    at: "10m",
    shows: [{ '{country="IR", verdict="Blocked"}': 2 }],
  },
  "a country that a feed calls offline": {
    panel: "Is a country offline?",
    series: {
      [own("proxyfleet_outage_feed_down", ',feed="ioda",country="IR"')]: "1x10",
      [own("proxyfleet_outage_feed_down", ',feed="ioda",country="RU"')]: "0x10",
    },
    at: "10m",
    shows: [{ '{country="IR", feed="ioda"}': 1 }],
  },
  "news that waits, and news that was dropped": {
    panel: "Does news arrive?",
    series: {
      [own("proxyfleet_news_waiting", ',receiver="bot"')]: "4x100",
      [own("proxyfleet_news_awaiting_link", ',receiver="bot"')]: "1x100",
      [own("proxyfleet_news_dropped_total", ',receiver="bot",reason="GaveUp"')]: "_x90 3x10",
    },
    at: "95m",
    shows: [
      { '{receiver="bot"}': 4 },
      { '{receiver="bot"}': 1 },
      { '{reason="GaveUp", receiver="bot"}': 3 },
    ],
  },
  "one of two replicas leads": {
    panel: "Does an operator lead?",
    series: {
      [leader]: "1x10",
      [own("leader_election_master_status", ',name="proxyfleet"', "b")]: "0x10",
    },
    at: "10m",
    shows: [{ "{}": 1 }],
  },
  "the watch that has been quiet the longest": {
    panel: "Does it see the cluster?",
    series: {
      [own("proxyfleet_watch_quiet_seconds", ',kind="Pod"')]: "0+60x10",
      [own("proxyfleet_watch_quiet_seconds", ',kind="Secret"')]: "9x10",
    },
    at: "10m",
    shows: [{ "{}": 600 }],
  },
  "a namespace that can't be read": {
    panel: "Which namespaces can't it read?",
    series: {
      'proxyfleet_namespace_readable{namespace="gone",pod="a"}': "0x10",
      'proxyfleet_namespace_readable{namespace="proxies",pod="a"}': "1x10",
    },
    at: "10m",
    shows: [{ '{namespace="gone"}': 0 }],
  },
  "a clock that is behind": {
    panel: "Is its clock right?",
    series: { [own("proxyfleet_clock_ahead_seconds")]: "-42x10" },
    at: "10m",
    shows: [{ "{}": 42 }],
  },
  "a controller that fails": {
    panel: "Do reconciles fail?",
    series: {
      [own("controller_runtime_reconcile_errors_total", ',controller="fleet"')]: "0+6x10",
    },
    at: "10m",
    shows: [{ '{controller="fleet"}': 0.1 }],
  },
  "what waits, and what is worked on": {
    panel: "Does work pile up?",
    series: {
      [own("workqueue_depth", ',name="fleet",controller="fleet"')]: "5x10",
      [own("workqueue_longest_running_processor_seconds", ',name="fleet",controller="fleet"')]:
        "2x10",
    },
    at: "10m",
    shows: [{ '{controller="fleet"}': 5 }, { '{controller="fleet"}': 2 }],
  },
  "requests that do not succeed": {
    panel: "Does the API server answer?",
    series: {
      [own("rest_client_requests_total", ',method="PATCH",code="403"')]: "0+60x10",
      [own("rest_client_requests_total", ',method="GET",code="200"')]: "0+600x10",
    },
    at: "10m",
    shows: [{ '{code="403"}': 1 }],
  },
  "the memory of the operator's pods, and of no other program beside them": {
    panel: "How much memory does it take?",
    series: {
      [leader]: "1x10",
      [own("process_resident_memory_bytes")]: "1000x10",
      [own("process_resident_memory_bytes", "", "database")]: "9000x10",
    },
    at: "10m",
    shows: [{ '{pod="a"}': 1000 }],
  },
  "a slow event loop": {
    panel: "Is its event loop free?",
    series: { [leader]: "1x10", [own("nodejs_eventloop_lag_p99_seconds")]: "0.5x10" },
    at: "10m",
    shows: [{ '{pod="a"}': 0.5 }],
  },
};

const skip = existsSync(promtool)
  ? false
  : "promtool is not here: test/chart/prometheus.sh fetches it";

describe("panels", { skip }, () => {
  test("are each shown by one of the histories below", () => {
    const told = new Set(Object.values(histories).map(({ panel }) => panel));
    assert.deepEqual(panels.map(({ title }) => title).toSorted(), [...told].toSorted());
  });

  for (const [name, { panel, series, every = "1m", at, shows }] of Object.entries(histories))
    test(`${panel} ${name}`, async () => {
      const exprs = panels.find(({ title }) => title === panel)?.exprs ?? [];
      const chosen = { operator: "proxyfleet-system", range: "1h" };
      const history = {
        interval: every,
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: exprs.map((expr, index) => ({
          expr: filledIn(expr, chosen),
          eval_time: at,
          exp_samples: Object.entries(shows[index]!).map(([labels, value]) => ({ labels, value })),
        })),
      };
      const folder = mkdtempSync(join(tmpdir(), "proxyfleet-panels-"));
      removeAtExit(folder);
      const file = join(folder, "test.yaml");
      writeFileSync(file, stringify({ evaluation_interval: every, tests: [history] }));
      await run(promtool, ["test", "rules", file]);
    });
});
