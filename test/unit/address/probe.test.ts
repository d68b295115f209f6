import type { CustomObject, Pod, Secret } from "../../../src/kubernetes/objects.ts";
import assert from "node:assert/strict";
import { type AddressInfo, type Server, createServer as createPlainServer } from "node:net";
import { createServer } from "node:tls";
import { after, before, describe, test } from "node:test";
import { pino } from "pino";
import { parseAddressPool } from "../../../src/api/address-pool.ts";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { parseProxyAddress } from "../../../src/api/proxy-address.ts";
import { type IssuedCertificate, issueCertificate } from "../../../src/proxy/certificates/issue.ts";
import type { ObservedAddress } from "../../../src/address/observe.ts";
import { tryAddress } from "../../../src/address/probe.ts";
import type { Environment } from "../../../src/cluster/environment.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { claimedPool } from "../../../src/cluster/caches.ts";

const apiVersion = "proxyfleet.dev/v1alpha1";
const [address, neighbour, podIP] = ["127.0.0.11", "127.0.0.12", "127.0.0.13"];
type Listener = "chat" | "media" | "plainChat";
/** Ports as the entries have them, each listener's own on all hosts. */
let ports: Record<Listener, number>;
let own: IssuedCertificate;
let other: IssuedCertificate;
const servers = new Map<string, Server>();

/** A TLS server as a phone meets it. Port 0: any. */
async function listen(host: string, port: number, { pem }: IssuedCertificate): Promise<number> {
  const server = createServer({ cert: pem, key: pem });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const bound = (server.address() as AddressInfo).port;
  servers.set(`${host}:${bound}`, server);
  return bound;
}

/**
 * A port without TLS. `hangsUp`: it ends each connection at once, as a proxy does that reaches no
 * server.
 */
async function listenPlainly(host: string, hangsUp: boolean): Promise<void> {
  const server = createPlainServer((socket) => (hangsUp ? socket.destroy() : socket.resume()));
  await new Promise<void>((resolve) => server.listen(ports.plainChat, host, resolve));
  ports.plainChat = (server.address() as AddressInfo).port;
  servers.set(`${host}:${ports.plainChat}`, server);
}

async function close(host: string, listener: Listener): Promise<void> {
  const key = `${host}:${ports[listener]}`;
  const server = servers.get(key);
  servers.delete(key);
  await new Promise((resolve) =>
    server === undefined ? resolve(undefined) : server.close(resolve),
  );
}

async function open(host: string, listener: Listener, certificate = own): Promise<void> {
  if (!servers.has(`${host}:${ports[listener]}`)) await listen(host, ports[listener], certificate);
}

function entry(ip: string, uid: string, hasPlainChat = false): CustomObject {
  return {
    apiVersion,
    kind: "ProxyAddress",
    metadata: { name: `ip-${ip.replaceAll(".", "-")}`, uid, resourceVersion: "1" },
    spec: {
      pool: "pool-a",
      address: ip,
      claimRef: { namespace: "proxies", name: "family", uid: "u1", slot: 0 },
      lane: 0,
      ports: [
        { name: "chat", port: ports.chat, targetPort: ports.chat },
        { name: "media", port: ports.media, targetPort: ports.media },
        ...(hasPlainChat
          ? [{ name: "plainChat", port: ports.plainChat, targetPort: ports.plainChat }]
          : []),
      ],
      cause: "NewSlot",
      want: "Serve",
    },
    status: { phase: "Serving", phaseSince: "2026-11-23T11:00:00Z" },
  };
}

const fleetOf = (ranges: readonly string[]) => ({
  apiVersion,
  kind: "WhatsAppProxy",
  metadata: { name: "family", namespace: "proxies", uid: "u1", resourceVersion: "1" },
  spec: { addresses: { pools: [{ name: "pool-a" }], loadBalancerSourceRanges: ranges } },
});
const pool = {
  apiVersion,
  kind: "AddressPool",
  metadata: { name: "pool-a", resourceVersion: "1" },
  spec: { provider: "MetalLB", addresses: ["127.0.0.0/24"] },
};
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "family-proxy-1", namespace: "proxies" },
  status: { podIP },
};

function parsed<T>(result: { ok: true; value: T } | { ok: false; problem: string }): T {
  assert.ok(result.ok, result.ok ? "" : result.problem);
  return result.value;
}

/** Real caches with what one try looks at. */
function environment(): Environment {
  const addresses = new Store<CustomObject>({ pool: claimedPool });
  addresses.replaceAll([entry(address, "e1"), entry(neighbour, "e2")], "1");
  const lanes = { revision: "r", open: [{ lane: 1, uid: "e2", certificateSHA256: other.sha256 }] };
  const data = { "lanes.json": JSON.stringify(lanes), "lane-1.pem": other.pem };
  const secret: Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "family-proxy", namespace: "proxies", resourceVersion: "1" },
    data: Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
    ),
  };
  const stores = {
    addresses,
    secrets: storeOf<Secret>(secret),
    pools: storeOf<CustomObject>(pool),
    fleets: storeOf<CustomObject>(fleetOf([])),
  };
  const podStatus = async () => ({
    revision: "r",
    lanes: [{ lane: 0, open: true, certificateSHA256: own.sha256 }],
  });
  return { caches: stores, podStatus, log: pino({ level: "silent" }) } as unknown as Environment;
}

