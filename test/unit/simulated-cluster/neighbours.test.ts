import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Provider } from "../../../src/api/address-pool.ts";
import { childName, fleetLabel } from "../../../src/api/names.ts";
import * as custom from "../../../src/api/resources.ts";
import {
  deployments,
  podDisruptionBudgets,
  pods,
  secrets,
  services,
} from "../../../src/kubernetes/builtin.ts";
import { ApiError } from "../../../src/kubernetes/errors.ts";
import type { Deployment, Pod, Service } from "../../../src/kubernetes/objects.ts";
import { PodStatusError } from "../../../src/pods/io/status-reader.ts";
import { askProvider, providers } from "../../../src/pool/providers.ts";
import { parseAddressPool } from "../../../src/api/address-pool.ts";
import { HandshakeError } from "../../../src/address/io/handshake.ts";
import { OpenPortError } from "../../../src/address/io/open-port.ts";
import { seconds } from "../../../src/values/time.ts";
import { fleet, ledgerEntry, pool } from "../../integration/samples.ts";
import type { SimulatedCluster } from "../../stand-ins/simulated-cluster/cluster.ts";
import { events } from "../../stand-ins/simulated-cluster/neighbours/event.ts";
import { newCluster } from "./sample-cluster.ts";

const ours = { manager: "ours" };
const namespace = "default";
const address = "203.0.113.9";

function makeService(
  cluster: SimulatedCluster,
  name = "s",
  wanted: string | undefined = address,
): void {
  const named = {
    named: [
      { name: "first", address },
      { name: "second", address: "203.0.113.10" },
    ],
  };
  const spec = {
    provider: cluster.provider,
    ...(cluster.provider === "Assigned" ? { addresses: [] } : {}),
    ...(providers.get(cluster.provider)?.asks === "name" ? { ...named, addresses: [] } : {}),
  };
  cluster.people.apply(custom.pools, pool(spec));
  const parsed = parseAddressPool(cluster.server.list(custom.pools)[0]!);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const row = providers.get(cluster.provider)!;
  const { annotations } = askProvider(
    row,
    parsed.value.spec,
    row.asks === "nothing" ? undefined : wanted,
  );
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, annotations: { ...annotations } },
    spec: {
      type: "LoadBalancer",
      selector: { [fleetLabel]: "family" },
      ports: [
        { name: "chat", port: 443, targetPort: 20_000, protocol: "TCP" },
        { name: "media", port: 587, targetPort: 20_001, protocol: "TCP" },
      ],
    },
  };
  cluster.server.create(services, service, ours);
}

const service = (cluster: SimulatedCluster, name = "s"): Service =>
  cluster.server.get(services, { namespace, name })!;
const shown = (cluster: SimulatedCluster, name = "s"): object | undefined =>
  service(cluster, name).status?.loadBalancer?.ingress?.[0];

