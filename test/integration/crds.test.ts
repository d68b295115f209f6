import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { group } from "../../src/api/names.ts";
import { kinds } from "../../src/api/kinds.ts";
import { ApiServer, type Answer } from "../stand-ins/api-server/api-server.ts";
import { refusals } from "./crd-refusals.ts";
import { conditionsOf, crd, installCrds, kubectl } from "../stand-ins/api-server/crds.ts";
import { collectionOf, fleet, ledgerEntry, pool, vantagePoint, type Manifest } from "./samples.ts";

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
});
after(async () => {
  await server?.stop();
});

const create = async (manifest: Manifest, query = "fieldValidation=Strict"): Promise<Answer> =>
  server.call("POST", `${collectionOf(manifest)}?${query}`, manifest);
const tryOut = async (manifest: Manifest): Promise<Answer> =>
  create(manifest, "fieldValidation=Strict&dryRun=All");

describe("the generated CRDs", () => {
  for (const kind of kinds) {
    test(`${kind.kind} is established, with a structural schema`, async () => {
      const conditions = conditionsOf(await crd(server, `${kind.plural}.${group}`));
      assert.deepEqual(conditions, { NamesAccepted: "True", Established: "True" });
    });
  }

  const explained: Record<string, readonly string[]> = {
    "wap.spec": ["What is asked for", "paused", "Stops rotations"],
    "wap.spec.rotation.maxAge": ["0s = never by age", "Default: 48h"],
    "wap.spec.listeners.media.port": ["1 to 65535", "Default: 587"],
    "wap.spec.listeners.chat.decoy": ["Page", "None", "Default: Page"],
    "wap.spec.listeners.media.serverNames": ["*.whatsapp.net", "at most 32"],
    "wapool.spec.quarantine": ["rests", "Default: 720h (30 days)"],
    "wavp.spec.interval": ["30s to 24h", "Default: 10m"],
    "wapa.spec.want": ["Drain (serve, but no longer published)"],
  };
  for (const [field, words] of Object.entries(explained)) {
    test(`kubectl explain ${field} tells what it is`, async () => {
      const { stdout, stderr } = await kubectl(server, ["explain", field]);
      for (const word of words)
        assert.ok(stdout.replaceAll(/\s+/g, " ").includes(word), stdout + stderr);
    });
  }
});

describe("defaults", () => {
  test("the smallest fleet gets every default", async () => {
    const { code, body } = await tryOut(fleet());
    assert.equal(code, 201, String(body["message"]));
    assert.deepEqual(body["spec"], {
      replicas: 2,
      listeners: { chat: { port: 443, decoy: "Page" }, media: { port: 587, serverNames: [] } },
      upstream: {
        chat: {
          servers: ["g.whatsapp.net:5222", "g-fallback.whatsapp.net:5222"],
          fallback: ["g.whatsapp.net:443", "g.whatsapp.net:80"],
          proxyProtocol: "V2",
        },
        media: { servers: ["whatsapp.net:443"] },
      },
      limits: { maxConnections: 27_500, connectionsPerClient: 0, connectionRatePerClient: 0 },
      addresses: {
        count: 2,
        pools: [{ name: "metallb-a" }],
        externalTrafficPolicy: "Cluster",
        loadBalancerSourceRanges: [],
      },
      audience: { countries: [] },
      rotation: {
        onBlocked: true,
        onPortBlocked: true,
        maxAge: "48h",
        minAge: "6h",
        jitterPercent: 20,
        windows: [],
        drain: { scheduled: "24h", blocked: "1h" },
        maxConcurrent: 1,
        maxPerHourPercent: 25,
      },
      reachability: {
        blockedWhen: { failures: 3, vantagePoints: 2, within: "30m" },
        traffic: "Suspect",
        people: "Suspect",
        outagePercent: 50,
      },
      share: { host: "Address", page: true },
      paused: false,
    });
  });

  test("members that are given keep their neighbours' defaults", async () => {
    const { body } = await tryOut(
      fleet({
        listeners: { plainChat: {} },
        rotation: { drain: { blocked: "2h" } },
        dns: { hostname: "{token}.example.org" },
      }),
    );
    const { listeners, rotation, dns } = body["spec"] as Record<string, Record<string, unknown>>;
    assert.deepEqual(listeners, {
      chat: { port: 443, decoy: "Page" },
      media: { port: 587, serverNames: [] },
      plainChat: { port: 5222 },
    });
    assert.deepEqual(rotation?.["drain"], { scheduled: "24h", blocked: "2h" });
    assert.deepEqual(dns, { hostname: "{token}.example.org", ttl: 60 });
  });

  test("a small pool gets every default", async () => {
    const { body } = await tryOut(pool());
    assert.deepEqual(body["spec"], {
      provider: "MetalLB",
      addresses: ["203.0.113.0/26"],
      named: [],
      perNamespace: 0,
      service: { annotations: {}, labels: {} },
      proxyProtocol: { version: "None", from: [] },
      verify: "Address",
      quarantine: { blocked: "720h", retired: "168h", unusable: "1h" },
      avoidPrefix: { ipv4: 24, ipv6: 48 },
      reserve: 1,
    });
  });

  test("a small vantage point gets every default", async () => {
    const { body } = await tryOut(
      vantagePoint({ globalping: { tokenSecretRef: { name: "globalping" } } }),
    );
    assert.deepEqual(body["spec"], {
      country: "IR",
      role: "Probe",
      interval: "10m",
      globalping: { limit: 3, tokenSecretRef: { name: "globalping", key: "token" } },
    });
  });
});

