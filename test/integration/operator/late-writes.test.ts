import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { settled, versions } from "../leader/busy-fleets.ts";
import { FakeCluster, inCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { fleet, pool } from "../samples.ts";
import { WriteGate, type Write } from "../../stand-ins/api-server/write-gate.ts";
import { apply } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { addressesShown, entriesOf, fleetPath, read, servicesOf } from "./fleet-objects.ts";

let cluster: FakeCluster;
let server: ApiServer;
let writeGate: WriteGate;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  writeGate = await WriteGate.start(server);
});
after(async () => {
  await writeGate.stop();
  await cluster.stop();
});

const live = async (name: string): Promise<WhatsAppProxy | undefined> =>
  read<WhatsAppProxy>(server, fleetPath(name));
const change = async (name: string, body: object): Promise<void> => {
  const { code } = await server.patch(fleetPath(name), body);
  assert.equal(code, 200);
};
const ask = async (name: string, annotations: Record<string, string>): Promise<void> =>
  change(name, { metadata: { annotations } });

async function ready(name: string): Promise<void> {
  await waitFor(`${name} to be ready`, async () => {
    const { observedGeneration, conditions = [] } = (await live(name))?.status ?? {};
    const isReady = conditions.some(({ type, status }) => type === "Ready" && status === "True");
    return isReady && observedGeneration === (await live(name))?.metadata.generation;
  });
}

async function rest(address: string): Promise<void> {
  await waitFor(`${address} to rest`, async () =>
    (await entriesOf(server, "family")).some(
      ({ spec, status }) => spec.address === address && status?.phase === "Quarantined",
    ),
  );
}

async function published(slot: number): Promise<string> {
  const found = (await live("family"))?.status?.addresses?.find(
    (each) => each.slot === slot && each.phase === "Serving",
  );
  return found?.address ?? assert.fail(`slot ${slot} has no published address`);
}

/**
 * All that an operator writes in a fleet's life: it comes up, moves by hand and because of a block,
 * changes, loses a slot; another one goes.
 */
async function life(): Promise<void> {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const rotation = { maxAge: "0s", minAge: "0s", drain: { scheduled: "1s", blocked: "1s" } };
  const addresses = { count: 2, pools: [{ name: "metallb-a" }] };
  await apply(server, pool({ addresses: ["127.67.0.0/24"] }));
  for (const name of ["family", "friends"])
    await apply(server, fleet({ replicas: 1, listeners, rotation, addresses }, name));
  for (const name of ["family", "friends"]) await ready(name);
  const old = await published(0);
  await ask("family", { "proxyfleet.dev/rotate-at": "0@once" });
  await rest(old);
  const blocked = await published(1);
  await ask("family", { "proxyfleet.dev/report-blocked": `${blocked} IR once` });
  await rest(blocked);
  await change("family", { spec: { limits: { maxConnections: 1234 } } });
  await ready("family");
  const last = await published(1);
  await change("family", { spec: { addresses: { count: 1 } } });
  await rest(last);
  await server.call("DELETE", fleetPath("friends"));
  await waitFor("friends to be gone", async () => (await live("friends")) === undefined);
}

/** Sends each write again. Gives those that changed something. */
async function sendAgain(t: TestContext, writes: readonly Write[]): Promise<readonly Write[]> {
  const answers = new Map<number, number>();
  const changing: Write[] = [];
  let before = await versions(server);
  for (const write of writes) {
    const body: unknown = write.body === "" ? undefined : JSON.parse(write.body);
    const { code } = await server.send({ ...write, method: write.method as "POST", body });
    answers.set(code, (answers.get(code) ?? 0) + 1);
    const now = await versions(server);
    if (JSON.stringify(now) !== JSON.stringify(before)) changing.push(write);
    before = now;
  }
  t.diagnostic(
    `${writes.length} writes came late: ${[...answers].map(([code, count]) => `${count} × ${code}`).join(", ")}`,
  );
  return changing;
}

/** Ledger entries in use, and those that Services are for. */
async function shown(): Promise<{ readonly inUse: Set<string>; readonly served: Set<string> }> {
  const fleets = ["family", "friends"];
  const entries = (await Promise.all(fleets.map(async (name) => entriesOf(server, name)))).flat();
  const services = (await Promise.all(fleets.map(async (name) => servicesOf(server, name)))).flat();
  const inUse = entries
    .filter(({ status }) => status?.phase !== "Quarantined")
    .map(({ metadata }) => metadata.name);
  return { inUse: new Set(inUse), served: addressesShown(services) };
}

/**
 * A server can't know that an object was there before. What comes back so is taken down again by
 * whoever leads.
 */
function bringsBackService({ method, path }: Write): boolean {
  return method === "POST" && path.startsWith("/api/v1/namespaces/default/services?");
}

test("late writes of a former leader change nothing but what the next one mends at once", async (t) => {
  const first = new OperatorProcess(await writeGate.kubeconfig(), inCluster);
  await life();
  await settled(server);
  first.kill();
  await first.gone();
  const late = writeGate.writes.filter(({ status }) => status < 300);
  const kinds = new Set(
    late.map(
      ({ method, path }) =>
        `${method} ${new URL(path, server.url).pathname.split("/").at(method === "POST" ? -1 : -2) ?? ""}`,
    ),
  );
  for (const kind of [
    "POST proxyaddresses",
    "POST services",
    "PATCH secrets",
    "DELETE services",
    "PATCH whatsappproxies",
    "POST events",
  ])
    assert.ok(kinds.has(kind), `the life of a fleet had no ${kind}`);

  const second = new OperatorProcess(server.kubeconfig, inCluster);
  await ask("family", { "proxyfleet.dev/rotate-at": "0@again" });
  await waitFor(
    "the next leader's rotation",
    async () => (await live("family"))?.status?.lastHandledRotateAt === "0@again",
  );
  await settled(server);
  second.kill();
  await second.gone();

  const changing = await sendAgain(t, late);
  assert.deepEqual(
    changing
      .filter((write) => !bringsBackService(write))
      .map(({ method, path, status }) => `${method} ${path} (${status} when it was new)`),
    [],
  );
  const third = new OperatorProcess(server.kubeconfig, inCluster);
  await waitFor("a Service for each address in use, and none beside", async () => {
    const { inUse, served } = await shown();
    return inUse.size === 1 && isDeepStrictEqual(inUse, served);
  });
  third.kill();
  await third.gone();
});
