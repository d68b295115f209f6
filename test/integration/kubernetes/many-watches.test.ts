import assert from "node:assert/strict";
import { once } from "node:events";
import { type Server, createServer } from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import { namespaces } from "../../../src/kubernetes/builtin.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection, type ConnectionOptions } from "../../../src/kubernetes/connection.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { configMapObject, configMaps } from "../../objects/config-map.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { Http1Proxy } from "../../stand-ins/api-server/http1-proxy.ts";
import { WatchServer, type WatchServerOptions } from "../../stand-ins/api-server/watch-server.ts";
import { parseKubeconfig } from "../../../src/kubernetes/kubeconfig/files.ts";
import { targetIn } from "../../../src/kubernetes/kubeconfig/target.ts";
import { targetOf } from "../../objects/kubeconfig.ts";

/** As many as an operator of 15 namespaces has. */
const many = 107;
const namespace = "default";

/** What the tests of one server share: a client, watches, and an end for all of them. */
class Following {
  readonly client: ApiClient;
  readonly #connection: Connection;
  readonly #end = new AbortController();
  readonly #running: Promise<void>[] = [];
  /** Watches that have brought an event. */
  started = 0;
  readonly failures: Error[] = [];

  constructor(connection: Connection, deadlineMs = 30_000) {
    this.#connection = connection;
    const never = new AbortController().signal;
    this.client = new ApiClient(connection, never, {
      sleep,
      random: Math.random,
      deadlineMs,
      retries: 0,
    });
  }

  watch(count: number, resourceVersion = "1"): void {
    for (let i = 0; i < count; i++) this.#running.push(this.#follow(resourceVersion));
  }

  async #follow(resourceVersion: string): Promise<void> {
    const options = { namespace, resourceVersion, timeoutSeconds: 300 };
    const { signal } = this.#end;
    try {
      let isFirst = true;
      for await (const { type } of this.client.watch(configMaps, options, signal)) {
        if (isFirst && type !== "BOOKMARK") this.started += 1;
        isFirst = false;
      }
    } catch (error) {
      this.failures.push(error as Error);
    }
  }

  async allStarted(count: number): Promise<void> {
    await waitFor(`${count} watches`, () => this.started === count, { seconds: 30 });
    assert.deepEqual(this.failures, []);
  }

  /** Aborts the watches that are open or wait; resolves once each of them has ended. */
  async abort(): Promise<void> {
    this.#end.abort();
    await this.settled();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.settled();
  }
}