describe("the load balancer of each row", () => {
  for (const [name, { asks, statusIsHostName }] of providers)
    test(`${name} gives ${asks === "nothing" ? "an address of its own" : "what it is asked for"}, and frees it when the Service goes`, async () => {
      const cluster = newCluster(name as Provider);
      makeService(cluster);
      cluster.step();
      const given = asks === "nothing" ? "192.0.2.1" : address;
      if (statusIsHostName) {
        const { hostname } = shown(cluster) as { hostname: string };
        assert.deepEqual(await cluster.loadBalancer.resolve(hostname), []);
        cluster.step();
        assert.deepEqual(await cluster.loadBalancer.resolve(hostname), [given]);
      } else assert.deepEqual(shown(cluster), { ip: given });
      assert.deepEqual(cluster.loadBalancer.serviceAt(given), { namespace, name: "s" });
      cluster.server.delete(services, { namespace, name: "s" });
      assert.ok(service(cluster), "the Service waits for its load balancer");
      cluster.step();
      assert.equal(cluster.server.get(services, { namespace, name: "s" }), undefined);
      assert.equal(cluster.loadBalancer.serviceAt(given), undefined);
    });

  let cluster: SimulatedCluster;
  beforeEach(() => (cluster = newCluster()));

  test("never gives an address to two Services", () => {
    makeService(cluster, "a");
    makeService(cluster, "b");
    cluster.step();
    assert.deepEqual([shown(cluster, "a"), shown(cluster, "b")], [{ ip: address }, undefined]);
  });
  test("gives nothing while it is silent", () => {
    cluster.loadBalancer.isSilent = true;
    makeService(cluster);
    cluster.step();
    assert.equal(shown(cluster), undefined);
    cluster.mend();
    cluster.step();
    assert.deepEqual(shown(cluster), { ip: address });
  });
  test("says in one Event why it refuses an address", () => {
    cluster.loadBalancer.refuse(address, "not mine");
    makeService(cluster);
    cluster.step();
    cluster.step();
    const said = cluster.server
      .list(events)
      .map(({ reason, note, regarding }) => [reason, note, regarding.name]);
    assert.deepEqual([shown(cluster), said], [undefined, [["AllocationFailed", "not mine", "s"]]]);
  });
  test("can be made to give another address, or none, until a person mends it", () => {
    makeService(cluster);
    cluster.step();
    cluster.loadBalancer.giveAnother(service(cluster));
    assert.deepEqual(shown(cluster), { ip: "198.18.0.1" });
    cluster.loadBalancer.takeBack(service(cluster));
    assert.equal(shown(cluster), undefined);
    assert.equal(cluster.loadBalancer.isTampered(service(cluster)), true);
    cluster.step();
    assert.equal(shown(cluster), undefined);
    cluster.mend();
    cluster.step();
    assert.deepEqual(shown(cluster), { ip: address });
  });
  const inPlace: Record<string, { provider: Provider; expected: string }> = {
    "follows a changed annotation": { provider: "MetalLB", expected: "203.0.113.10" },
    "ignores a changed annotation where its row says so": {
      provider: "Assigned",
      expected: "192.0.2.1",
    },
  };
  for (const [name, { provider, expected }] of Object.entries(inPlace))
    test(name, () => {
      const cluster = newCluster(provider);
      makeService(cluster);
      cluster.step();
      const annotations = {
        "metallb.io/loadBalancerIPs": "203.0.113.10",
        "metallb.universe.tf/loadBalancerIPs": null,
      };
      cluster.server.patch(
        services,
        { namespace, name: "s" },
        { ...ours, change: { metadata: { annotations } } },
      );
      cluster.step();
      assert.deepEqual(shown(cluster), { ip: expected });
    });
});

function makeFleet(cluster: SimulatedCluster, replicas = 2, image = "one"): void {
  const labels = { [fleetLabel]: "family" };
  const deployment: Deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: childName("family"), namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "proxy", image }] } },
    },
  };
  cluster.server.apply(deployments, deployment, ours);
}

function makeSecret(cluster: SimulatedCluster, revision: string): void {
  const open = [
    { lane: 0, address: "ip-203-0-113-9", uid: "u", certificateSHA256: revision.repeat(64) },
  ];
  const lanes = { revision, maxConnections: 100, servers: { chat: ["a"], media: ["b"] }, open };
  cluster.server.apply(
    secrets,
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: childName("family"), namespace },
      data: { "lanes.json": Buffer.from(JSON.stringify(lanes)).toString("base64") },
    } as never,
    ours,
  );
}

const allPods = (cluster: SimulatedCluster): readonly Pod[] => cluster.server.list(pods);
const status = (cluster: SimulatedCluster): unknown =>
  cluster.server.get(deployments, { namespace, name: childName("family") })?.status;

