import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Applier, NameTakenError, createdAnnotation } from "../../../src/kubernetes/apply.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { ConflictError } from "../../../src/kubernetes/errors.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { type ConfigMap, configMapObject, configMaps } from "../../objects/config-map.ts";
import { ApiServer } from "../apiserver.ts";

const owner = {
  apiVersion: "v1",
  kind: "ConfigMap",
  name: "owner",
  uid: "0b9dd2a8-8d5c-4b0c-9d6e-1f7f3a1c0001",
  controller: true,
};
const desired = (name: string, data: Record<string, string>): ConfigMap =>
  configMapObject(name, {
    metadata: { labels: { ours: "yes" }, ownerReferences: [owner] },
    data,
  });

let server: ApiServer;
let connection: Connection;
let client: ApiClient;
let store: Store<ConfigMap>;
let applier: Applier;

before(async () => {
  server = await ApiServer.start();
  connection = Connection.fromDefault(server.kubeconfig);
  client = new ApiClient(connection, new AbortController().signal, { sleep, random: Math.random });
});
beforeEach(() => {
  store = new Store();
  applier = new Applier(client, "test");
});
after(async () => {
  await connection?.close();
  await server?.stop();
});

const live = async (name: string): Promise<ConfigMap | undefined> =>
  client.get(configMaps, { namespace: "default", name });

describe("bringing an object about", () => {
  test("creates what is not there, and leaves it alone from then on", async () => {
    assert.equal(await applier.apply(configMaps, store, desired("new", { a: "1" })), "applied");
    assert.equal(await applier.apply(configMaps, store, desired("new", { a: "1" })), "unchanged");
    assert.deepEqual((await live("new"))?.data, { a: "1" });
  });

  test("takes back what a create has set and later states leave out, and nothing of others", async () => {
    await applier.apply(configMaps, store, desired("shrinking", { a: "1", b: "2" }));
    const { uid = "", resourceVersion = "" } = (await live("shrinking"))?.metadata ?? {};
    const theirs = { data: { theirs: "3" }, metadata: {} };
    store.wrote(
      await client.patch<ConfigMap>(
        configMaps,
        desired("shrinking", {}).metadata,
        { uid, resourceVersion },
        theirs,
        "others",
      ),
    );
    await applier.apply(configMaps, store, desired("shrinking", { a: "9" }));
    const found = await live("shrinking");
    assert.deepEqual(found?.data, { a: "9", theirs: "3" });
    assert.equal(found.metadata.annotations?.[createdAnnotation], undefined);
    await applier.apply(configMaps, store, desired("shrinking", {}));
    assert.deepEqual((await live("shrinking"))?.data, { theirs: "3" });
  });

  test("changes nothing that the next leader has made, however late it comes", async () => {
    const next = { store: new Store<ConfigMap>(), applier: new Applier(client, "test") };
    await next.applier.apply(configMaps, next.store, desired("fought", { by: "the next" }));
    const late = desired("fought", { by: "the last" });
    await assert.rejects(client.create(configMaps, late, "test"), ConflictError);
    store.wrote({
      ...late,
      metadata: {
        ...late.metadata,
        uid: (await live("fought"))?.metadata.uid ?? "",
        resourceVersion: "1",
      },
    });
    await assert.rejects(
      applier.apply(configMaps, store, desired("fought", { by: "the last, again" })),
      ConflictError,
    );
    assert.deepEqual((await live("fought"))?.data, { by: "the next" });
  });

  test("touches nobody else's object of that name, and says what to do", async () => {
    await client.create(configMaps, configMapObject("taken", { data: { theirs: "1" } }), "others");
    await assert.rejects(
      applier.apply(configMaps, store, desired("taken", { a: "1" })),
      (error) =>
        error instanceof NameTakenError &&
        /ConfigMap default\/taken exists already and is not ours: delete it/.test(error.message),
    );
    assert.deepEqual((await live("taken"))?.data, { theirs: "1" });
  });

  test("finds its own object that lost the label by which caches know it, and mends it", async () => {
    const { metadata } = await client.create(configMaps, desired("unlabelled", { a: "1" }), "test");
    const { uid = "", resourceVersion = "" } = metadata;
    await client.patch(
      configMaps,
      metadata,
      { uid, resourceVersion },
      { metadata: { labels: { ours: null } } },
      "others",
    );
    await applier.apply(configMaps, store, desired("unlabelled", { a: "1" }));
    const found = await live("unlabelled");
    assert.deepEqual([found?.metadata.labels, found?.metadata.uid], [{ ours: "yes" }, uid]);
  });
});
