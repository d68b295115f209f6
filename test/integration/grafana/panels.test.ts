import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { dashboardJson } from "../../../src/pulumi/chart/dashboard/dashboard.ts";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { reportBlockedAnnotation } from "../../../src/api/names.ts";
import { freePorts } from "../../../tooling/free-ports.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { filledIn, panelsOf } from "../../chart/grafana.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import {
  Prometheus,
  type Sample,
  withoutPrometheus,
} from "../../stand-ins/prometheus/prometheus.ts";
import { conditionOf, fleetPath, read } from "../operator/fleet-objects.ts";
import { apply } from "../operator/operator.ts";
import { fleet, pool, vantagePoint } from "../samples.ts";

const operatorLabels = { namespace: "proxyfleet-system", pod: "proxyfleet-0" };
const family = { namespace: "default", fleet: "family" };
const panels = panelsOf(JSON.parse(dashboardJson()));

/** What a panel shows, each query's answer after the other. */
async function shown(prometheus: Prometheus, title: string): Promise<readonly Sample[]> {
  const panel = panels.find((each) => each.title === title);
  assert.ok(panel !== undefined, `no panel asks ${title}`);
  const chosen = { operator: operatorLabels.namespace, range: "1h" };
  const answers: Sample[] = [];
  for (const expr of panel.exprs) answers.push(...(await prometheus.query(filledIn(expr, chosen))));
  return answers;
}

describe("a real Prometheus that reads a real operator", { skip: withoutPrometheus }, () => {
  let cluster: FakeCluster;
  let prometheus: Prometheus;
  let slot: string;
  const shows = async (title: string, expected: readonly Sample[]): Promise<void> => {
    const found = await shown(prometheus, title);
    const sorted = (samples: readonly Sample[]) =>
      samples.map((each) => JSON.stringify(each, ["labels", ...keysOf(each), "value"])).toSorted();
    assert.deepEqual(sorted(found), sorted(expected), title);
  };
  const keysOf = ({ labels }: Sample) => Object.keys(labels).toSorted();

  before(async () => {
    cluster = await FakeCluster.start();
    const [port = 0] = await freePorts(1);
    cluster.runOperator([`--health-port=${port}`]);
    const { server } = cluster;
    await apply(server, pool({ addresses: ["127.67.0.0/31"], reserve: 0 }));
    await apply(
      server,
      vantagePoint({ globalping: undefined, agent: { tokenSecretRef: { name: "missing" } } }),
    );
    const listeners = {
      chat: { port: dataPlanePorts.chat },
      media: { port: dataPlanePorts.media },
    };
    const addresses = { count: 2, pools: [{ name: "metallb-a" }] };
    const rotation = { maxAge: "0s", drain: { scheduled: "1s", blocked: "1s" } };
    await apply(server, fleet({ listeners, rotation, addresses, audience: { countries: ["IR"] } }));
    const row = await waitFor("two addresses", async () => {
      const rows = (await read<WhatsAppProxy>(server, fleetPath("family")))?.status.addresses ?? [];
      return rows.length === 2 ? rows[0] : undefined;
    });
    slot = String(row.slot);
    prometheus = await Prometheus.scraping(port, operatorLabels);
    const annotations = { [reportBlockedAnnotation]: `${row.address} IR now` };
    await server.patch(fleetPath("family"), { metadata: { annotations } });
    await waitFor("the block", async () => {
      const said = await conditionOf(server, "family", "Reachable");
      return said?.startsWith("False AddressBlocked");
    });
    await waitFor("Prometheus to read of it", async () => {
      const [cutOff] = await prometheus.query("proxyfleet_fleet_cut_off");
      return cutOff?.value === 1;
    });
  });
  after(async () => {
    await prometheus?.stop();
    await cluster?.stop();
  });

  for (const { title } of panels)
    test(`understands: ${title}`, async () => void (await shown(prometheus, title)));

  test("shows who is cut off, that nothing is left, and why", async () => {
    const blocked = { labels: { ...family, slot }, value: 1 };
    await shows("How many groups are blocked now?", [{ labels: {}, value: 1 }]);
    await shows("How many fleets have a group that can't move?", [{ labels: {}, value: 1 }]);
    await shows("Who is cut off now?", [blocked]);
    await shows("When were groups blocked?", [{ labels: family, value: 1 }]);
    await shows("Which groups are blocked most often?", [blocked]);
    await shows("Where is whose address blocked, or suspected?", [
      { ...blocked, labels: { ...blocked.labels, country: "IR", verdict: "Blocked" } },
    ]);
    const wrong = (await shown(prometheus, "What is wrong with which fleet?")).map(
      ({ labels }) => `${labels["type"]} ${labels["status"]}`,
    );
    for (const each of ["PoolExhausted True", "Reachable False"])
      assert.ok(wrong.includes(each), wrong.join());
    await shows("How many addresses are free?", [{ labels: { pool: "metallb-a" }, value: 0 }]);
    await shows("When does a pool run out?", [{ labels: { pool: "metallb-a" }, value: 0 }]);
    await shows("What do addresses do?", [
      { labels: { pool: "metallb-a", phase: "Serving" }, value: 2 },
    ]);
    await shows("Which fleet has a group that leaks?", []);
  });

  test("shows that the operator is well, and what it sees", async () => {
    await shows("Does an operator lead?", [{ labels: {}, value: 1 }]);
    const [memory] = await shown(prometheus, "How much memory does it take?");
    assert.ok(memory !== undefined && memory.value > 10_000_000, JSON.stringify(memory));
    const [lag] = await shown(prometheus, "Is its event loop free?");
    assert.equal(lag?.labels["pod"], operatorLabels.pod);
    await shows("Which namespaces can't it read?", []);
    const labels = { vantage_point: "globalping-ir", country: "IR", role: "Probe" };
    await shows("Who does not measure?", [{ labels, value: 0 }]);
  });

  test("shows the move that follows once there are addresses", async () => {
    await apply(
      cluster.server,
      pool({ addresses: ["127.67.0.0/31", "127.67.1.0/30"], reserve: 0 }),
    );
    await waitFor("Prometheus to read that nobody is cut off", async () => {
      const [blocked] = await shown(prometheus, "How many groups are blocked now?");
      return blocked?.value === 0;
    });
    await shows("Who is cut off now?", []);
    await shows("Which groups are blocked most often?", [
      { labels: { ...family, slot }, value: 1 },
    ]);
    const moves = await shown(prometheus, "Why do groups move, and does it work?");
    const byCause = moves.map(
      ({ labels, value }) => `${labels["cause"]} ${labels["outcome"]} ${value}`,
    );
    assert.ok(byCause.includes("Blocked published 1"), byCause.join());
  });
});
