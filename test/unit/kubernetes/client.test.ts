import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Readable, pipeline } from "node:stream";
import { afterEach, beforeEach, describe, test } from "node:test";
import { explainError } from "../../../src/values/errors.ts";
import { ownSecrets } from "../../../src/cluster/own-secrets.ts";
import { secrets, services } from "../../../src/kubernetes/builtin.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { dnsEndpoints } from "../../../src/kubernetes/external-dns.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import type { Resource } from "../../../src/kubernetes/resource.ts";
import { ApiError, ApiUnreachableError, ForbiddenError } from "../../../src/kubernetes/errors.ts";
import { targetOf } from "../../objects/kubeconfig.ts";
import { serviceObject } from "../../objects/service.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const says =
  (status: number, body: object = {}, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify(body));
  };
const hangsUp: Answer = (request) => request.socket.destroy();
const key = { namespace: "proxies", name: "a" };
const service = serviceObject(key);

/**
 * Faults that a real API server can't be made to have on demand: busy, broken, gone in the middle
 * of a call.
 */
describe("a call whose answer is not what it should be", () => {
  let server: Server;
  let client: ApiClient;
  let connection: Connection;
  let answers: Answer[];
  let methods: string[];
  let slept: number[];

  beforeEach(async () => {
    [answers, methods, slept] = [[], [], []];
    server = createServer((request, response) => {
      methods.push(request.method ?? "");
      (answers.shift() ?? says(200))(request, response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    connection = new Connection(targetOf({ cluster: { server: `http://127.0.0.1:${port}` } }));
    const sleep = async (ms: number): Promise<void> => void slept.push(ms);
    client = new ApiClient(connection, new AbortController().signal, { sleep, random: () => 0 });
  });
  afterEach(async () => {
    await connection.close();
    server.close();
  });

  test("is repeated after the time that the server wishes", async () => {
    answers = [says(429, {}, { "retry-after": "3" }), says(200, { kind: "Service" })];
    assert.deepEqual(await client.get(services, key), { kind: "Service" });
    assert.deepEqual(slept, [3_000]);
  });
  test("is given back to its maker, who holds a worker, where the server wishes for longer than seconds", async () => {
    answers = [says(429, {}, { "retry-after": "20" }), says(200, { kind: "Service" })];
    await assert.rejects(
      client.get(services, key),
      (error) => error instanceof ApiError && error.retryAfterMs === 20_000,
    );
    assert.deepEqual([methods.length, slept], [1, []]);
  });
  const writes: Record<string, (of: Resource<KubeObject>) => Promise<unknown>> = {
    create: async (of) => client.create(of, service, "test"),
    apply: async (of) => client.apply(of, service, { fieldManager: "test" }),
    patch: async (of) => {
      const state = { uid: "u", resourceVersion: "1" };
      return client.patch(of, key, { state, change: { metadata: {} }, fieldManager: "test" });
    },
    delete: async (of) => client.delete(of, key, { uid: "u" }),
  };
  const secret = "abc234.example.org";
  const quoting = says(403, { message: `no ${secret} here`, reason: `no ${secret}` });
  for (const [verb, write] of Object.entries(writes)) {
    for (const kind of [secrets, ownSecrets, dnsEndpoints])
      test(`is not quoted where it may hold a secret: ${verb} ${kind.kind}`, async () => {
        answers = [quoting];
        await assert.rejects(write(kind), (error) => {
          assert.ok(error instanceof ForbiddenError);
          const all = [explainError(error), error.stack, error.words, error.reason].join("\n");
          assert.ok(!all.includes(secret), all);
          return /failed with 403: .*not repeated.*policies and webhooks/.test(error.message);
        });
      });
    test(`is quoted where it holds none: ${verb} Service`, async () => {
      answers = [quoting];
      await assert.rejects(write(services), new RegExp(`no ${secret} here`));
    });
  }

  test("is quoted where a Secret was read: a read sends nothing that it could quote", async () => {
    answers = [says(403, { message: "no Role has the verb get", reason: "Forbidden" })];
    await assert.rejects(client.get(secrets, key), /no Role has the verb get/);
  });

  test("is not quoted where it is no JSON, as its parser would", async () => {
    const cutSecret: Answer = (_request, response) => void response.end(`{"data": ${secret}`);
    answers = Array.from({ length: 4 }, () => cutSecret);
    await assert.rejects(client.get(secrets, key), (error) => {
      assert.ok(error instanceof ApiUnreachableError);
      const all = [explainError(error), error.stack].join("\n");
      assert.ok(!all.includes("abc234"), all);
      return /no JSON/.test(error.message);
    });
    assert.equal(methods.length, 4, "it was tried again, as what a broken proxy answers");
  });

  test("is read no further where it is longer than an answer may be, and not asked for again", async () => {
    const chunk = Buffer.alloc(2 ** 20, " ");
    let sent: Socket | undefined;
    answers = [
      (request, response) => {
        sent = request.socket;
        const endless = new Readable({ read: () => void endless.push(chunk) });
        endless.on("error", () => undefined);
        pipeline(endless, response, () => undefined);
      },
    ];
    await assert.rejects(client.get(services, key), {
      name: "AnswerTooLongError",
      message: /^get .*services\/a got an answer that is not read/,
    });
    assert.equal(methods.length, 1);
    assert.ok((sent?.bytesWritten ?? Infinity) < 64 * 2 ** 20);
  });

  test("is quoted no further than a person reads", async () => {
    answers = [says(403, { message: "no ".repeat(100_000), reason: "No".repeat(1_000) })];
    await assert.rejects(client.get(services, key), (error) => {
      assert.ok(error instanceof ForbiddenError);
      return error.message.length < 5_000 && error.words.length === 4_096;
    });
  });

  test("is repeated three times, with pauses that double", async () => {
    answers = [says(500), hangsUp, says(503), says(504)];
    await assert.rejects(
      client.get(services, key),
      (error) => error instanceof ApiError && error.status === 504,
    );
    assert.deepEqual([methods.length, slept], [4, [100, 200, 400]]);
  });
  test("is an ApiUnreachableError when there is none at all", async () => {
    answers = Array.from({ length: 4 }, () => hangsUp);
    await assert.rejects(client.get(services, key), {
      name: "ApiUnreachableError",
      message: /get \/api\/v1\/namespaces\/proxies\/services\/a got no answer/,
    });
  });
  test("is not repeated where the server refuses for good", async () => {
    answers = [says(403, { message: "services is forbidden", reason: "Forbidden" })];
    await assert.rejects(
      client.get(services, key),
      /failed with 403 Forbidden: services is forbidden/,
    );
    assert.equal(methods.length, 1);
  });
  test("is not repeated for a create that may have been carried out", async () => {
    answers = [hangsUp];
    await assert.rejects(client.create(services, service, "test"), ApiUnreachableError);
    answers = [says(500)];
    await assert.rejects(client.create(services, service, "test"), ApiError);
    assert.deepEqual(methods, ["POST", "POST"]);
  });
  test("is repeated for a create that the server was too busy to look at", async () => {
    answers = [says(429), says(201, service)];
    assert.deepEqual(await client.create(services, service, "test"), service);
  });
  test("says the server's time, also where it is an error", async () => {
    const heard: number[] = [];
    const options = { sleep: async () => undefined, random: () => 0 };
    const heardTime = (ms: number) => void heard.push(ms);
    const stop = new AbortController().signal;
    const listening = new ApiClient(connection, stop, { ...options, heardTime });
    const date = (text: string) => ({ date: text });
    answers = [
      says(200, service, date("Mon, 23 Nov 2026 12:00:00 GMT")),
      says(404, {}, date("Mon, 23 Nov 2026 12:00:01 GMT")),
      says(200, service, date("yesterday")),
    ];
    for (let calls = 0; calls < 3; calls++) await listening.get(services, key);
    assert.deepEqual(heard, [Date.UTC(2026, 10, 23, 12), Date.UTC(2026, 10, 23, 12, 0, 1)]);
  });
  test("is no error for an object that is gone already", async () => {
    answers = [says(404), says(404)];
    assert.equal(await client.get(services, key), undefined);
    await client.delete(services, key, { uid: "u" });
  });
  test("is asked for once more with fresh credentials after a 401, and only once", async () => {
    answers = [says(401), says(200, service), says(401), says(401)];
    assert.deepEqual(await client.get(services, key), service);
    await assert.rejects(
      client.get(services, key),
      (error) => error instanceof ApiError && error.status === 401,
    );
  });
});

test("a client that was told to stop sends nothing more", async () => {
  const connection = new Connection(targetOf({ cluster: { server: "http://127.0.0.1:9" } }));
  const client = new ApiClient(connection, AbortSignal.abort(), {
    sleep: async () => assert.fail("no second try"),
    random: () => 0,
  });
  await assert.rejects(client.get(services, key), ApiUnreachableError);
});