describe("a refused object is told which field and what to do", () => {
  for (const [name, { given, said }] of Object.entries(refusals)) {
    test(name, async () => {
      const { code, body } = await tryOut(given);
      const message = String(body["message"]);
      assert.ok(code === 422 || code === 400, `${code} ${message}`);
      for (const part of said) assert.ok(message.includes(part), message);
    });
  }
});

describe("what may not change", () => {
  const until = "2026-12-23T15:20:00Z";
  const resting = { want: "Quarantine", quarantineUntil: until };
  const cases: Record<string, { from: Manifest; to: Manifest; said: string }> = {
    "a pool's provider": {
      from: pool(),
      to: pool({ provider: "Cilium" }),
      said: "make another pool",
    },
    "a pool's class, which its Services keep": {
      from: pool({ loadBalancerClass: "example.org/a" }),
      to: pool({ loadBalancerClass: "example.org/b" }),
      said: "spec.loadBalancerClass: Invalid value: can't be changed, added or removed, since a Service keeps the class that it was made with: make another AddressPool, put it first in the fleets' spec.addresses.pools, and rotate",
    },
    "a pool's class, added": {
      from: pool(),
      to: pool({ loadBalancerClass: "example.org/a" }),
      said: "spec.loadBalancerClass",
    },
    "a pool's class, left out": {
      from: pool({ loadBalancerClass: "example.org/a" }),
      to: pool(),
      said: "spec.loadBalancerClass",
    },
    "whether a pool's load balancer sends a header: people would be cut off meanwhile": {
      from: pool(),
      to: pool({ proxyProtocol: { version: "V2", from: ["10.0.0.0/8"] } }),
      said: "make another AddressPool, put it first in the fleets' spec.addresses.pools, and rotate",
    },
    "whether a pool's load balancer sends a header, the other way": {
      from: pool({ proxyProtocol: { version: "V2", from: ["10.0.0.0/8"] } }),
      to: pool(),
      said: "spec.proxyProtocol.version",
    },
    "an address's pool": {
      from: ledgerEntry(),
      to: ledgerEntry({ pool: "other" }),
      said: "spec.pool",
    },
    "an address": {
      from: ledgerEntry(),
      to: ledgerEntry({ address: "203.0.113.10" }),
      said: "address can't be changed once it is set",
    },
    "an address, taken away": {
      from: ledgerEntry(),
      to: ledgerEntry({ address: undefined }),
      said: "address can't be changed once it is set",
    },
    "an address's ports": {
      from: ledgerEntry(),
      to: ledgerEntry({ ports: [{ name: "chat", port: 444, targetPort: 20_000 }] }),
      said: "spec.ports",
    },
    "an address's slot": {
      from: ledgerEntry(),
      to: ledgerEntry({
        claimRef: {
          namespace: "default",
          name: "family",
          uid: "0d6c7f5e-2f0f-4f1c-9a55-0d3c8f3a9f11",
          slot: 1,
        },
      }),
      said: "spec.claimRef",
    },
    "a quarantine back to service": {
      from: ledgerEntry(resting),
      to: ledgerEntry(),
      said: "can't serve again",
    },
  };
  for (const [name, { from, to, said }] of Object.entries(cases)) {
    test(name, async () => {
      const path = `${collectionOf(from)}/${from.metadata.name}`;
      const { code, body } = await create(from);
      assert.equal(code, 201, String(body["message"]));
      const answer = await server.call("PUT", path, { ...to, metadata: body["metadata"] });
      await server.call("DELETE", path);
      assert.equal(answer.code, 422);
      assert.ok(String(answer.body["message"]).includes(said), String(answer.body["message"]));
    });
  }

  test("what an address waits for may be set, moved and ended", async () => {
    const states = [
      { address: undefined },
      {},
      { lane: 3 },
      { want: "Drain", drainUntil: until },
      resting,
      { ...resting, quarantineUntil: "2027-01-01T00:00:00Z" },
    ];
    const path = `${collectionOf(ledgerEntry())}/ip-7f3k2`;
    const [first, ...rest] = states.map((spec) => ledgerEntry(spec, "ip-7f3k2"));
    let { body } = await create(first ?? ledgerEntry());
    for (const next of rest) {
      const answer = await server.call("PUT", path, { ...next, metadata: body["metadata"] });
      assert.equal(answer.code, 200, String(answer.body["message"]));
      body = answer.body;
    }
    await server.call("DELETE", path);
  });
});

