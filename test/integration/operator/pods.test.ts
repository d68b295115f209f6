import assert from "node:assert/strict";
import { type Server, createServer } from "node:tls";
import { after, before, describe, test } from "node:test";
import type { AddressPool } from "../../../src/api/address-pool.ts";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { childName, fleetLabels, group } from "../../../src/api/names.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { Pod, PodDisruptionBudget, Secret } from "../../../src/kubernetes/objects.ts";
import type { PodStatus } from "../../../src/pods/status.ts";
import { laneCertificates } from "../../../src/proxy/lane-certificates.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { FakeCluster, inCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { fleet, pool } from "../samples.ts";
import {
  childPaths,
  conditionOf,
  entriesOf,
  eventReasons,
  fleetPath,
  read,
} from "./fleet-objects.ts";
import { apply, list } from "./operator.ts";

const podsPath = "/api/v1/namespaces/default/pods";
const finalizer = "example.org/slow-end";
let cluster: FakeCluster;
let operator: OperatorProcess;
const servers: Server[] = [];

before(async () => {
  cluster = await FakeCluster.start();
  operator = new OperatorProcess(cluster.server.kubeconfig, inCluster);
});
after(async () => {
  for (const each of servers) each.close();
  operator.kill();
  await operator.gone();
  await cluster.stop();
});

/** A fleet of one slot and two pods, the second of which is the test's own, and a pool for it. */
async function create(name: string, network: number, podSpec = {}): Promise<void> {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const rotation = { maxAge: "0s", minAge: "0s" };
  const addresses = { count: 1, pools: [{ name: `pool-${name}` }] };
  const range = { addresses: [`127.${network}.0.0/29`], ...podSpec };
  const spec = { replicas: 2, listeners, rotation, addresses };
  await apply(cluster.server, pool(range, `pool-${name}`), fleet(spec, name));
}

/** A pod that answers in its own way, at a loopback address of its own. */
async function addPod(
  of: string,
  given: { readonly name: string; readonly ip: string },
  supervisor: () => PodStatus | undefined,
): Promise<void> {
  const { name, ip } = given;
  cluster.controllers.supervisors.set(ip, supervisor);
  const metadata = { name, labels: { ...fleetLabels(of) }, finalizers: [] };
  const spec = { containers: [{ name: "proxy", image: "none" }] };
  await apply(cluster.server, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, namespace: "default" },
    spec: { ...spec, automountServiceAccountToken: false },
  });
  const conditions = [{ type: "Ready", status: "True" }];
  const status = { phase: "Running", podIP: ip, podIPs: [{ ip }], conditions };
  await cluster.server.patch(`${podsPath}/${name}/status`, { status });
}

const podOf = async (name: string): Promise<Pod | undefined> =>
  read<Pod>(cluster.server, `${podsPath}/${name}`);

/** What a pod of this fleet says that has loaded everything, and has run for long. */
function loaded(of: string): PodStatus {
  const all = cluster.controllers.loadedBy({ namespace: "default", name: childName(of) });
  return { ...(all ?? { revision: "", lanes: [] }), uptimeSeconds: 90_000 };
}

/** A supervisor that stops loading what is new when it is told to; its clock is fast. */
class Supervisor {
  /** How often it was asked. */
  asked = 0;
  #frozen: PodStatus | undefined;
  readonly #fleet: string;

  constructor(of: string) {
    this.#fleet = of;
  }

  freeze(): void {
    this.#frozen = loaded(this.#fleet);
  }

  readonly answer = (): PodStatus => {
    this.asked++;
    const status = this.#frozen ?? loaded(this.#fleet);
    return { ...status, uptimeSeconds: 90_000 + 30 * this.asked };
  };
}

async function published(of: string): Promise<string | undefined> {
  const live = await read<WhatsAppProxy>(cluster.server, fleetPath(of));
  return live?.status?.addresses?.find(({ phase }) => phase === "Serving")?.address;
}