describe("pods", () => {
  let cluster: SimulatedCluster;
  beforeEach(() => {
    cluster = newCluster();
    makeFleet(cluster);
  });
  const steps = (count: number): void => {
    for (let left = count; left > 0; left--) cluster.step();
  };

  test("appear, become ready, and are counted", () => {
    steps(1);
    assert.equal(allPods(cluster).length, 2);
    steps(2);
    const counts = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2 };
    assert.deepEqual(status(cluster), counts);
    for (const { metadata, status } of allPods(cluster)) {
      assert.match(metadata.name, /^family-proxy-[0-9a-f]{10}-[a-z2-9]{5}$/);
      assert.match(status?.podIP ?? "", /^10\./);
    }
    const version = cluster.server.resourceVersion;
    steps(3);
    assert.equal(cluster.server.resourceVersion, version, "what is settled causes no writes");
  });
  test("are made again when they are killed, and go when there are too many", () => {
    steps(3);
    cluster.workloads.kill(allPods(cluster)[0]!);
    steps(3);
    assert.equal(allPods(cluster).length, 2);
    makeFleet(cluster, 1);
    steps(3);
    assert.equal(allPods(cluster).length, 1);
  });
  test("are replaced one by one when the template changes, without a gap", () => {
    steps(3);
    const before = new Set(allPods(cluster).map(({ metadata }) => metadata.name));
    makeFleet(cluster, 2, "two");
    for (let left = 12; left > 0; left--) {
      cluster.step();
      const { readyReplicas = 0 } = status(cluster) as { readyReplicas?: number };
      assert.ok(readyReplicas >= 2, `only ${readyReplicas} are ready`);
    }
    const names = allPods(cluster).map(({ metadata }) => metadata.name);
    assert.deepEqual([names.length, names.some((name) => before.has(name))], [2, false]);
  });
  test("can be unready for a while", () => {
    steps(3);
    const [first] = allPods(cluster);
    cluster.workloads.setReady(first!, false);
    steps(2);
    assert.equal((status(cluster) as { readyReplicas: number }).readyReplicas, 1);
    cluster.workloads.setReady(first!, true);
    steps(2);
    assert.equal((status(cluster) as { readyReplicas: number }).readyReplicas, 2);
  });
  test("go with their Deployment", () => {
    steps(3);
    cluster.server.delete(deployments, { namespace, name: childName("family") });
    steps(2);
    assert.deepEqual(allPods(cluster), []);
  });
  test("are evicted one at a time, as their budget allows", async () => {
    steps(3);
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "b", namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: { [fleetLabel]: "family" } } },
    };
    cluster.server.create(podDisruptionBudgets, budget, ours);
    const { client } = cluster.startProcess();
    const [first, second] = allPods(cluster);
    const evict = async (pod: Pod): Promise<void> =>
      client.evict(pods, pod.metadata, { uid: pod.metadata.uid ?? "" });
    await evict(first!);
    await assert.rejects(
      evict(second!),
      (error) => error instanceof ApiError && error.status === 429,
    );
    steps(4);
    await evict(second!);
  });
});

describe("a pod's supervisor", () => {
  let cluster: SimulatedCluster;
  let pod: Pod;
  beforeEach(() => {
    cluster = newCluster();
    makeFleet(cluster, 1);
    makeSecret(cluster, "a");
    for (let left = 3; left > 0; left--) cluster.step();
    pod = allPods(cluster)[0]!;
  });
  const read = async () => cluster.supervisors.read(pod);

  test("says what it has loaded, and loads what is new at the next step", async () => {
    const lane = { lane: 0, open: true, address: "ip-203-0-113-9", sessions: 3 };
    assert.deepEqual((await read()).lanes, [{ ...lane, certificateSHA256: "a".repeat(64) }]);
    makeSecret(cluster, "b");
    assert.equal((await read()).revision, "a");
    cluster.step();
    assert.deepEqual([(await read()).revision, (await read()).upstreams?.length], ["b", 2]);
  });
  test("counts sessions", async () => {
    cluster.supervisors.setSessions("ip-203-0-113-9", 0);
    assert.equal((await read()).lanes[0]?.sessions, 0);
  });
  test("can be stuck, silent, or refuse what is new", async () => {
    cluster.supervisors.stuck.add(pod.metadata.name);
    makeSecret(cluster, "b");
    cluster.step();
    assert.equal((await read()).revision, "a");
    cluster.supervisors.stuck.clear();
    cluster.supervisors.refused.set(pod.metadata.name, "no such keyword");
    cluster.step();
    assert.deepEqual(
      [(await read()).revision, (await read()).refused?.message],
      ["a", "no such keyword"],
    );
    cluster.supervisors.silent.add(pod.metadata.name);
    await assert.rejects(read(), PodStatusError);
  });
});

