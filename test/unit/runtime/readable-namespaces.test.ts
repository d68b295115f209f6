import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { pino } from "pino";
import { dnsEndpoints } from "../../../src/kubernetes/external-dns.ts";
import { namespaces, secrets, services } from "../../../src/kubernetes/builtin.ts";
import type { ApiClient, ListOptions } from "../../../src/kubernetes/client.ts";
import { apiError } from "../../../src/kubernetes/errors.ts";
import type { KubeObject, Service } from "../../../src/kubernetes/objects.ts";
import type { ObjectKey, Resource } from "../../../src/kubernetes/resource.ts";
import type { Store } from "../../../src/kubernetes/store.ts";
import { Metrics } from "../../../src/runtime/metrics.ts";
import { Manager } from "../../../src/runtime/manager.ts";

const refusal = (call: string) => apiError(call, { status: 403, body: "forbidden" });

/** An API server with a Service in each namespace, and rights that can be taken and given. */
class RightfulServer {
  /** `kind namespace` of what may not be read. */
  readonly refused = new Set<string>();

  async list({ kind }: Resource<KubeObject>, { namespace = "" }: ListOptions) {
    if (this.refused.has(`${kind} ${namespace}`)) throw refusal(`list ${kind}`);
    const item = {
      apiVersion: "v1",
      kind,
      metadata: { name: "a", namespace, resourceVersion: "1" },
    };
    return {
      items: kind === "Service" ? [item] : [],
      resourceVersion: "1",
      continueToken: undefined,
    };
  }

  /** Nothing ever changes. */
  async *watch(_of: unknown, _options: unknown, signal: AbortSignal): AsyncGenerator<never> {
    yield* await new Promise<never[]>((resolve) =>
      signal.addEventListener("abort", () => resolve([]), { once: true }),
    );
  }

  async get({ kind }: Resource<KubeObject>, { name }: ObjectKey) {
    if (this.refused.has(`${kind} ${name}`)) throw refusal(`get ${kind}`);
    return undefined;
  }
}

describe("an operator of two namespaces, one of which it may not read", () => {
  let server: RightfulServer;
  let manager: Manager;
  let store: Store<Service>;
  let lines: Record<string, unknown>[];
  let stop: AbortController;
  let filling: Promise<void>;

  beforeEach(() => {
    [server, lines, stop] = [new RightfulServer(), [], new AbortController()];
    const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
    manager = new Manager({
      client: server as unknown as ApiClient,
      log: pino({ base: null }, { write }),
      namespaces: ["lost", "well"],
      workers: 1,
    });
    store = manager.watch(services);
    manager.watch(secrets);
    manager.watchNamespaces(namespaces);
  });
  afterEach(async () => {
    stop.abort();
    await filling;
  });

  const start = async () => {
    filling = manager.fill(stop.signal);
    await manager.filled(stop.signal);
  };

  for (const refused of ["Service lost", "Secret lost", "Namespace lost"])
    test(`goes on with the other one, and says which is held out: ${refused}`, async () => {
      server.refused.add(refused);
      await start();
      assert.deepEqual(
        [manager.isSynced, manager.namespaces.all],
        [
          true,
          [
            ["lost", false],
            ["well", true],
          ],
        ],
      );
      assert.ok(store.get({ namespace: "well", name: "a" }));
      const said = lines.find(({ namespaces: held }) => JSON.stringify(held) === '["lost"]');
      assert.match(String(said?.["msg"]), /can't be read.*watchNamespaces.*RoleBinding/);
    });

  test("takes it in once it may, and looks at all of it again", async () => {
    server.refused.add("Service lost");
    await start();
    const { promise, resolve } = Promise.withResolvers<string>();
    manager.namespaces.onReadable((namespace) => {
      assert.ok(store.get({ namespace: "lost", name: "a" }), "nothing is missing any more");
      resolve(namespace);
    });
    server.refused.clear();
    assert.equal(await promise, "lost");
    assert.equal(manager.namespaces.isReadable("lost"), true);
  });

  test("knows for each by itself whether it has a kind that others install", async () => {
    const { presence } = manager.watchForeign(dnsEndpoints);
    assert.equal(presence.stateIn("well"), "Unknown", "nobody has asked yet");
    server.refused.add("DNSEndpoint lost");
    await start();
    assert.deepEqual(
      ["lost", "well", "another"].map((namespace) => presence.stateIn(namespace)),
      ["Forbidden", "Served", "Unknown"],
    );
  });

  test("calls no watch quiet that the server refuses, or that nobody has to have", async () => {
    const metrics = new Metrics();
    const measured = new Manager({
      client: server as unknown as ApiClient,
      log: pino({ level: "silent" }),
      namespaces: ["lost"],
      metrics,
      workers: 1,
    });
    measured.watch(services);
    measured.watch(secrets);
    measured.watchForeign(dnsEndpoints);
    server.refused.add("Secret lost").add("DNSEndpoint lost");
    filling = measured.fill(stop.signal);
    await measured.filled(stop.signal);
    let text = "";
    for await (const piece of metrics.text()) text += piece;
    const quiet = text.matchAll(/^proxyfleet_watch_quiet_seconds\{kind="(\w+)"\}/gm);
    assert.deepEqual(
      [...quiet].map(([, kind]) => kind),
      ["Service"],
    );
  });

  test("waits for what it must be able to read everywhere, such as pools", async () => {
    const everywhere = new Manager({
      client: server as unknown as ApiClient,
      log: pino({ level: "silent" }),
      workers: 1,
    });
    server.refused.add("Service ");
    everywhere.watch(services);
    const ended = new AbortController();
    const running = everywhere.fill(ended.signal);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(everywhere.isSynced, false);
    ended.abort();
    await running;
    filling = Promise.resolve();
  });
});
