import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { Reflector } from "../../../src/kubernetes/reflector.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { type ConfigMap, configMapObject, configMaps } from "../../objects/config-map.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";

/** More than one answer may hold, in objects as large as the server takes them. */
const count = 36;
const namespace = "tenant";
const labelSelector = "large=yes";

let server: ApiServer;
let connection: Connection;
let client: ApiClient;
const stop = new AbortController();

before(async () => {
  server = await ApiServer.start();
  connection = Connection.fromDefault(server.kubeconfig);
  client = new ApiClient(connection, new AbortController().signal, { sleep, random: Math.random });
  await server.call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  for (let i = 0; i < count; i++) {
    const metadata = { labels: { large: "yes" } };
    const data = { text: String(i).padEnd(1_000_000, "x") };
    await client.create(
      configMaps,
      configMapObject(`large-${i}`, { namespace, metadata, data }),
      "test",
    );
  }
});
after(async () => {
  stop.abort();
  await connection?.close();
  await server?.stop();
});

test("a list of a tenant's largest objects is not taken in one piece", async () => {
  await assert.rejects(client.list(configMaps, { namespace, labelSelector, limit: 500 }), {
    name: "AnswerTooLongError",
  });
});

test("a cache has them all, in smaller pieces", async () => {
  const store = new Store<ConfigMap>({}, ({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    metadata,
  }));
  const failures: unknown[] = [];
  const reflector = new Reflector<ConfigMap>({
    client,
    resource: configMaps,
    store,
    namespace,
    labelSelector,
    sleep,
    random: Math.random,
    now: () => performance.now(),
    onFailure: (error) => failures.push(error),
  });
  const running = reflector.run(stop.signal);
  await reflector.progress.synced;
  assert.deepEqual([store.size, failures], [count, []]);
  stop.abort();
  await running;
});