describe("the network", () => {
  let cluster: SimulatedCluster;
  beforeEach(() => {
    cluster = newCluster();
    makeFleet(cluster, 1);
    makeSecret(cluster, "a");
    makeService(cluster);
    for (let left = 3; left > 0; left--) cluster.step();
  });
  const shake = async (host: string, port: number): Promise<string> =>
    cluster.network.certificateBehind({ host, port });
  const certificate = "a".repeat(64);

  test("leads through the address, and straight to the pod, to the lane's certificate", async () => {
    const podIP = allPods(cluster)[0]?.status?.podIP ?? "";
    assert.deepEqual(
      [await shake(address, 443), await shake(podIP, 20_000)],
      [certificate, certificate],
    );
    assert.equal(await shake(address, 587), "0".repeat(64));
    await cluster.network.keepsConnections({ host: address, port: 443 });
  });
  const breaks: Record<string, () => void> = {
    "an address that no packet reaches": () => cluster.network.broken.add(address),
    "a load balancer that is down": () => (cluster.network.isDown = true),
    "an address that was given to nobody": () => cluster.loadBalancer.takeBack(service(cluster)),
    "no ready pod": () => cluster.workloads.kill(allPods(cluster)[0]!),
  };
  for (const [name, happens] of Object.entries(breaks))
    test(`leads nowhere with ${name}`, async () => {
      happens();
      await assert.rejects(shake(address, 443), HandshakeError);
      await assert.rejects(
        cluster.network.keepsConnections({ host: address, port: 443 }),
        OpenPortError,
      );
    });
});

describe("people", () => {
  const family = { namespace, name: "family" };
  let cluster: SimulatedCluster;
  beforeEach(() => {
    cluster = newCluster();
    cluster.people.apply(custom.fleets, fleet());
    cluster.server.create(
      custom.addresses,
      { ...ledgerEntry(), metadata: { name: "ip-203-0-113-9", finalizers: ["a.io/b"] } },
      ours,
    );
  });
  const live = () => cluster.server.get(custom.fleets, family);
  const entry = () => cluster.server.get(custom.addresses, { name: "ip-203-0-113-9" });

  test("change what they own of a fleet", () => {
    const { people } = cluster;
    people.rotate(family, "now");
    people.rotate(family, "again", 1);
    people.reportBlocked(family, "203.0.113.9 IR x");
    people.scale(family, 3);
    people.pause(family, true);
    people.edit(family, { rotation: { maxAge: "96h" } });
    const { addresses, paused, rotation } = (live()?.spec ?? {}) as Record<
      string,
      Record<string, unknown>
    >;
    assert.deepEqual(live()?.metadata.annotations, {
      "proxyfleet.dev/rotate-at": "1@again",
      "proxyfleet.dev/report-blocked": "203.0.113.9 IR x",
    });
    assert.deepEqual([addresses?.["count"], paused, rotation?.["maxAge"]], [3, true, "96h"]);
    people.reportNothing(family);
    assert.deepEqual(Object.keys(live()?.metadata.annotations ?? {}), ["proxyfleet.dev/rotate-at"]);
  });
  test("measure an address, and lose its entry", () => {
    const { people } = cluster;
    people.measure("ip-203-0-113-9", "IR", "Blocked");
    const found = entry()?.status as { reachability: object[] };
    assert.deepEqual(found.reachability, [
      { country: "IR", verdict: "Blocked", since: "2026-11-23T12:00:00Z" },
    ]);
    people.measureNothing("ip-203-0-113-9");
    assert.deepEqual(entry()?.status, {});
    people.delete(custom.addresses, { name: "ip-203-0-113-9" });
    assert.ok(entry()?.metadata.deletionTimestamp);
    people.loseEntry("ip-203-0-113-9");
    assert.equal(entry(), undefined);
  });
  test("leave alone what is not there", () => {
    const version = cluster.server.resourceVersion;
    const nobody = { namespace, name: "nobody" };
    cluster.people.rotate(nobody, "now");
    cluster.people.delete(custom.fleets, nobody);
    cluster.people.measure("ip-1", "IR", "Blocked");
    cluster.people.loseEntry("ip-1");
    assert.equal(cluster.server.resourceVersion, version);
  });
  test("restore a backup elsewhere: specs are there, statuses, Services and processes are not", async () => {
    makeService(cluster);
    cluster.people.measure("ip-203-0-113-9", "IR", "Blocked");
    const { uid } = live()?.metadata ?? {};
    const { client } = cluster.startProcess();
    cluster.clock.pass(seconds(60));
    cluster.restoreElsewhere();
    assert.notEqual(live()?.metadata.uid, uid);
    assert.deepEqual([entry()?.spec, entry()?.status], [ledgerEntry().spec, undefined]);
    assert.deepEqual(entry()?.metadata.creationTimestamp, "2026-11-23T12:01:00Z");
    assert.deepEqual([cluster.server.list(services).length, client.isKilled], [0, true]);
  });
});
