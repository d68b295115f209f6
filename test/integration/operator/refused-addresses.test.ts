import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { fleet, pool } from "../samples.ts";
import { conditionOf, entriesOf, eventReasons, fleetPath, read } from "./fleet-objects.ts";
import { apply } from "./operator.ts";

let cluster: FakeCluster;
let server: ApiServer;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  cluster.runOperator();
});
after(async () => cluster.stop());
beforeEach(() => (cluster.controllers.refusal = () => undefined));

const inUse = 'can\'t change sharing key for "default/x", address also in use by default/other';

/** From now on the first address that is asked for is another Service's. */
function refuseTheFirst(): { readonly address: () => string | undefined } {
  let taken: string | undefined;
  cluster.controllers.refusal = (address) => {
    taken ??= address;
    return address === taken ? inUse : undefined;
  };
  return { address: () => taken };
}

interface Given {
  readonly name: string;
  readonly range: string;
  readonly reserve: number;
}

/** A fleet of two groups, with a pool of its own of four addresses. */
async function makeFleet({ name, range, reserve }: Given): Promise<void> {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const rotation = { maxAge: "0s", minAge: "0s" };
  const addresses = { count: 2, pools: [{ name }] };
  await apply(
    server,
    pool({ addresses: [range], reserve }, name),
    fleet({ replicas: 1, listeners, rotation, addresses }, name),
  );
}

async function published(name: string, slot: number): Promise<string | undefined> {
  const live = await read<WhatsAppProxy>(server, fleetPath(name));
  const serving = live?.status?.addresses?.filter(({ phase }) => phase === "Serving");
  return serving?.find((row) => row.slot === slot)?.address;
}

async function annotate(name: string, annotations: Record<string, string>): Promise<void> {
  await server.patch(fleetPath(name), { metadata: { annotations } });
}

async function entryAt(name: string, address: string): Promise<ProxyAddress | undefined> {
  return (await entriesOf(server, name)).find(({ spec }) => spec.address === address);
}

function saidOf(entry: ProxyAddress | undefined): string {
  const verified = entry?.status.conditions?.find(({ type }) => type === "Verified");
  return `${verified?.reason}: ${verified?.message}`;
}

async function saysOf(name: string, address: string, words: RegExp): Promise<void> {
  await waitFor(`${address} to say ${String(words)}`, async () =>
    words.test(saidOf(await entryAt(name, address))),
  );
}

async function moved(name: string, slot: number, from: string | undefined): Promise<string> {
  return waitFor(`slot ${slot} of ${name} to move`, async () => {
    const now = await published(name, slot);
    return now !== undefined && now !== from ? now : undefined;
  });
}

describe("an address that the load balancer refuses, since another Service has it", () => {
  test("does not keep a blocked group from moving", async () => {
    const name = "crowded";
    await makeFleet({ name, range: "127.66.0.32/30", reserve: 1 });
    const [first, second] = [await moved(name, 0, undefined), await moved(name, 1, undefined)];
    const taken = refuseTheFirst();
    await annotate(name, { "proxyfleet.dev/rotate-at": "0@now" });
    const refused = await waitFor("a refused address", async () => taken.address());
    await saysOf(name, refused, /^LoadBalancerRefuses: .*AllocationFailed: .*in use by default/);

    await annotate(name, { "proxyfleet.dev/report-blocked": `${second} IR it does not work` });
    const fresh = await moved(name, 1, second);
    assert.notEqual(fresh, refused);
    assert.equal(await published(name, 0), first, "the other group keeps its address");
    await waitFor("the fleet to quote the load balancer", async () =>
      /^True NoFreshAddress: slot 0 .*in use by default\/other/.test(
        (await conditionOf(server, name, "PoolExhausted")) ?? "",
      ),
    );
  });

  test("is given up for a while, and another one is published", async () => {
    const name = "roomy";
    await makeFleet({ name, range: "127.66.0.64/29", reserve: 0 });
    const [first] = [await moved(name, 0, undefined), await moved(name, 1, undefined)];
    const taken = refuseTheFirst();
    await annotate(name, { "proxyfleet.dev/rotate-at": "0@now" });
    const refused = await waitFor("a refused address", async () => taken.address());
    assert.notEqual(await moved(name, 0, first), refused);

    const { spec } = (await entryAt(name, refused))!;
    assert.deepEqual([spec.want, spec.retiredBecause], ["Quarantine", "Refused"]);
    const rests = Date.parse(spec.quarantineUntil ?? "") - Date.now();
    assert.ok(rests > 0 && rests <= 3_600_000, `it rests for ${rests} ms`);
    assert.ok((await eventReasons(server, name)).includes("AddressRefused"));
    await waitFor("the request to be answered", async () => {
      const live = await read<WhatsAppProxy>(server, fleetPath(name));
      return live?.status?.lastHandledRotateAt === "0@now";
    });
  });

  test("is waited for where there is no other, and taken once it is handed over", async () => {
    const name = "moved";
    const taken = refuseTheFirst();
    await apply(
      server,
      pool({ addresses: ["127.66.0.96"], reserve: 0 }, name),
      fleet(
        {
          replicas: 1,
          listeners: { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } },
          addresses: { count: 1, pools: [{ name }] },
        },
        name,
      ),
    );
    await saysOf(name, "127.66.0.96", /^LoadBalancerRefuses: .*in use by default\/other/);
    assert.equal(taken.address(), "127.66.0.96");
    await waitFor("the fleet to say why", async () =>
      /in use by default\/other/.test((await conditionOf(server, name, "AddressesReady")) ?? ""),
    );
    await cluster.controllers.giveNow("127.66.0.96");
    assert.equal(await moved(name, 0, undefined), "127.66.0.96");
  });
});
