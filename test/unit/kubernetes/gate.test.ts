import assert from "node:assert/strict";
import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { services } from "../../../src/kubernetes/builtin.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import type { Answered, TransportOptions } from "../../../src/kubernetes/transport.ts";
import { serviceObject } from "../../objects/service.ts";
import { targetOf } from "../../objects/kubeconfig.ts";

const key = { namespace: "proxies", name: "a" };
const service = serviceObject(key);

describe("what leaves this process", () => {
  let server: Server;
  let connection: Connection;
  let answers: number[];
  let arrived: string[];

  before(async () => {
    server = createServer((request, response) => {
      arrived.push(request.method ?? "");
      response.writeHead(answers.shift() ?? 200, { "content-type": "application/json" }).end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    connection = new Connection(targetOf({ cluster: { server: `http://127.0.0.1:${port}` } }));
  });
  beforeEach(() => {
    [answers, arrived] = [[], []];
  });
  after(async () => {
    await connection.close();
    server.close();
  });

  const client = (options: Partial<TransportOptions>): ApiClient =>
    new ApiClient(connection, new AbortController().signal, {
      sleep: async () => undefined,
      random: () => 0,
      ...options,
    });
  const writes: Record<string, (client: ApiClient) => Promise<unknown>> = {
    create: async (client) => client.create(services, service, "test"),
    apply: async (client) => client.apply(services, service, { fieldManager: "test" }),
    patch: async (client) =>
      client.patch(services, key, {
        state: { uid: "u", resourceVersion: "1" },
        change: { metadata: {} },
        fieldManager: "test",
      }),
    delete: async (client) => client.delete(services, key, { uid: "u" }),
    evict: async (client) => client.evict(services, key, { uid: "u" }),
  };

  for (const [name, write] of Object.entries(writes))
    test(`is no ${name} while another may lead`, async () => {
      await assert.rejects(write(client({ mayWrite: () => false })), { name: "NotLeadingError" });
      assert.deepEqual(arrived, []);
    });

  test("is any read, also while another leads", async () => {
    await client({ mayWrite: () => false }).get(services, key);
    assert.deepEqual(arrived, ["GET"]);
  });

  test("is no second try of a write whose lease ran out meanwhile", async () => {
    answers = [503, 200];
    let asked = 0;
    await assert.rejects(writes["apply"]!(client({ mayWrite: () => asked++ === 0 })), {
      name: "NotLeadingError",
    });
    assert.deepEqual(arrived, ["PATCH"]);
  });

  test("is counted, tries included, by verb, resource and code", async () => {
    answers = [503, 200, 404];
    const counted: Answered[] = [];
    const counting = client({ observe: (answered) => void counted.push(answered) });
    await writes["apply"]!(counting);
    await counting.get(services, key);
    assert.deepEqual(counted, [
      { verb: "apply", method: "PATCH", resource: "services", code: "503" },
      { verb: "apply", method: "PATCH", resource: "services", code: "200" },
      { verb: "get", method: "GET", resource: "services", code: "404" },
    ]);
  });

  test("is given up at once when its caller says so", async () => {
    const gaveUp = AbortSignal.abort();
    await assert.rejects(client({}).get(services, key, gaveUp), { name: "ApiUnreachableError" });
    assert.deepEqual(arrived, []);
  });
});