describe("kubectl", () => {
  /** Makes an object that goes with the test. */
  const make = async (t: TestContext, manifest: Manifest): Promise<Answer["body"]> => {
    const { code, body } = await create(manifest);
    assert.equal(code, 201, String(body["message"]));
    t.after(async () =>
      server.call("DELETE", `${collectionOf(manifest)}/${manifest.metadata.name}`),
    );
    return body;
  };
  const writeStatus = async (
    t: TestContext,
    manifest: Manifest,
    status: unknown,
  ): Promise<void> => {
    const body = await make(t, manifest);
    const { code, body: answer } = await server.call(
      "PUT",
      `${collectionOf(manifest)}/${manifest.metadata.name}/status`,
      {
        ...body,
        status,
      },
    );
    assert.equal(code, 200, String(answer["message"]));
  };
  const since = "2026-11-22T02:14:00Z";
  const ready = {
    type: "Ready",
    status: "True",
    reason: "Serving",
    message: "Every slot has an address.",
    lastTransitionTime: since,
  };
  const columns = (text: string): string[][] =>
    text
      .trimEnd()
      .split("\n")
      .map((row) => row.split(/ {2,}/).slice(0, -1));

  test("get wap shows a fleet as a person asks for it, with the next rotation as a time", async (t) => {
    const addresses = [
      { address: "203.0.113.9", slot: 0, phase: "Serving", since, blockedIn: ["IR"] },
    ];
    const nextRotation = { slot: 1, at: "2026-11-23T02:14:00Z", reason: "Age" };
    await writeStatus(t, fleet(), {
      serving: "2/2",
      reachable: "1/2",
      replicas: 2,
      selector: "app=x",
      conditions: [ready],
      addresses,
      nextRotation,
    });
    const { stdout } = await kubectl(server, ["get", "wap", "-A"]);
    assert.deepEqual(columns(stdout), [
      ["NAMESPACE", "NAME", "READY", "REACHABLE", "SERVING", "REPLICAS", "NEXT ROTATION"],
      ["default", "family", "True", "1/2", "2/2", "2", "2026-11-23T02:14:00Z"],
    ]);
  });

  test("get wapa shows who holds an address, and its phase", async (t) => {
    const reachability = [
      { country: "IR", verdict: "Reachable", since },
      { country: "RU", verdict: "Blocked", since, kind: "Port", listeners: ["media"] },
    ];
    await writeStatus(t, ledgerEntry(), {
      phase: "Serving",
      address: "203.0.113.9",
      certificateSHA256: "0".repeat(64),
      verified: "Inside",
      phaseSince: since,
      reachability,
    });
    const { stdout } = await kubectl(server, ["get", "wapa"]);
    assert.deepEqual(columns(stdout), [
      ["NAME", "POOL", "ADDRESS", "NAMESPACE", "FLEET", "SLOT", "PHASE"],
      ["ip-203-0-113-9", "metallb-a", "203.0.113.9", "default", "family", "0", "Serving"],
    ]);
  });

  test("get wapool counts a pool's addresses", async (t) => {
    await writeStatus(t, pool(), {
      total: 62,
      serving: 2,
      draining: 1,
      quarantined: 5,
      free: 54,
      conditions: [ready],
    });
    const { stdout } = await kubectl(server, ["get", "wapool"]);
    assert.deepEqual(columns(stdout), [
      ["NAME", "PROVIDER", "TOTAL", "SERVING", "DRAINING", "QUARANTINED", "FREE"],
      ["metallb-a", "MetalLB", "62", "2", "1", "5", "54"],
    ]);
  });

  test("get wavp shows who measures, and whether it works", async (t) => {
    await writeStatus(t, vantagePoint(), {
      source: "globalping",
      conditions: [{ ...ready, type: "Working" }],
      lastResult: "2020-01-01T00:00:00Z",
      results: 12,
    });
    const { stdout } = await kubectl(server, ["get", "wavp"]);
    const [headings = [], [name, country, source, role, working, last = ""] = []] = columns(stdout);
    assert.deepEqual(headings, ["NAME", "COUNTRY", "SOURCE", "ROLE", "WORKING", "LAST RESULT"]);
    assert.deepEqual(
      [name, country, source, role, working],
      ["globalping-ir", "IR", "globalping", "Probe", "True"],
    );
    assert.match(last, /^\d+y/);
  });

  test("get proxyfleet lists every kind", async (t) => {
    for (const manifest of [fleet(), ledgerEntry(), pool(), vantagePoint()])
      await make(t, manifest);
    const { stdout } = await kubectl(server, ["get", "proxyfleet", "-A", "-o", "name"]);
    assert.deepEqual(stdout.trim().split("\n").sort(), [
      "addresspool.proxyfleet.dev/metallb-a",
      "proxyaddress.proxyfleet.dev/ip-203-0-113-9",
      "vantagepoint.proxyfleet.dev/globalping-ir",
      "whatsappproxy.proxyfleet.dev/family",
    ]);
  });

  test("scale changes a fleet's replicas, as autoscalers do", async (t) => {
    await writeStatus(t, fleet(), { replicas: 2, selector: "app=x" });
    const { stderr, code } = await kubectl(server, ["scale", "wap", "family", "--replicas=5"]);
    assert.equal(code, 0, stderr);
    const { body } = await server.call("GET", `${collectionOf(fleet())}/family/scale`);
    assert.deepEqual(
      [body["spec"], body["status"]],
      [{ replicas: 5 }, { replicas: 2, selector: "app=x" }],
    );
  });

  test("None is taken without quotes in YAML, and Off, which YAML reads as false, is refused with its field", async () => {
    const yaml = (value: string): string => `
apiVersion: proxyfleet.dev/v1alpha1
kind: WhatsAppProxy
metadata: {name: bare, namespace: default}
spec: {addresses: {pools: [{name: a}]}, upstream: {chat: {proxyProtocol: ${value}}}}`;
    const off = await kubectl(
      server,
      ["apply", "--server-side", "--dry-run=server", "-f", "-"],
      yaml("Off"),
    );
    assert.match(off.stderr, /spec\.upstream\.chat\.proxyProtocol/);
    const none = await kubectl(
      server,
      ["apply", "--server-side", "--dry-run=server", "-f", "-"],
      yaml("None"),
    );
    assert.equal(none.code, 0, none.stderr);
  });
});
