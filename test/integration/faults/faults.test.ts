import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test, type TestContext } from "node:test";
import { request } from "undici";
import { makePem } from "../../stand-ins/whatsapp/certificate.ts";
import { ExpiredError } from "../../../src/kubernetes/errors.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { Churn } from "./churn.ts";
import { type Asked, type Fault, FaultProxy } from "../../stand-ins/api-server/fault-proxy.ts";
import { configMaps } from "../../objects/config-map.ts";
import { Mirror, namespace } from "./mirror.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import * as streams from "../../stand-ins/api-server/stream-faults.ts";

let server: ApiServer;
let churn: Churn;
let proxy: FaultProxy;
let mirror: Mirror;

before(async () => {
  server = await ApiServer.start();
  churn = new Churn(server);
});
after(async () => server?.stop());
beforeEach(async () => {
  proxy = await FaultProxy.start(server);
});
afterEach(async () => {
  await mirror?.stop();
  await proxy?.stop();
});

/** Harms the first `times` requests that `isMeant` picks. Returns how many it has harmed so far. */
function harm(times: number, isMeant: (asked: Asked) => boolean, fault: Fault): () => number {
  let harmed = 0;
  proxy.script = (asked) => {
    if (harmed >= times || !isMeant(asked)) return undefined;
    harmed++;
    return fault;
  };
  return () => harmed;
}

const isWatch = ({ isWatch: is }: Asked): boolean => is;
const isList = ({ isWatch: is, method }: Asked): boolean => !is && method === "GET";
const status = (code: number, reason: string): string =>
  JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    code,
    reason,
    message: "on purpose",
  });
const answer = (code: number, reason: string, headers: Record<string, string> = {}): Fault => ({
  kind: "answer",
  status: code,
  headers,
  body: status(code, reason),
});
const body = (change: streams.StreamFault): Fault => ({ kind: "body", change });

async function settles(t: TestContext): Promise<void> {
  t.diagnostic(`the store equals the server after ${(await mirror.equals(server)).toFixed(0)} ms`);
}

/** Each test has this long (ms). */
const limit = { timeout: 60_000 };

