import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { rotateAtAnnotation } from "../../../src/api/names.ts";
import type { DnsEndpoint } from "../../../src/kubernetes/external-dns.ts";
import { keySecret } from "../../objects/key-secret.ts";
import { type ShareKey, nameToken, shareKey } from "../../../src/share/tokens.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { dnsEndpointKind } from "../../stand-ins/external-dns/dns-endpoint-kind.ts";
import { NameServer } from "../../stand-ins/name-server.ts";
import { conditionOf, entriesOf, fleetPath, read } from "../operator/fleet-objects.ts";
import { type RunningOperator, apply, list, startOperator } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";

const key = shareKey(new Uint8Array(32).fill(9)) as ShareKey;
const token = nameToken(key, { namespace: "default", fleet: "family", slot: 0 });
const host = `${token}.example.org`;
const asked = {
  replicas: 1,
  listeners: { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } },
  addresses: { count: 1, pools: [{ name: "metallb-a" }] },
  dns: { hostname: "{token}.example.org", ttl: 1 },
};

const names = new NameServer();
let cluster: FakeCluster;
let server: ApiServer;
let operator: RunningOperator;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  const resolvers = [await names.start()];
  await apply(server, keySecret(key));
  operator = startOperator(
    server.kubeconfig,
    { resolvers, leaderElection: false, http2: false },
    { inCluster: true },
  );
  await apply(server, pool({ addresses: ["127.66.0.0/24"] }), fleet(asked));
});
after(async () => {
  await operator.stop();
  await cluster.stop();
  names.stop();
});

async function endpoints(): Promise<readonly DnsEndpoint[]> {
  const path = "/apis/externaldns.k8s.io/v1alpha1/namespaces/default/dnsendpoints";
  return (await list(server, path)) as unknown as DnsEndpoint[];
}

async function targets(): Promise<readonly string[]> {
  const sets = (await endpoints()).flatMap(({ spec }) => spec?.endpoints ?? []);
  return sets.flatMap((set) => set.targets).toSorted();
}

async function dnsReady(starting: string): Promise<void> {
  await waitFor(
    `DNSReady to be ${starting}`,
    async () => (await conditionOf(server, "family", "DNSReady"))?.startsWith(starting),
    { seconds: 240 },
  );
}

async function published(): Promise<string | undefined> {
  const live = await read<WhatsAppProxy>(server, fleetPath("family"));
  return live?.status.addresses?.find(({ phase }) => phase === "Serving")?.address;
}

/** What ExternalDNS and the zone's servers do. */
async function publish(): Promise<void> {
  names.records.set(host, await targets());
}

describe("the name of a slot", () => {
  test("waits for ExternalDNS, and the fleet says what to install", async () => {
    await dnsReady("False NameKindMissing: ");
    const loud = operator.lines.filter(
      (line) => line.level >= 40 && JSON.stringify(line).includes("DNSEndpoint"),
    );
    assert.deepEqual(loud, []);
    assert.match((await conditionOf(server, "family", "ChildrenApplied")) ?? "", /^True /);
  });

  test("is made once the kind is there, without a restart", async () => {
    await apply(server, dnsEndpointKind);
    await waitFor("the fleet's address", published);
    await waitFor("the name", async () => (await targets()).length > 0, { seconds: 90 });
    assert.deepEqual(await targets(), [await published()]);
    await dnsReady("Unknown NotAskedYet: ");
  });

  test("is ready once every resolver gives the address, and none is asked before", async () => {
    assert.deepEqual(names.questions, [], "a resolver would remember that it is missing");
    await publish();
    await dnsReady("True NamesLive: ");
  });

  test("leads to both addresses of a move until resolvers give the new one", async () => {
    const before = (await published()) ?? "";
    const annotations = { [rotateAtAnnotation]: "now" };
    const moved = fleet(asked);
    await apply(server, { ...moved, metadata: { ...moved.metadata, annotations } });
    await waitFor("both addresses", async () => (await targets()).length === 2);
    const sets = (await endpoints()).flatMap(({ spec }) => spec?.endpoints ?? []);
    const after = (await published()) ?? "";
    assert.deepEqual(
      sets.map(({ dnsName, recordType, recordTTL, targets: own }) => [
        dnsName,
        recordType,
        recordTTL,
        own,
      ]),
      [[host, "A", 1, [before, after].toSorted()]],
    );
    await dnsReady("False Names");
    await publish();
    await waitFor("the new address alone", async () => (await targets()).join() === after);
    const liveAt = Date.now();
    await publish();
    await dnsReady("True NamesLive: ");
    const entries = await entriesOf(server, "family");
    const drained = entries.find(({ spec }) => spec.address === before);
    const until = Date.parse(drained?.spec.drainUntil ?? "");
    assert.ok(until >= liveAt + 24 * 3_600_000, "the drain counts from when the name has left it");
  });

  test("leaves a blocked address at once", async () => {
    const before = (await published()) ?? "";
    const annotations = { "proxyfleet.dev/report-blocked": `${before} IR one` };
    const moved = fleet(asked);
    await apply(server, { ...moved, metadata: { ...moved.metadata, annotations } });
    await waitFor("the name to lead elsewhere", async () => {
      const now = await targets();
      return now.length > 0 && !now.includes(before);
    });
    await waitFor("the next address alone", async () => {
      const now = await targets();
      assert.ok(!now.includes(before), "a blocked address comes back");
      await publish();
      return now.join() === (await published());
    });
    assert.notEqual(await published(), before);
  });

  test("is in no log line, condition or status", async () => {
    const live = await read<WhatsAppProxy>(server, fleetPath("family"));
    assert.ok(!JSON.stringify(live?.status).includes(token));
    assert.equal(live?.status.slots?.[0]?.hostname, "{token}.example.org");
    assert.ok(!operator.lines.some((line) => JSON.stringify(line).includes(token)));
  });

  test("goes when the fleet asks for no names", async () => {
    const { dns: _, ...rest } = asked;
    await apply(server, fleet(rest));
    await waitFor("the name to go", async () => (await endpoints()).length === 0);
    await waitFor("the condition to go", async () => {
      const condition = await conditionOf(server, "family", "DNSReady");
      return condition === undefined;
    });
  });
});