/** Waits until people have another address than this one. */
async function publishedAfter(of: string, old: string | undefined): Promise<string> {
  return waitFor(
    `${of} to publish another address than ${old ?? "none"}`,
    async () => {
      const address = await published(of);
      return address === old ? undefined : address;
    },
    { seconds: 150 },
  );
}

async function rotate(of: string, text: string): Promise<void> {
  const metadata = { annotations: { [`${group}/rotate-at`]: text } };
  await cluster.server.patch(fleetPath(of), { metadata });
}

async function budgetOf(of: string): Promise<PodDisruptionBudget | undefined> {
  return read<PodDisruptionBudget>(cluster.server, childPaths["PodDisruptionBudget"]?.(of) ?? "");
}

/** The budget allows one disruption, as the cluster's own controller would say. */
async function allowDisruption(of: string): Promise<void> {
  const budget = await waitFor(`a budget of ${of}`, async () => budgetOf(of));
  const observedGeneration = budget.metadata.generation ?? 1;
  const counts = { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 };
  const status = { observedGeneration, ...counts };
  const path = `${childPaths["PodDisruptionBudget"]?.(of) ?? ""}/status`;
  await cluster.server.patch(path, { status });
}

const lastEviction = async (of: string): Promise<string | undefined> =>
  (await budgetOf(of))?.metadata.annotations?.[`${group}/last-eviction`];

/** A verification that began so long ago (s). */
async function verifyingFor(entry: ProxyAddress, seconds: number): Promise<void> {
  const phaseSince = new Date(Date.now() - 1_000 * seconds).toISOString().replace(/\.\d+/, "");
  const path = `/apis/${group}/v1alpha1/proxyaddresses/${entry.metadata.name}/status`;
  await cluster.server.patch(path, { status: { phaseSince } });
}

async function entryIn(of: string, phase: string): Promise<ProxyAddress> {
  return waitFor(`an address of ${of} to be ${phase}`, async () =>
    (await entriesOf(cluster.server, of)).find((entry) => entry.status?.phase === phase),
  );
}