function storeOf<T extends CustomObject | Secret>(object: T): Store<T> {
  const store = new Store<T>();
  store.replaceAll([object], "1");
  return store;
}

async function tried(
  given: { compare?: boolean; ranges?: readonly string[]; plainChat?: boolean } = {},
) {
  const raw = entry(address, "e1", given.plainChat);
  const observed: ObservedAddress = {
    raw,
    entry: parsed(parseProxyAddress(raw)),
    fleet: parsed(parseWhatsAppProxy(fleetOf(given.ranges ?? []))),
    pool: parsed(parseAddressPool(pool)),
    certificate: own.sha256,
    services: [],
    balancer: undefined,
    heldElsewhere: [],
    pods: [pod],
    isBusy: false,
  };
  return tryAddress(observed, own.sha256, given.compare ?? false, environment());
}

describe("a try at an address", () => {
  before(async () => {
    own = await issueCertificate(Date.UTC(2026, 10, 23), Math.random);
    other = await issueCertificate(Date.UTC(2026, 10, 23), Math.random);
    ports = {
      chat: await listen(address, 0, own),
      media: await listen(address, 0, other),
      plainChat: 0,
    };
    for (const host of [neighbour, podIP]) {
      await listen(host, ports.chat, host === neighbour ? other : own);
      await listen(host, ports.media, other);
    }
  });
  after(() => servers.forEach((server) => server.close()));

  test("goes through it on every port", async () => {
    assert.deepEqual(await tried(), {
      readyPods: 1,
      lagging: [],
      problems: [],
      neighbourWorks: undefined,
    });
  });

  test("that shows another certificate fails", async () => {
    await close(address, "chat");
    await open(address, "chat", other);
    const [first, ...others] = (await tried()).problems;
    assert.match(
      `${first?.listener}: ${first?.problem}`,
      /chat: port .* shows another certificate than its lane's/,
    );
    assert.deepEqual(others, []);
    await close(address, "chat");
    await open(address, "chat");
  });

  test("that fails asks neither pods nor neighbours at first", async () => {
    await close(address, "chat");
    assert.partialDeepStrictEqual(await tried(), { neighbourWorks: undefined });
    assert.ok(!("podsWork" in (await tried())));
    await open(address, "chat");
  });

  test("that goes on failing finds that its pods answer, and another address of its pool", async () => {
    await close(address, "chat");
    assert.partialDeepStrictEqual(await tried({ compare: true }), {
      podsWork: true,
      neighbourWorks: true,
    });
    await open(address, "chat");
  });

  test("finds a dead upstream at the pods and at the neighbours, though their chat port answers", async () => {
    for (const host of [address, neighbour, podIP]) await close(host, "media");
    const evidence = await tried({ compare: true });
    assert.deepEqual(
      evidence.problems.map(({ listener }) => listener),
      ["media"],
    );
    assert.match(evidence.problems[0]?.problem ?? "", /TLS handshake/);
    assert.partialDeepStrictEqual(evidence, { podsWork: false, neighbourWorks: false });
    for (const host of [address, neighbour, podIP]) await open(host, "media", other);
  });

  test("shakes hands with every pod where source ranges shut the operator out, and says so", async () => {
    await close(address, "chat");
    assert.partialDeepStrictEqual(await tried({ ranges: ["192.0.2.0/24"] }), {
      problems: [],
      shutOut: true,
    });
    await open(address, "chat");
  });

  describe("with a plain chat port", () => {
    const problems = async () =>
      (await tried({ plainChat: true })).problems.map(
        ({ listener, problem }) => `${listener}: ${problem}`,
      );

    before(async () => listenPlainly(address, false));
    after(async () => close(address, "plainChat"));

    test("finds it open", async () => assert.deepEqual(await problems(), []));

    test("finds it closed", async () => {
      await close(address, "plainChat");
      assert.match(
        (await problems()).join(),
        /^plainChat: connection to port \d+ failed: connect ECONNREFUSED/,
      );
    });

    test("finds that it leads nowhere: the other side hangs up", async () => {
      await listenPlainly(address, true);
      assert.match(
        (await problems()).join(),
        /^plainChat: connection to port \d+ was ended at once/,
      );
    });
  });

  test("goes through the address where source ranges let the operator in", async () =>
    assert.ok(!("shutOut" in (await tried({ ranges: ["127.0.0.0/8"] })))));
});
