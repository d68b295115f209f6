import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { type CrdSchema, installCrds, permit } from "../../stand-ins/api-server/crds.ts";
import { LoadBalancer } from "../../stand-ins/cluster/load-balancer.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { fleet, pool } from "../samples.ts";
import {
  conditionOf,
  entriesOf,
  eventReasons,
  fleetPath,
  read,
  servicesOf,
} from "./fleet-objects.ts";
import { type RunningOperator, apply, startOperator } from "./operator.ts";

let server: ApiServer;
let operator: RunningOperator;
let loadBalancer: LoadBalancer;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await server.call("POST", "/api/v1/namespaces", namespaceObject("proxyfleet-system"));
  operator = startOperator(server.kubeconfig, { leaderElection: false, http2: false });
  loadBalancer = new LoadBalancer(server);
});
after(async () => {
  await loadBalancer?.stop();
  await operator?.stop();
  await server?.stop();
});

const entryPath = (name: string) => `/apis/proxyfleet.dev/v1alpha1/proxyaddresses/${name}`;
const statusOf = async (name: string) =>
  (await read<WhatsAppProxy>(server, fleetPath(name)))?.status;

/** A fleet whose addresses wait for pods, of a pool of its own. */
async function waiting(name: string, range: string, count: number): Promise<void> {
  const addresses = { count, pools: [{ name }] };
  await apply(server, pool({ addresses: [range] }, name), fleet({ addresses }, name));
  await holds(name, count);
}

async function holds(name: string, count: number): Promise<void> {
  await waitFor(`${count} addresses of ${name} wait for pods`, async () => {
    const told = (await statusOf(name))?.addresses ?? [];
    return told.filter(({ phase }) => phase === "Verifying").length === count;
  });
}

/** Writes what the CRD would refuse, as one of another version took it. */
async function slipIn(
  path: string,
  change: object,
  crd: { readonly plural: string; readonly edit: (schema: CrdSchema) => void },
): Promise<void> {
  const restore = await permit(server, crd.plural, crd.edit);
  await waitFor(`${path} is taken`, async () => (await server.patch(path, change)).code === 200);
  await restore();
}

describe("a fleet that this version can't read", () => {
  const asked = { metadata: { annotations: { "proxyfleet.dev/rotate-at": "9@later" } } };
  let kept: WhatsAppProxy["status"] | undefined;
  before(async () => {
    await waiting("odd", "192.0.2.0/29", 2);
    await server.patch(fleetPath("odd"), asked);
    kept = await statusOf("odd");
    const anyMaxAge = ({ properties }: CrdSchema) => {
      const rotation = properties["spec"]?.properties["rotation"];
      delete rotation?.properties["maxAge"]?.["x-kubernetes-validations"];
    };
    const change = { spec: { rotation: { maxAge: "2 days" } } };
    await slipIn(fleetPath("odd"), change, { plural: "whatsappproxies", edit: anyMaxAge });
    await waitFor("it says so", async () =>
      (await conditionOf(server, "odd", "Stalled"))?.startsWith("True InvalidSpec: "),
    );
  });

  test("keeps the rest of its status, and so its autoscaler", async () => {
    const { addresses, slots, selector, serving, replicas } = (await statusOf("odd")) ?? {};
    assert.deepEqual(
      { addresses, slots, selector, serving, replicas },
      {
        addresses: kept?.addresses,
        slots: kept?.slots,
        selector: kept?.selector,
        serving: kept?.serving,
        replicas: kept?.replicas,
      },
    );
    const scale = await read<{ status?: { selector?: string } }>(
      server,
      `${fleetPath("odd")}/scale`,
    );
    assert.equal(scale?.status?.selector, kept?.selector);
    await waitFor("an Event", async () =>
      (await eventReasons(server, "odd")).includes("InvalidSpec"),
    );
  });

  test("can be deleted, and its addresses rest", async () => {
    await server.call("DELETE", fleetPath("odd"));
    await waitFor(
      "the fleet is gone",
      async () => (await read(server, fleetPath("odd"))) === undefined,
    );
    const rested = await entriesOf(server, "odd");
    assert.deepEqual(
      rested.map(({ spec, status }) => [spec.want, spec.retiredBecause, status.phase]),
      [1, 2].map(() => ["Quarantine", "FleetDeleted", "Quarantined"]),
    );
    assert.deepEqual(await servicesOf(server, "odd"), []);
  });
});

describe("a ledger entry that this version can't read, as after a rollback", () => {
  let name: string;
  const entry = async () => read<ProxyAddress>(server, entryPath(name));
  before(async () => {
    await waiting("newer", "192.0.2.16/30", 2);
    const entries = await entriesOf(server, "newer");
    name = entries.find(({ spec }) => spec.claimRef.slot === 1)?.metadata.name ?? "";
    const anyCause = ({ properties }: CrdSchema) => {
      delete properties["spec"]?.properties["cause"]?.enum;
    };
    const change = { spec: { cause: "Leap" } };
    await slipIn(entryPath(name), change, { plural: "proxyaddresses", edit: anyCause });
  });

  test("says what is wrong, and what to do", async () => {
    const said = await waitFor("its condition", async () =>
      (await entry())?.status.conditions?.find(({ type }) => type === "Stalled"),
    );
    assert.match(said.message, /spec\.cause "Leap": must be one of .*delete this ProxyAddress/);
    assert.equal((await entry())?.status.phase, "Verifying");
  });

  test("holds up no claim of its fleet", async () => {
    await server.patch(fleetPath("newer"), { spec: { addresses: { count: 3 } } });
    await holds("newer", 3);
    assert.equal((await entriesOf(server, "newer")).length, 4);
  });

  test("holds its address against everybody else", async () => {
    await apply(server, fleet({ addresses: { count: 1, pools: [{ name: "newer" }] } }, "other"));
    await waitFor("the pool has no other address", async () =>
      (await conditionOf(server, "other", "PoolExhausted"))?.startsWith("True NoFreshAddress"),
    );
    const failed = operator.lines.filter(
      ({ msg, key }) => key === "default/other" && /fail/i.test(msg),
    );
    assert.deepEqual(failed, [], "nobody runs into its name");
  });

  test("can be deleted, and goes with its Service once its slot needs it no more", async () => {
    const uid = (await entry())?.metadata.uid;
    await server.call("DELETE", entryPath(name));
    await waitFor("it waits for its slot", async () =>
      (await entry())?.status.conditions?.some(({ message }) =>
        message.includes("slot 1 of its fleet has no other address yet"),
      ),
    );
    await server.patch(fleetPath("newer"), { spec: { addresses: { count: 1 } } });
    await waitFor(
      "it is gone, and others may have its address",
      async () => (await entry())?.metadata.uid !== uid,
    );
    const services = await servicesOf(server, "newer");
    assert.ok(
      services.every(({ metadata }) => metadata.labels?.["proxyfleet.dev/address"] !== name),
    );
  });
});
