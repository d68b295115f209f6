import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { rotateAtAnnotation } from "../../../src/api/names.ts";
import type { DnsEndpoint } from "../../../src/kubernetes/external-dns.ts";
import { keySecret } from "../../objects/key-secret.ts";
import { type ShareKey, nameToken, shareKey } from "../../../src/share/tokens.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { dnsEndpointKind } from "../../stand-ins/external-dns/dns-endpoint-kind.ts";
import { ExternalDns, hasExternalDns } from "../../stand-ins/external-dns/external-dns.ts";
import { Knot, hasKnot, zone } from "../../stand-ins/external-dns/knot.ts";
import { NameClient } from "../../stand-ins/external-dns/name-client.ts";
import { conditionOf, entriesOf, fleetPath, read } from "../operator/fleet-objects.ts";
import { type RunningOperator, apply, list, startOperator } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";

const skip =
  hasKnot && hasExternalDns
    ? false
    : "needs Knot (apt-get install knot) and test/stand-ins/external-dns/build.sh";

const key = shareKey(new Uint8Array(32).fill(5)) as ShareKey;
const host = `${nameToken(key, { namespace: "default", fleet: "family", slot: 0 })}.${zone}`;
const ttl = 1;
const never = { maxAge: "0s", minAge: "0s", jitterPercent: 0 };

interface Asked {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly rotation?: object;
}

/** The fleet of these tests: what drains is gone a moment after the name has left it. */
function asked({ annotations = {}, rotation = {} }: Asked = {}) {
  const { chat, media } = dataPlanePorts;
  const drain = { scheduled: "1s", blocked: "20s" };
  const made = fleet({
    replicas: 1,
    listeners: { chat: { port: chat }, media: { port: media } },
    addresses: { count: 1, pools: [{ name: "metallb-a" }] },
    dns: { hostname: `{token}.${zone}`, ttl },
    rotation: { ...never, drain, ...rotation },
  });
  return { ...made, metadata: { ...made.metadata, annotations } };
}

describe("a client that knows only the name", { skip }, () => {
  let cluster: FakeCluster;
  let operator: RunningOperator;
  let knot: Knot;
  let externalDns: ExternalDns;
  let client: NameClient;
  const over = new AbortController();
  let publishing: Promise<void>;

  before(async () => {
    [cluster, knot] = await Promise.all([FakeCluster.start(), Knot.start()]);
    externalDns = new ExternalDns(knot.port);
    await apply(cluster.server, keySecret(key));
    operator = startOperator(
      cluster.server.kubeconfig,
      { resolvers: [knot.server], leaderElection: false, http2: false },
      { inCluster: true },
    );
    await apply(cluster.server, dnsEndpointKind, pool({ addresses: ["127.67.0.0/24"] }), asked());
    publishing = publish();
    await live();
    const { chat: port } = dataPlanePorts;
    client = new NameClient({ host, port, resolver: knot.server, everyMs: 50 });
    client.start();
  });
  after(async () => {
    await client?.stop();
    over.abort();
    await publishing;
    await operator.stop();
    await externalDns.stop();
    await knot.stop();
    await cluster.stop();
  });

  /** What ExternalDNS's loop does, as often as the API server answers. */
  async function publish(): Promise<void> {
    const path = "/apis/externaldns.k8s.io/v1alpha1/dnsendpoints";
    while (!over.signal.aborted) {
      const endpoints = (await list(cluster.server, path)) as unknown as DnsEndpoint[];
      await externalDns.round(endpoints);
      noteTargets(endpoints.flatMap(({ spec }) => spec?.endpoints ?? []));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** From when on the zone has an address no more. */
  const leftAt = new Map<string, number>();
  let targets: readonly string[] = [];
  function noteTargets(sets: readonly { readonly targets: readonly string[] }[]): void {
    const now = sets.flatMap((set) => set.targets);
    for (const one of targets) if (!now.includes(one)) leftAt.set(one, Date.now());
    targets = now;
  }

  async function live(): Promise<void> {
    // A new name is not asked for in its first two minutes.
    await waitFor(
      "the name to be live",
      async () =>
        (await conditionOf(cluster.server, "family", "DNSReady"))?.startsWith(
          "True NamesLive: 127",
        ),
      { seconds: 240 },
    );
  }

  async function published(): Promise<string | undefined> {
    const found = await read<WhatsAppProxy>(cluster.server, fleetPath("family"));
    return found?.status.addresses?.find(({ phase }) => phase === "Serving")?.address;
  }

  /** Moves as the fleet is asked to, until the name leads to the new address and the old one is dark. */
  async function move(given: Asked): Promise<{ readonly old: string; readonly goneAt: number }> {
    const old = (await published()) ?? "";
    await apply(cluster.server, asked(given));
    await waitFor("another address", async () => {
      const now = await published();
      return now !== undefined && now !== old;
    });
    await apply(cluster.server, asked({ ...given, rotation: never }));
    const goneAt = await waitFor(`${old} to leave the zone`, () => leftAt.get(old));
    await live();
    await waitFor(`${old} to go dark`, async () => {
      const entries = await entriesOf(cluster.server, "family");
      return entries.find(({ spec }) => spec.address === old)?.status.phase === "Quarantined";
    });
    const seen = client.visits.length;
    await waitFor("some more visits", () => client.visits.length > seen + 20);
    return { old, goneAt };
  }

  const moves: Record<string, (old: string) => Asked> = {
    "by hand": () => ({ annotations: { [rotateAtAnnotation]: "now" } }),
    "by age": () => ({ rotation: { maxAge: "1s" } }),
    "by a block": (old) => ({
      annotations: { "proxyfleet.dev/report-blocked": `${old} IR one` },
    }),
  };
  for (const [name, given] of Object.entries(moves))
    test(`never fails through a move ${name}, and leaves the old address`, async () => {
      const { old, goneAt } = await move(given((await published()) ?? ""));
      assert.deepEqual(client.failures, []);
      const late = client.visits.filter(
        ({ at, address }) => address === old && at > goneAt + ttl * 1_000 + 1_000,
      );
      assert.deepEqual(late, []);
    });
});