describe("a watch through faults, then the store equals the server", () => {
  const atTheStart: Readonly<
    Record<string, { times: number; isMeant: (asked: Asked) => boolean; fault: Fault }>
  > = {
    "the first list is refused with 429 and Retry-After": {
      times: 2,
      isMeant: isList,
      fault: answer(429, "TooManyRequests", { "retry-after": "1" }),
    },
    "lists fail with 500": { times: 6, isMeant: isList, fault: answer(500, "InternalError") },
    "lists fail with 503 in a body that is no JSON": {
      times: 2,
      isMeant: isList,
      fault: {
        kind: "answer",
        status: 503,
        headers: { "content-type": "text/html" },
        body: "<html>upstream is busy",
      },
    },
    "a list is cut in the middle of a character": {
      times: 1,
      isMeant: isList,
      fault: body(streams.cutInsideCharacter),
    },
    "a list comes in pieces that split characters": {
      times: 1,
      isMeant: isList,
      fault: body(streams.splitInsideCharacters),
    },
    "the watch is refused with 410": { times: 1, isMeant: isWatch, fault: answer(410, "Expired") },
    "the watch is refused with 429": {
      times: 2,
      isMeant: isWatch,
      fault: answer(429, "TooManyRequests", { "retry-after": "1" }),
    },
    "the watch fails with 500": { times: 3, isMeant: isWatch, fault: answer(500, "InternalError") },
    "credentials are refused once": {
      times: 1,
      isMeant: isWatch,
      fault: answer(401, "Unauthorized"),
    },
    "the watch says 410 in the stream": {
      times: 1,
      isMeant: isWatch,
      fault: body(streams.firstLine(streams.goneLine)),
    },
    "the watch says 500 in the stream": {
      times: 2,
      isMeant: isWatch,
      fault: body(streams.firstLine(streams.brokenLine)),
    },
    "the watch brings a line that is no JSON": {
      times: 1,
      isMeant: isWatch,
      fault: body(streams.firstLine('{"type":"ADD')),
    },
    "the watch brings JSON that is no event": {
      times: 1,
      isMeant: isWatch,
      fault: body(streams.firstLine("[1,2,3]")),
    },
    "the watch brings an event of a kind that nobody knows": {
      times: 1,
      isMeant: isWatch,
      fault: body(
        streams.firstLine('{"type":"SMELLED","object":{"metadata":{"resourceVersion":"1"}}}'),
      ),
    },
    "the watch brings an event without an object": {
      times: 1,
      isMeant: isWatch,
      fault: body(streams.firstLine('{"type":"ADDED","object":null}')),
    },
    "the watch ends at once, several times": {
      times: 4,
      isMeant: isWatch,
      fault: body(streams.end),
    },
  };
  for (const [name, { times, isMeant, fault }] of Object.entries(atTheStart)) {
    test(`when ${name}`, limit, async (t) => {
      await churn.go();
      const harmed = harm(times, isMeant, fault);
      mirror = new Mirror(proxy.kubeconfig);
      await churn.go();
      await waitFor(`${times} requests to be harmed`, () => harmed() === times, { everyMs: 10 });
      await churn.go();
      await settles(t);
    });
  }

  const inTheStream: Readonly<Record<string, streams.StreamFault>> = {
    "the watch is cut in the middle of a character": streams.cutInsideCharacter,
    "events come in pieces that split characters": streams.splitInsideCharacters,
    "events come a few bytes at a time": streams.drip,
    "events come twice and out of date": streams.repeat,
    "410 comes between events": streams.laterLine(streams.goneLine),
    "garbage comes between events": streams.laterLine("\u0000garbage"),
  };
  for (const [name, change] of Object.entries(inTheStream)) {
    test(`when ${name}`, limit, async (t) => {
      await churn.go();
      const harmed = harm(1, isWatch, body(change));
      mirror = new Mirror(proxy.kubeconfig);
      await mirror.synced;
      await waitFor("a request to be harmed", () => harmed() === 1, { everyMs: 10 });
      await churn.go();
      await churn.go();
      await settles(t);
    });
  }

  for (const [code, reason] of [
    [429, "TooManyRequests"],
    [503, "ServiceUnavailable"],
  ] as const) {
    test(
      `when the watch is refused with ${code}, and left alone for as long as the server wishes`,
      limit,
      async (t) => {
        const harmed = harm(2, isWatch, answer(code, reason, { "retry-after": "2" }));
        mirror = new Mirror(proxy.kubeconfig);
        await waitFor("2 requests to be harmed", () => harmed() === 2, { everyMs: 10 });
        await churn.go();
        await settles(t);
        assert.deepEqual(
          mirror.pauses.map((ms) => ms >= 2_000),
          [true, true],
        );
      },
    );
  }

  test("when the watch falls silent", limit, async (t) => {
    harm(1, isWatch, body(streams.silence));
    mirror = new Mirror(proxy.kubeconfig, 50);
    await mirror.synced;
    await churn.go();
    await settles(t);
  });

  test("when connections are reset", limit, async (t) => {
    mirror = new Mirror(proxy.kubeconfig);
    await mirror.synced;
    proxy.relay.cut();
    await churn.go();
    await settles(t);
  });

  test("when nobody can be reached for a while", limit, async (t) => {
    mirror = new Mirror(proxy.kubeconfig);
    await mirror.synced;
    proxy.relay.part();
    await churn.go();
    await waitFor("four failures", () => mirror.failures.length >= 4, { everyMs: 10 });
    proxy.relay.heal();
    await settles(t);
  });

  test("when a continue token is too old, in a list of several pages", limit, async (t) => {
    await churn.fill(510);
    const harmed = harm(2, ({ query }) => query.has("continue"), answer(410, "Expired"));
    mirror = new Mirror(proxy.kubeconfig);
    await settles(t);
    assert.equal(harmed(), 2);
  });

  test("when connections stay up and no byte passes any more", limit, async (t) => {
    mirror = new Mirror(proxy.kubeconfig, 50);
    await waitFor("a watch", () => proxy.asked.some(isWatch), { everyMs: 10 });
    proxy.relay.freeze();
    await churn.go();
    await settles(t);
  });

  test(
    "when the connection for calls stays up and passes no byte, calls come through again",
    limit,
    async (t) => {
      mirror = new Mirror(proxy.kubeconfig, 50);
      await mirror.synced;
      proxy.relay.freeze();
      const began = performance.now();
      await mirror.client.list(configMaps, { namespace });
      t.diagnostic(`a call came through after ${(performance.now() - began).toFixed(0)} ms`);
      await settles(t);
    },
  );

  test("when the client's certificate is replaced", limit, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-identity-"));
    t.after(async () => rm(folder, { recursive: true }));
    const identity = {
      certificateFile: join(folder, "client.pem"),
      keyFile: join(folder, "client.key"),
    };
    const replace = async (): Promise<string> => {
      const pem = await makePem();
      const [certificate = "", key = ""] = pem.split(/(?=-----BEGIN PRIVATE KEY)/);
      await writeFile(identity.certificateFile, certificate);
      await writeFile(identity.keyFile, key);
      return certificate;
    };
    await proxy.stop();
    proxy = await FaultProxy.start(server, identity);
    proxy.expectClient(await replace());
    mirror = new Mirror(proxy.kubeconfig, 50);
    await mirror.synced;
    proxy.expectClient(await makePem());
    await churn.go();
    await waitFor("two failures", () => mirror.failures.length >= 2, { everyMs: 10 });
    proxy.expectClient(await replace());
    await settles(t);
  });

  test("when the API server's CA is replaced", limit, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-ca-"));
    t.after(async () => rm(folder, { recursive: true }));
    const [caFile, path] = [join(folder, "ca.pem"), join(folder, "kubeconfig")];
    const trust = async (pem: string): Promise<void> =>
      writeFile(caFile, new X509Certificate(pem).toString());
    // The same name each time, and another key.
    const first = await makePem();
    await trust(first);
    proxy.show(first);
    const kubeconfig = JSON.parse(await readFile(proxy.kubeconfig, "utf8")) as {
      clusters: [{ cluster: { server: string } }];
    };
    const name = new X509Certificate(first).subject.replace("CN=", "");
    const [{ cluster }] = kubeconfig.clusters;
    const clusters = [
      {
        name: "test",
        cluster: {
          server: cluster.server,
          "tls-server-name": name,
          "certificate-authority": caFile,
        },
      },
    ];
    await writeFile(path, JSON.stringify({ ...kubeconfig, clusters }));
    mirror = new Mirror(path, 50);
    await mirror.synced;
    const second = await makePem();
    proxy.show(second);
    await churn.go();
    await waitFor("two failures", () => mirror.failures.length >= 2, { everyMs: 10 });
    await trust(second);
    await settles(t);
  });

  test("when the API server is killed and comes back", limit, async (t) => {
    mirror = new Mirror(proxy.kubeconfig);
    await mirror.synced;
    await server.kill();
    await waitFor("two failures", () => mirror.failures.length >= 2, { everyMs: 10 });
    await server.restart();
    await churn.go();
    await settles(t);
  });

  test("when etcd forgets the past while the API server is away", limit, async (t) => {
    mirror = new Mirror(proxy.kubeconfig);
    await waitFor("a watch", () => proxy.asked.some(isWatch), { everyMs: 10 });
    proxy.relay.part();
    await churn.go();
    await compact(server);
    await server.restart();
    proxy.relay.heal();
    await settles(t);
    assert.ok(
      mirror.failures.some((error) => error instanceof ExpiredError),
      "the version of the watch should have been gone",
    );
  });
});

/** Makes etcd forget all versions but the newest one (etcd's JSON gateway, /v3/kv/compaction). */
async function compact({ etcdUrl }: ApiServer): Promise<void> {
  const call = async (path: string, body: unknown): Promise<{ header: { revision: string } }> => {
    const answer = await request(`${etcdUrl}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return (await answer.body.json()) as { header: { revision: string } };
  };
  const { header } = await call("/v3/kv/range", { key: Buffer.from("/").toString("base64") });
  await call("/v3/kv/compaction", { revision: header.revision, physical: true });
}
