import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { removeAtExit } from "../../tooling/scratch-folder.ts";
import { only, rendered } from "./rendered.ts";

const promtool = join(import.meta.dirname, "../../.tools/promtool");
const run = promisify(execFile);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * A history of metrics, minute by minute in Prometheus' own short form, and which alerts it must
 * and must not raise.
 */
interface History {
  readonly series: Readonly<Record<string, string>>;
  /** When it is looked at. */
  readonly at: string;
  /** The alerts that fire then, each with the labels that tell for whom; all others are silent. */
  readonly fires: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const fleet = { namespace: "proxies", fleet: "family" };
const leader = { 'leader_election_master_status{namespace="proxyfleet-system",pod="a"}': "1x180" };
const series = (name: string, labels: string) => `${name}{${labels},pod="a"}`;
const condition = (type: string, status: string) =>
  series(
    "proxyfleet_fleet_condition",
    `namespace="proxies",fleet="family",type="${type}",status="${status}"`,
  );
const ofFleet = (name: string) => series(name, 'namespace="proxies",fleet="family"');
const ofOperator = (name: string, labels: string) =>
  series(name, `namespace="proxyfleet-system",${labels}`);

const histories: Readonly<Record<string, History>> = {
  "all is well": {
    series: {
      ...leader,
      [condition("Ready", "True")]: "1x180",
      [condition("UpstreamReachable", "False")]: "0x180",
      [condition("OutageSuspected", "True")]: "0x180",
      [series("proxyfleet_slot_blocked", 'namespace="proxies",fleet="family",slot="0"')]: "0x180",
      [ofFleet("proxyfleet_fleet_cut_off")]: "0x180",
      [ofFleet("proxyfleet_oldest_claim_seconds")]: "0+60x29 _x150",
      [ofFleet("proxyfleet_sessions")]: "80x180",
      [ofFleet("proxyfleet_connection_capacity")]: "101x180",
      [ofOperator("proxyfleet_pool_free", 'pool="a"')]: "3x180",
      [ofOperator("proxyfleet_rotations_total", 'outcome="published"')]: "0+1x180",
      [ofOperator("proxyfleet_watch_quiet_seconds", 'kind="Pod"')]: "60x180",
      [ofOperator("controller_runtime_reconcile_errors_total", 'controller="fleet"')]: "0+5x180",
    },
    at: "3h",
    fires: {},
  },
  "no operator leads": {
    series: { 'leader_election_master_status{namespace="proxyfleet-system",pod="a"}': "1x5 0x20" },
    at: "15m",
    fires: { ProxyfleetOperatorDown: {} },
  },
  "an operator of another namespace leads": {
    series: { 'leader_election_master_status{namespace="elsewhere",pod="a"}': "1x25" },
    at: "15m",
    fires: { ProxyfleetOperatorDown: {} },
  },
  "the leader changes": {
    series: {
      'leader_election_master_status{namespace="proxyfleet-system",pod="a"}': "1x5 0x20",
      'leader_election_master_status{namespace="proxyfleet-system",pod="b"}': "0x8 1x20",
    },
    at: "15m",
    fires: {},
  },
  "a fleet is not ready": {
    series: { ...leader, [condition("Ready", "True")]: "1x5 0x20" },
    at: "20m",
    fires: { ProxyfleetFleetNotReady: fleet },
  },
  "a fleet is not ready for a moment": {
    series: { ...leader, [condition("Ready", "True")]: "1x5 0x5 1x20" },
    at: "20m",
    fires: {},
  },
  "a group is cut off and can't move": {
    series: { ...leader, [ofFleet("proxyfleet_fleet_cut_off")]: "0x5 1x20" },
    at: "15m",
    fires: { ProxyfleetGroupCutOff: fleet },
  },
  "a group can't move for a moment": {
    series: { ...leader, [ofFleet("proxyfleet_fleet_cut_off")]: "0x5 1x3 0x20" },
    at: "9m",
    fires: {},
  },
  "a blocked slot stays where it is": {
    series: {
      ...leader,
      [series("proxyfleet_slot_blocked", 'namespace="proxies",fleet="family",slot="1"')]:
        "0x5 1x20",
    },
    at: "25m",
    fires: { ProxyfleetSlotBlocked: { ...fleet, slot: "1" } },
  },
  "a slot waits long for a fresh address": {
    series: { ...leader, [ofFleet("proxyfleet_oldest_claim_seconds")]: "0+60x60" },
    at: "40m",
    fires: { ProxyfleetRotationStuck: fleet },
  },
  "WhatsApp can't be reached": {
    series: { ...leader, [condition("UpstreamReachable", "False")]: "0x5 1x20" },
    at: "15m",
    fires: { ProxyfleetUpstreamUnreachable: fleet },
  },
  "pods are nearly full": {
    series: {
      ...leader,
      [ofFleet("proxyfleet_sessions")]: "81x30",
      [ofFleet("proxyfleet_connection_capacity")]: "100x30",
    },
    at: "15m",
    fires: { ProxyfleetPodsNearlyFull: fleet },
  },
  "a slot has all of its share of a pod": {
    series: {
      ...leader,
      [series("proxyfleet_slot_full_pods", 'namespace="proxies",fleet="family",slot="1"')]:
        "0x5 2x20",
    },
    at: "15m",
    fires: { ProxyfleetSlotFull: { ...fleet, slot: "1" } },
  },
  "most slots fail together": {
    series: { ...leader, [condition("OutageSuspected", "True")]: "1x30" },
    at: "20m",
    fires: { ProxyfleetOutageSuspected: fleet },
  },
  "a country blocks the protocol": {
    series: { ...leader, [condition("ProtocolBlocked", "True")]: "1x30" },
    at: "10m",
    fires: { ProxyfleetProtocolBlocked: fleet },
  },
  "a group leaks": {
    series: { ...leader, [condition("Leaking", "True")]: "1x30" },
    at: "10m",
    fires: { ProxyfleetSlotLeaks: fleet },
  },
  "a vantage point measures no more": {
    series: {
      ...leader,
      [series("proxyfleet_vantage_point_working", 'vantage_point="tehran-1"')]: "1x5 0x60",
    },
    at: "40m",
    fires: { ProxyfleetVantagePointFails: { vantage_point: "tehran-1" } },
  },
  "a pool has two free addresses": {
    series: { ...leader, [ofOperator("proxyfleet_pool_free", 'pool="a"')]: "2x60" },
    at: "40m",
    fires: { ProxyfleetPoolLow: { pool: "a" } },
  },
  "a pool has none": {
    series: { ...leader, [ofOperator("proxyfleet_pool_free", 'pool="a"')]: "0x60" },
    at: "10m",
    fires: { ProxyfleetPoolExhausted: { pool: "a" } },
  },
  "a fresh address did not work": {
    series: {
      ...leader,
      [ofOperator("proxyfleet_rotations_total", 'outcome="unusable"')]: "0x5 1x30",
    },
    at: "20m",
    fires: { ProxyfleetAddressesUnusable: { namespace: "proxyfleet-system" } },
  },
  "the first address that does not work since the operator began": {
    series: {
      ...leader,
      [ofOperator("proxyfleet_rotations_total", 'outcome="unusable"')]: "_x5 1x30",
    },
    at: "20m",
    fires: { ProxyfleetAddressesUnusable: { namespace: "proxyfleet-system" } },
  },
  "a fresh address did not work, two hours ago": {
    series: {
      ...leader,
      [ofOperator("proxyfleet_rotations_total", 'outcome="unusable"')]: "0x5 1x150",
    },
    at: "150m",
    fires: {},
  },
  "a receiver takes no news": {
    series: {
      ...leader,
      [ofOperator("proxyfleet_news_receiver_working", 'receiver="bot"')]: "1x5 0x90",
    },
    at: "70m",
    fires: { ProxyfleetNewsNotTaken: { receiver: "bot" } },
  },
  "a receiver takes news again before an hour is over": {
    series: {
      ...leader,
      [ofOperator("proxyfleet_news_receiver_working", 'receiver="bot"')]: "0x50 1x5 0x50",
    },
    at: "100m",
    fires: {},
  },
  "news waits for links": {
    series: {
      ...leader,
      [ofOperator("proxyfleet_news_awaiting_link", 'receiver="bot"')]: "0x5 2x15",
    },
    at: "18m",
    fires: { ProxyfleetNewsWithoutLink: { receiver: "bot" } },
  },
  "a link is known soon": {
    series: {
      ...leader,
      [ofOperator("proxyfleet_news_awaiting_link", 'receiver="bot"')]: "1x8 0x20",
    },
    at: "18m",
    fires: {},
  },
  "a watch is silent": {
    series: { ...leader, [ofOperator("proxyfleet_watch_quiet_seconds", 'kind="Pod"')]: "0+60x60" },
    at: "15m",
    fires: { ProxyfleetWatchStuck: { kind: "Pod" } },
  },
  "a controller fails again and again": {
    series: {
      ...leader,
      [ofOperator("controller_runtime_reconcile_errors_total", 'controller="fleet"')]: "0+12x60",
    },
    at: "30m",
    fires: { ProxyfleetReconcileErrors: { controller: "fleet" } },
  },
};

const skip = existsSync(promtool)
  ? false
  : "promtool is not here: test/chart/prometheus.sh fetches it";

describe("alerts", { skip }, () => {
  let folder: string;
  let rules: readonly Rule[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "proxyfleet-alerts-"));
    removeAtExit(folder);
    const manifest = only(await rendered({ prometheusRule: { enabled: true } }), "PrometheusRule");
    const spec = manifest["spec"] as { groups: readonly [{ rules: readonly Rule[] }] };
    [{ rules }] = spec.groups;
    writeFileSync(join(folder, "rules.yaml"), stringify(spec));
    // promtool would want all words of an alert repeated in a test.
    const wordless = {
      groups: [{ name: "wordless", rules: rules.map(({ annotations: _, ...rule }) => rule) }],
    };
    writeFileSync(join(folder, "wordless-rules.yaml"), stringify(wordless));
  });

  test("are rules that Prometheus understands, with nothing to warn of", async () => {
    const { stdout, stderr } = await run(promtool, [
      "check",
      "rules",
      "--lint-fatal",
      join(folder, "rules.yaml"),
    ]);
    assert.match(`${stdout}${stderr}`, new RegExp(`${rules.length} rules found`));
  });

  test("are each raised by one of the histories below", () => {
    const raised = new Set(Object.values(histories).flatMap(({ fires }) => Object.keys(fires)));
    assert.deepEqual(rules.map(({ alert }) => alert).toSorted(), [...raised].toSorted());
  });

  test("are made of metrics that the operator has, and are told of in the documentation", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");
    const metrics = rules.flatMap(({ expr }) => expr.match(/[a-z]+_[a-z_]+/g) ?? []);
    assert.ok(metrics.length >= rules.length);
    for (const name of [...metrics, ...rules.map(({ alert }) => alert)])
      assert.ok(page.includes(name), name);
  });

  for (const [name, { series, at, fires }] of Object.entries(histories)) {
    const names = Object.keys(fires);
    test(`${name}: ${names.length === 0 ? "silence" : names.join(", ")}`, async () => {
      const expected = ({ alert, labels }: Rule) =>
        fires[alert] === undefined ? [] : [{ exp_labels: { ...labels, ...fires[alert] } }];
      const history = {
        interval: "1m",
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: rules.map((rule) => ({
          eval_time: at,
          alertname: rule.alert,
          exp_alerts: expected(rule),
        })),
      };
      const file = join(folder, `${name.replaceAll(/\W/g, "-")}.yaml`);
      writeFileSync(
        file,
        stringify({
          rule_files: ["wordless-rules.yaml"],
          evaluation_interval: "1m",
          tests: [history],
        }),
      );
      await run(promtool, ["test", "rules", file]);
    });
  }
});