describe("the people on a fleet's pods", { concurrency: true }, () => {
  test("lose one pod that lags, and no second one within the hour: the move goes on without it", async () => {
    await create("late", 65);
    const first = new Supervisor("late");
    await addPod("late", { name: "late-1", ip: "127.33.1.1" }, first.answer);
    const old = await publishedAfter("late", undefined);
    await allowDisruption("late");
    const { uid } = (await podOf("late-1"))?.metadata ?? {};
    first.freeze();
    await rotate("late", "one");
    await waitFor(
      "the pod that lags to be evicted",
      async () => (await podOf("late-1")) === undefined,
      {
        seconds: 120,
      },
    );
    assert.match((await lastEviction("late")) ?? "", new RegExp(`^${uid} 2\\d\\d\\d-`));
    await waitFor("an Event", async () =>
      (await eventReasons(cluster.server, "late")).includes("PodEvicted"),
    );
    const fresh = await publishedAfter("late", old);

    const second = new Supervisor("late");
    await addPod("late", { name: "late-2", ip: "127.33.1.2" }, second.answer);
    await allowDisruption("late");
    await waitFor("the pod in its place to be asked", () => second.asked > 0);
    second.freeze();
    await rotate("late", "two");
    await publishedAfter("late", fresh);
    await waitFor("the fleet to say which pod lags", async () =>
      /^False PodsLag: .*late-2/.test(
        (await conditionOf(cluster.server, "late", "ConfigApplied")) ?? "",
      ),
    );
    assert.ok((await podOf("late-2")) !== undefined, "a second pod was evicted within the hour");
    assert.match((await lastEviction("late")) ?? "", new RegExp(`^${uid} `));
  });

  test("lose no pod to an operator that can't ask any, and get their address all the same", async () => {
    await create("hidden", 66);
    const none = () => undefined;
    await addPod("hidden", { name: "hidden-1", ip: "127.33.2.1" }, none);
    const [own] = await waitFor("the other pod", async () => {
      const found = (await list(cluster.server, podsPath)) as unknown as Pod[];
      const pods = found.filter(
        ({ metadata, status }) =>
          metadata.name.startsWith(childName("hidden")) && status?.podIP !== undefined,
      );
      return pods.length > 0 ? pods : undefined;
    });
    cluster.controllers.supervisors.set(own?.status?.podIP ?? "", none);
    await allowDisruption("hidden");
    await publishedAfter("hidden", undefined);
    for (const name of ["hidden-1", own?.metadata.name ?? ""])
      assert.ok((await podOf(name)) !== undefined, `${name} was evicted`);
    assert.equal(await lastEviction("hidden"), undefined);
  });

  test("keep a draining address while a pod that ends still holds one of them", async () => {
    await create("leaving", 67);
    let sessions = 3;
    let asked = 0;
    let draining: ProxyAddress | undefined;
    await addPod("leaving", { name: "leaving-1", ip: "127.33.3.1" }, () => {
      const status = loaded("leaving");
      if (draining === undefined) return status;
      asked++;
      const { lane } = draining.spec;
      const address = draining.metadata.name;
      return { ...status, lanes: [{ lane, open: false, address, sessions }] };
    });
    const old = await publishedAfter("leaving", undefined);
    await rotate("leaving", "one");
    await publishedAfter("leaving", old);
    draining = await entryIn("leaving", "Draining");
    const metadata = { finalizers: [finalizer] };
    await cluster.server.patch(`${podsPath}/leaving-1`, { metadata });
    await cluster.server.call("DELETE", `${podsPath}/leaving-1`);
    const since = Date.parse(draining.status?.phaseSince ?? "");
    let before = 0;
    await waitFor("the shortest drain to be over", () => {
      before = asked;
      return Date.now() > since + 32_000;
    });
    await waitFor("the pod that ends to be asked again and again", () => asked > before + 2);
    await entryIn("leaving", "Draining");
    sessions = 0;
    await entryIn("leaving", "Quarantined");
    const free = { metadata: { finalizers: [] } };
    await cluster.server.patch(`${podsPath}/leaving-1`, free);
  });

  test("get an address that only the operator can't reach, once the pool's owner says so", async () => {
    const network = 68;
    for (let host = 0; host < 8; host++) cluster.controllers.shut.add(`127.${network}.0.${host}`);
    await create("walled", network);
    const verifying = await entryIn("walled", "Verifying");
    const pods = await waitFor("its pod", async () => {
      const found = (await list(cluster.server, podsPath)) as unknown as Pod[];
      const own = found.filter(({ metadata }) => metadata.name.startsWith(childName("walled")));
      return own[0]?.status?.podIP === undefined ? undefined : own;
    });
    await serveLane(verifying, pods[0]?.status?.podIP ?? "");
    await verifyingFor(verifying, 125);
    await waitFor("the way out to be named", async () => {
      const [entry] = await entriesOf(cluster.server, "walled");
      const said = entry?.status?.conditions?.[0];
      return (
        said?.reason === "OutOfReach" &&
        said.message.endsWith("set spec.verify of AddressPool pool-walled to AddressOrPods")
      );
    });
    const spec: Partial<AddressPool["spec"]> = { verify: "AddressOrPods" };
    const path = `/apis/${group}/v1alpha1/addresspools/pool-walled`;
    await cluster.server.patch(path, { spec });
    await publishedAfter("walled", undefined);
    const [entry] = await entriesOf(cluster.server, "walled");
    assert.equal(entry?.status?.verified, "ByPods");
  });
});

/** The pod's lane shows its certificate on every port, past any load balancer. */
async function serveLane(entry: ProxyAddress, host: string): Promise<void> {
  const path = childPaths["Secret"]?.(entry.spec.claimRef.name) ?? "";
  const secret = await read<Secret>(cluster.server, path);
  const { pem } =
    laneCertificates(secret).find(({ address }) => address === entry.metadata.name) ?? {};
  for (const { targetPort } of entry.spec.ports) {
    const server = createServer({ cert: pem, key: pem });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(targetPort, host, resolve));
  }
}