describe("more watches than one connection takes", () => {
  let server: WatchServer;
  let following: Following;
  const follow = async (options: WatchServerOptions, deadlineMs?: number): Promise<void> => {
    server = await WatchServer.start(options);
    following = new Following(connectionOf(server.kubeconfig), deadlineMs);
  };
  afterEach(async () => {
    await following.close();
    server.stop();
  });

  const servers: Record<string, { options: WatchServerOptions; connections: number }> = {
    "over HTTP/2 with 100 streams a connection": {
      options: { protocol: "h2" },
      connections: 2,
    },
    "over HTTP/2 with 20 streams a connection": {
      options: { protocol: "h2", maxConcurrentStreams: 20 },
      connections: 6,
    },
    "over HTTP/1.1, since the server speaks nothing else": {
      options: { protocol: "http/1.1" },
      connections: many,
    },
  };
  for (const [name, { options, connections }] of Object.entries(servers)) {
    test(`all start ${name}`, async () => {
      await follow(options);
      following.watch(many);
      await following.allStarted(many);
      assert.equal(server.watches, many);
      assert.ok(server.accepted <= connections, `${server.accepted} connections`);
    });

    test(`leave room for calls ${name}`, async () => {
      await follow(options);
      following.watch(many);
      await following.allStarted(many);
      const calls = Array.from({ length: 50 }, async () =>
        following.client.get(namespaces, { name: "a" }),
      );
      assert.equal((await Promise.all(calls)).length, 50);
    });
  }

  test("use the room that others left, and open no further connection", async () => {
    await follow({ protocol: "h2", maxConcurrentStreams: 20 });
    for (let round = 1; round <= 3; round++) {
      following.watch(60);
      await following.allStarted(60 * round);
      server.endWatches();
      await following.settled();
    }
    assert.equal(server.accepted, 3);
  });

  test("end with an error where they don't begin within the deadline, and it says what to do", async () => {
    await follow({ protocol: "h2", isSilent: true }, 300);
    following.watch(3);
    await following.settled();
    assert.deepEqual(
      following.failures.map(({ name }) => name),
      Array.from({ length: 3 }, () => "ApiUnreachableError"),
    );
    assert.match(
      following.failures[0]?.message ?? "",
      /^watch \/api\/v1\/namespaces\/default\/configmaps did not begin within 0.3 s: .*--http2=false/,
    );
  });

  test("end with an error where no stream is left for them, and hold up none that began", async () => {
    await follow({ protocol: "h2", maxConcurrentStreams: 1 }, 300);
    following.watch(3);
    await waitFor("the others to fail", () => following.failures.length === 2 || undefined);
    assert.deepEqual([following.started, server.watches], [1, 1]);
  });

  test("end at once when they are aborted, whether or not they have begun", async () => {
    await follow({ protocol: "h2", maxConcurrentStreams: 20 });
    following.watch(many);
    await following.allStarted(many);
    following.watch(many);
    await following.abort();
    assert.equal(following.failures.length, 2 * many);
    await waitFor("the server to see their end", () => server.watches === 0 || undefined);
  });
});

describe("a server that takes connections and never shakes hands", () => {
  let server: Server;
  const follow = (options: ConnectionOptions = {}): Following => {
    const { port } = server.address() as { port: number };
    const following = new Following(connectionTo(port, options));
    following.watch(many);
    return following;
  };
  before(async () => {
    server = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  test("fails all that wait for it together, not one after the other", async () => {
    const following = follow({ connectWithinMs: 500 });
    await following.settled();
    assert.equal(following.failures.length, many);
    for (const { cause } of following.failures)
      assert.match(String(cause), /Connect Timeout/, "none waited for its own deadline");
    await following.close();
  });

  test("keeps nobody who gives up", async () => {
    const following = follow();
    await following.abort();
    assert.equal(following.failures.length, many);
    await following.close();
  });

  test("keeps nobody once the connection is closed, and the process goes on", async () => {
    const following = follow();
    await once(server, "connection");
    await following.close();
    assert.equal(following.failures.length, many);
  });
});

function connectionOf(kubeconfig: string): Connection {
  return new Connection(targetIn(parseKubeconfig(JSON.parse(kubeconfig), "of the test"), {}));
}

function connectionTo(port: number, options: ConnectionOptions): Connection {
  const server = `https://127.0.0.1:${port}`;
  return new Connection(
    targetOf({ cluster: { server, "insecure-skip-tls-verify": true } }),
    options,
  );
}

describe("a real API server", () => {
  let server: ApiServer;
  let proxy: Http1Proxy;
  before(async () => {
    server = await ApiServer.start({ flags: ["--http2-max-streams-per-connection=20"] });
    proxy = await Http1Proxy.start(server);
  });
  after(async () => {
    proxy?.stop();
    await server?.stop();
  });

  const ways: Record<string, () => Connection> = {
    "with 20 streams a connection": () => Connection.fromDefault(server.kubeconfig),
    "behind something that speaks HTTP/1.1 only": () => connectionOf(proxy.kubeconfig),
  };
  for (const [name, connect] of Object.entries(ways))
    test(`${name} brings an event to each of ${many} watches, and answers calls`, async () => {
      const following = new Following(connect());
      const { client } = following;
      const { resourceVersion } = await client.list(configMaps, { namespace });
      following.watch(many, resourceVersion);
      await client.create(configMaps, configMapObject(`sign-${Date.now()}`), "test");
      await following.allStarted(many);
      await following.abort();
      await following.close();
    });
});
