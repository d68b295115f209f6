import assert from "node:assert/strict";
import dns from "node:dns";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { sleep } from "../../../../src/runtime/clock.ts";
import { services } from "../../../../src/kubernetes/builtin.ts";
import { ApiClient } from "../../../../src/kubernetes/client.ts";
import { Connection, type ConnectionOptions } from "../../../../src/kubernetes/connection.ts";
import { explainError } from "../../../../src/values/errors.ts";
import { targetOf } from "../../../objects/kubeconfig.ts";
import { waitFor } from "../../../../tooling/wait-for.ts";
import { WatchServer } from "../../../stand-ins/api-server/watch-server.ts";
import { ConnectProxy } from "../../../stand-ins/proxies/connect-proxy.ts";
import { SocksProxy } from "../../../stand-ins/proxies/socks-proxy.ts";

/** No resolver knows it: only a proxy leads there. */
const server = "https://cluster.invalid:6443";
const never = new AbortController().signal;

interface Way {
  readonly url: (credentials?: string) => string;
  readonly asked: readonly string[];
  readonly opened: number;
  readonly certificate?: string | undefined;
  stop(): void;
}

describe("calls and watches", () => {
  for (const protocol of ["h2", "http/1.1"] as const)
    describe(`over ${protocol}`, () => {
      let api: WatchServer;
      let way: Way | undefined;
      let connection: Connection | undefined;
      beforeEach(async () => {
        api = await WatchServer.start({ protocol });
      });
      afterEach(async () => {
        await connection?.close();
        way?.stop();
        api.stop();
        mock.restoreAll();
      });

      /** The server's own certificate has another name: TLS goes through to it. */
      function clientBy(proxyUrl: string, options: ConnectionOptions = {}): ApiClient {
        const { clusters } = JSON.parse(api.kubeconfig) as { clusters: [{ cluster: object }] };
        const own = clusters[0].cluster as { "certificate-authority-data": string };
        const ca = Buffer.from(own["certificate-authority-data"], "base64").toString();
        const both = Buffer.from(ca + (way?.certificate ?? "")).toString("base64");
        const cluster = {
          ...own,
          server,
          "certificate-authority-data": both,
          ...(proxyUrl === "" ? {} : { "proxy-url": proxyUrl }),
        };
        connection = new Connection(targetOf({ cluster, user: { token: "t" } }), options);
        return new ApiClient(connection, never, { sleep, random: Math.random, retries: 0 });
      }

      async function callAndWatch(client: ApiClient): Promise<void> {
        await client.get(services, { namespace: "a", name: "a" });
        const watch = { resourceVersion: "1", timeoutSeconds: 60 };
        const events = client.watch(services, watch, never);
        assert.equal((await events.next()).value?.type, "ADDED");
      }

      const ways: Record<string, { start: () => Promise<Way>; credentials?: string }> = {
        "an HTTP proxy": { start: async () => ConnectProxy.start(api.port) },
        "an HTTP proxy with a password": {
          start: async () => ConnectProxy.start(api.port, { user: "u:p w" }),
          credentials: "u:p%20w",
        },
        "an HTTPS proxy": { start: async () => ConnectProxy.start(api.port, { tls: true }) },
        "a SOCKS proxy": { start: async () => SocksProxy.start(api.port) },
        "a SOCKS proxy with a password": {
          start: async () => SocksProxy.start(api.port, "u:p w"),
          credentials: "u:p%20w",
        },
      };
      for (const [name, { start, credentials }] of Object.entries(ways)) {
        test(`go through ${name} alone, which also looks up the server's name`, async () => {
          const lookedUp = mock.method(dns, "lookup");
          way = await start();
          await callAndWatch(clientBy(way.url(credentials)));
          assert.deepEqual([...new Set(way.asked)], ["cluster.invalid:6443"]);
          assert.equal(api.accepted - way.opened, 0, "connections that went direct");
          const names = lookedUp.mock.calls.map(({ arguments: [name] }) => name);
          assert.deepEqual(
            names.filter((each) => each !== "localhost" && each !== "127.0.0.1"),
            [],
          );
        });

        if (protocol === "h2")
          test(`stay on ${name} as long as pings are answered`, async () => {
            way = await start();
            const client = clientBy(way.url(credentials), { pingEveryMs: 100 });
            await callAndWatch(client);
            const before = way.opened;
            await waitFor("pings", () => api.pings >= 8);
            await client.get(services, { namespace: "a", name: "a" });
            assert.equal(way.opened, before, "new connections");
          });
      }

      test("go through the proxy of HTTPS_PROXY", async () => {
        way = await SocksProxy.start(api.port);
        await callAndWatch(clientBy("", { env: { HTTPS_PROXY: way.url() } }));
        assert.equal(api.accepted - way.opened, 0, "connections that went direct");
      });

      const refusals: Record<string, { start: () => Promise<Way>; says: RegExp }> = {
        "an HTTP proxy that wants a password": {
          start: async () => ConnectProxy.start(api.port, { user: "u:p" }),
          says: /the http proxy 127\.0\.0\.1:\d+ answered 407 for cluster\.invalid:6443: write its user/,
        },
        "an HTTP proxy that lets nobody there": {
          start: async () => ConnectProxy.start(api.port, { status: 403 }),
          says: /answered 403 for cluster\.invalid:6443: ask who runs it/,
        },
        "a SOCKS proxy that wants a password": {
          start: async () => SocksProxy.start(api.port, "u:p"),
          says: /the SOCKS proxy 127\.0\.0\.1:\d+ can't be used: /,
        },
      };
      for (const [name, { start, says }] of Object.entries(refusals))
        test(`say so where ${name} refuses, and don't go direct`, async () => {
          way = await start();
          const client = clientBy(way.url("someone:secret"));
          await assert.rejects(client.get(services, { namespace: "a", name: "a" }), (error) => {
            assert.match(explainError(error), says);
            assert.doesNotMatch(explainError(error), /secret/);
            return true;
          });
          assert.equal(api.accepted, 0);
        });
    });
});

for (const [name, start] of Object.entries({
  "an HTTP proxy": async (port: number) => ConnectProxy.start(port),
  "a SOCKS proxy": async (port: number) => SocksProxy.start(port),
}))
  test(`a call to a server without TLS goes through ${name}, by its IPv6 address too`, async () => {
    let accepted = 0;
    const api = createServer((_, response) => {
      response.end(JSON.stringify({ metadata: { name: "a" } }));
    });
    api.on("connection", () => (accepted += 1));
    await once(api.listen(0, "127.0.0.1"), "listening");
    const way: Way = await start((api.address() as AddressInfo).port);
    const cluster = { server: "http://[2001:db8::1]:8001/path/", "proxy-url": way.url() };
    const connection = new Connection(targetOf({ cluster }));
    const client = new ApiClient(connection, never, { sleep, random: Math.random, retries: 0 });
    try {
      const found = await client.get(services, { namespace: "a", name: "a" });
      assert.equal(found?.metadata.name, "a");
      assert.match(way.asked.join(), /^(\[2001:db8::1\]|ipv6):8001$/);
      assert.equal(accepted - way.opened, 0, "connections that went direct");
    } finally {
      await connection.close();
      way.stop();
      api.closeAllConnections();
      api.close();
    }
  });
