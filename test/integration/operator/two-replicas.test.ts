import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { request } from "undici";
import { alertGroup } from "../../../src/pulumi/chart/alerts.ts";
import { dashboardJson } from "../../../src/pulumi/chart/dashboard/dashboard.ts";
import { metricsOf, panelsOf } from "../../chart/grafana.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { freePorts } from "../../../tooling/free-ports.ts";
import { fleet, pool } from "../samples.ts";
import { type RunningOperator, apply, startOperator } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const leasePath = "/apis/coordination.k8s.io/v1/namespaces/proxyfleet-system/leases/proxyfleet";

type Replica = RunningOperator & { readonly port: number };

/** Two operators of one API server, of which one leads, and a fleet. */
class Replicas {
  readonly operators: Replica[] = [];
  #server: ApiServer | undefined;

  get server(): ApiServer {
    assert.ok(this.#server !== undefined);
    return this.#server;
  }

  async start(): Promise<void> {
    this.#server = await ApiServer.start();
    await installCrds(this.server);
    await apply(this.server, namespaceObject("proxyfleet-system"), pool(), fleet());
    // Without a list of receivers, an operator has no metrics of them.
    const newsConfig = join(await mkdtemp(join(tmpdir(), "proxyfleet-news-")), "news.json");
    removeAtExit(dirname(newsConfig));
    await writeFile(newsConfig, JSON.stringify({ receivers: [] }));
    for (const port of await freePorts(2)) {
      const operator = startOperator(this.server.kubeconfig, { healthPort: port, newsConfig });
      this.operators.push({ ...operator, port });
    }
    await waitFor("a leader", async () => (await this.holder()) !== undefined || undefined);
  }

  async stop(): Promise<void> {
    for (const operator of this.operators) await operator.stop();
    await this.#server?.stop();
  }

  async holder(): Promise<string | undefined> {
    const { body } = await this.server.call("GET", leasePath);
    return (body["spec"] as { holderIdentity?: string } | undefined)?.holderIdentity;
  }

  /** The one that leads, and the other. */
  async both(): Promise<readonly [leading: Replica, other: Replica]> {
    const leading = await waitFor("one that leads", async () => {
      for (const operator of this.operators) if (await leads(operator)) return operator;
      return undefined;
    });
    return [leading, this.operators.find((operator) => operator !== leading)!];
  }
}

async function says({ port }: Replica, path: string): Promise<{ code: number; text: string }> {
  const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`);
  return { code: statusCode, text: await body.text() };
}

/** The value of a line of /metrics. */
async function metric(operator: Replica, line: string): Promise<number | undefined> {
  const found = (await says(operator, "/metrics")).text
    .split("\n")
    .find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.split(" ").at(-1));
}

async function leads(operator: Replica): Promise<boolean> {
  return (await metric(operator, 'leader_election_master_status{name="proxyfleet"}')) === 1;
}

describe("two replicas of the operator", () => {
  const replicas = new Replicas();
  before(async () => replicas.start());
  after(async () => replicas.stop());

  test("both are alive and ready, one leads, and the other sends no write", async () => {
    for (const operator of replicas.operators)
      await waitFor(
        "ready",
        async () => (await says(operator, "/readyz")).code === 200 || undefined,
      );
    for (const operator of replicas.operators)
      assert.deepEqual(await says(operator, "/livez"), { code: 200, text: "ok\n" });
    const [leading, other] = await replicas.both();
    await waitFor(
      "a claim",
      async () =>
        (await metric(
          leading,
          'rest_client_requests_total{method="POST",code="201",verb="create",resource="proxyaddresses"}',
        )) !== undefined || undefined,
    );
    await waitFor(
      "the other to see it",
      async () =>
        (await metric(other, 'proxyfleet_cache_objects{kind="ProxyAddress"}')) !== 0 || undefined,
    );
    const writes = (await says(other, "/metrics")).text
      .split("\n")
      .filter((line) => /^rest_client_requests_total.*(POST|PATCH|DELETE)/.test(line));
    assert.deepEqual([writes, await leads(other)], [[], false]);
  });

  test("tell reconciles, queues, caches and addresses", async () => {
    const [leading] = await replicas.both();
    for (const name of [
      'controller_runtime_reconcile_total{controller="fleet",result="success"}',
      'controller_runtime_max_concurrent_reconciles{controller="fleet"} 4',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.005",controller="fleet"}',
      'controller_runtime_active_workers{controller="fleet"}',
      'workqueue_adds_total{name="fleet",controller="fleet"}',
      'workqueue_depth{name="fleet",controller="fleet"} 0',
      'workqueue_queue_duration_seconds_count{name="fleet",controller="fleet"}',
      'workqueue_work_duration_seconds_count{name="fleet",controller="fleet"}',
      'workqueue_unfinished_work_seconds{name="fleet",controller="fleet"}',
      'workqueue_longest_running_processor_seconds{name="fleet",controller="fleet"}',
      'proxyfleet_watch_quiet_seconds{kind="WhatsAppProxy"}',
      'proxyfleet_cache_objects{kind="WhatsAppProxy"} 1',
      'proxyfleet_addresses{pool="metallb-a",phase=',
      'proxyfleet_pool_free{pool="metallb-a"}',
      "\nproxyfleet_clock_ahead_seconds{} ",
      "nodejs_eventloop_lag_seconds",
      "process_resident_memory_bytes",
    ])
      await waitFor(
        name,
        async () => (await says(leading, "/metrics")).text.includes(name) || undefined,
      );
  });

  test("give all that the documentation lists, and nothing else of Proxyfleet's own", async () => {
    const page = await readFile(join(import.meta.dirname, "../../../docs/operations.md"), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    const listed = rows.flatMap(
      (row) => row.split("|")[1]!.match(/[a-z]+_[a-z_]+(?=[`{*])/g) ?? [],
    );
    const told = (await says(replicas.operators[0]!, "/metrics")).text.matchAll(/^# TYPE (\S+)/gm);
    const names = [...told].flatMap(([, name]) => name ?? []);
    const isTold = (name: string): boolean =>
      names.some((each) => each === name || (name.endsWith("_") && each.startsWith(name)));
    assert.ok(listed.length > 20);
    assert.deepEqual(
      listed.filter((name) => !isTold(name)),
      [],
      "are in the documentation alone",
    );
    assert.deepEqual(
      names.filter((name) => name.startsWith("proxyfleet_") && !listed.includes(name)),
      [],
      "are not in the documentation",
    );
  });

  test("give all that alerts and Grafana's panels ask for", async () => {
    const scope = { namespace: "n", poolLow: "3", runbooks: "", grafana: "" };
    const { rules } = alertGroup(scope) as { rules: readonly { expr: string }[] };
    const panels = panelsOf(JSON.parse(dashboardJson()));
    const exprs = [...rules.map(({ expr }) => expr), ...panels.flatMap(({ exprs }) => exprs)];
    const told = (await says(replicas.operators[0]!, "/metrics")).text.matchAll(/^# TYPE (\S+)/gm);
    const names = new Set([...told].map(([, name]) => name));
    const asked = [...new Set(exprs.flatMap(metricsOf))];
    assert.ok(asked.length > 25);
    assert.deepEqual(
      asked.filter((name) => !names.has(name)),
      [],
    );
  });
});

describe("a leader that is told to stop", () => {
  const replicas = new Replicas();
  before(async () => replicas.start());
  after(async () => replicas.stop());

  test("is followed at once by the other, which goes on with the work", async () => {
    const [leading, other] = await replicas.both();
    const before = await replicas.holder();
    await leading.stop();
    assert.ok(!leading.lines.some(({ level }) => level >= 50));
    await waitFor("the other to lead", async () => (await leads(other)) || undefined);
    assert.notEqual(await replicas.holder(), before);
    await apply(replicas.server, fleet({}, "second"));
    await waitFor(
      "a claim by the new leader",
      async () =>
        (await metric(
          other,
          'rest_client_requests_total{method="POST",code="201",verb="create",resource="proxyaddresses"}',
        )) !== undefined || undefined,
    );
  });
});
