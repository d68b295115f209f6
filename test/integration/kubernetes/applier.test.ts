import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Applier, NameTakenError } from "../../../src/kubernetes/applier.ts";
import { appliedMarks } from "../../../src/api/names.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { ConflictError } from "../../../src/kubernetes/errors.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { type ConfigMap, configMapObject, configMaps } from "../../objects/config-map.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";

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
  applier = new Applier(client, appliedMarks);
});
after(async () => {
  await connection?.close();
  await server?.stop();
});

const live = async (name: string): Promise<ConfigMap | undefined> =>
  client.get(configMaps, { namespace: "default", name });

describe("bringing an object about", () => {
  test("creates what is not there, and leaves it alone from then on", async () => {
    assert.equal(
      await applier.apply(desired("new", { a: "1" }), {
        of: configMaps,
        store,
        fieldManager: "test",
      }),
      "applied",
    );
    assert.equal(
      await applier.apply(desired("new", { a: "1" }), {
        of: configMaps,
        store,
        fieldManager: "test",
      }),
      "unchanged",
    );
    assert.deepEqual((await live("new"))?.data, { a: "1" });
  });

  test("takes back what a create has set and later states leave out, and nothing of others", async () => {
    await applier.apply(desired("shrinking", { a: "1", b: "2" }), {
      of: configMaps,
      store,
      fieldManager: "test",
    });
    const { uid = "", resourceVersion = "" } = (await live("shrinking"))?.metadata ?? {};
    const theirs = { data: { theirs: "3" }, metadata: {} };
    store.recordWrite(
      await client.patch<ConfigMap>(configMaps, desired("shrinking", {}).metadata, {
        state: { uid, resourceVersion },
        change: theirs,
        fieldManager: "others",
      }),
    );
    await applier.apply(desired("shrinking", { a: "9" }), {
      of: configMaps,
      store,
      fieldManager: "test",
    });
    const found = await live("shrinking");
    assert.deepEqual(found?.data, { a: "9", theirs: "3" });
    assert.equal(found.metadata.annotations?.[appliedMarks.createdBy], undefined);
    await applier.apply(desired("shrinking", {}), { of: configMaps, store, fieldManager: "test" });
    assert.deepEqual((await live("shrinking"))?.data, { theirs: "3" });
  });

  test("changes nothing that the next leader has made, however late it comes", async () => {
    const next = { store: new Store<ConfigMap>(), applier: new Applier(client, appliedMarks) };
    await next.applier.apply(desired("fought", { by: "the next" }), {
      of: configMaps,
      store: next.store,
      fieldManager: "test",
    });
    const late = desired("fought", { by: "the last" });
    await assert.rejects(client.create(configMaps, late, "test"), ConflictError);
    store.recordWrite({
      ...late,
      metadata: {
        ...late.metadata,
        uid: (await live("fought"))?.metadata.uid ?? "",
        resourceVersion: "1",
      },
    });
    await assert.rejects(
      applier.apply(desired("fought", { by: "the last, again" }), {
        of: configMaps,
        store,
        fieldManager: "test",
      }),
      ConflictError,
    );
    assert.deepEqual((await live("fought"))?.data, { by: "the next" });
  });

  test("touches nobody else's object of that name, and says what to do", async () => {
    await client.create(configMaps, configMapObject("taken", { data: { theirs: "1" } }), "others");
    await assert.rejects(
      applier.apply(desired("taken", { a: "1" }), { of: configMaps, store, fieldManager: "test" }),
      (error) =>
        error instanceof NameTakenError &&
        /ConfigMap default\/taken exists already and is not ours: delete it/.test(error.message),
    );
    assert.deepEqual((await live("taken"))?.data, { theirs: "1" });
  });

  test("finds its own object that lost the label by which caches know it, and mends it", async () => {
    const { metadata } = await client.create(configMaps, desired("unlabelled", { a: "1" }), "test");
    const { uid = "", resourceVersion = "" } = metadata;
    await client.patch(configMaps, metadata, {
      state: { uid, resourceVersion },
      change: { metadata: { labels: { ours: null } } },
      fieldManager: "others",
    });
    await applier.apply(desired("unlabelled", { a: "1" }), {
      of: configMaps,
      store,
      fieldManager: "test",
    });
    const found = await live("unlabelled");
    assert.deepEqual([found?.metadata.labels, found?.metadata.uid], [{ ours: "yes" }, uid]);
  });
});
