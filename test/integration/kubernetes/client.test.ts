import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { namespaces, pods } from "../../../src/kubernetes/builtin.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { type ApiError, ConflictError, NotFoundError } from "../../../src/kubernetes/errors.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { type ConfigMap, configMapObject, configMaps } from "../../objects/config-map.ts";
import { podObject } from "../../objects/pod.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { TcpRelay } from "../../stand-ins/api-server/tcp-relay.ts";
import { kubeconfig } from "../operator/operator.ts";

const namespace = "default";
const configMap = (
  name: string,
  data: Record<string, string> = {},
  labels: Record<string, string> = {},
): ConfigMap => configMapObject(name, { metadata: { labels }, data });

let server: ApiServer;
let relay: TcpRelay;
let relayed: string;
let connection: Connection;
let client: ApiClient;
const stop = new AbortController();

before(async () => {
  server = await ApiServer.start();
  relay = await TcpRelay.start(Number(new URL(server.url).port));
  relayed = `${server.kubeconfig}.relayed`;
  await writeFile(
    relayed,
    kubeconfig({ url: `https://127.0.0.1:${relay.port}`, ca: server.ca }, { token: server.token }),
  );
  connection = Connection.fromDefault(relayed);
  client = new ApiClient(connection, stop.signal, { sleep, random: Math.random });
});
after(async () => {
  await connection?.close();
  relay?.stop();
  await server?.stop();
});

const make = async (
  name: string,
  data?: Record<string, string>,
  labels?: Record<string, string>,
): Promise<ConfigMap> => client.create(configMaps, configMap(name, data, labels), "test");
const refusal = (kind: typeof ApiError, status: number) => (error: unknown) =>
  error instanceof kind && error.status === status;

describe("reading", () => {
  test("an object that is not there is undefined, not an error", async () => {
    assert.equal(await client.get(configMaps, { namespace, name: "nobody" }), undefined);
  });

  test("a list comes in pages that are one consistent whole", async () => {
    for (let i = 0; i < 5; i++) await make(`page-${i}`, {}, { set: "pages" });
    const names: string[] = [];
    const versions = new Set<string>();
    for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
      const page = await client.list(configMaps, {
        namespace,
        labelSelector: "set=pages",
        limit: 2,
        continueToken: token,
      });
      assert.ok(
        page.items.length <= 2 &&
          page.items.every(({ kind, apiVersion }) => kind === "ConfigMap" && apiVersion === "v1"),
      );
      names.push(...page.items.map(({ metadata }) => metadata.name));
      versions.add(page.resourceVersion);
      token = page.continueToken;
    }
    assert.deepEqual(names, ["page-0", "page-1", "page-2", "page-3", "page-4"]);
    assert.equal(versions.size, 1);
  });

  test("metadata alone comes without the rest", async () => {
    await make("half", { secret: "no" }, { set: "half" });
    const { items } = await client.list(configMaps, {
      namespace,
      labelSelector: "set=half",
      metadataOnly: true,
    });
    assert.deepEqual([items[0]?.metadata.name, items[0]?.data], ["half", undefined]);
  });

  test("a watch tells what comes, changes and goes, from the version on that it was asked for", async () => {
    const { metadata } = await make("seen-before");
    const told: string[] = [];
    const following = (async () => {
      const options = {
        namespace,
        resourceVersion: metadata.resourceVersion ?? "",
        timeoutSeconds: 60,
      };
      for await (const { type, object } of client.watch(configMaps, options, stop.signal)) {
        told.push(`${type} ${"kind" in object ? object.metadata.name : ""}`);
        if (type === "DELETED") return;
      }
    })();
    const { metadata: made } = await make("watched");
    await client.apply(configMaps, configMap("watched", { a: "b" }), { fieldManager: "test" });
    await client.delete(configMaps, made, { uid: made.uid ?? "" });
    await following;
    assert.deepEqual(told, ["ADDED watched", "MODIFIED watched", "DELETED watched"]);
  });
});

describe("writing", () => {
  test("a name that is taken is a conflict", async () => {
    await make("taken");
    await assert.rejects(make("taken"), refusal(ConflictError, 409));
  });

  test("an object that the server does not take is refused, with its words", async () => {
    await assert.rejects(
      make("Not A Name"),
      /create \/api\/v1\/namespaces\/default\/configmaps failed with 422 Invalid: .*RFC 1123/,
    );
  });

  test("an apply makes an object, changes it, and takes back what it leaves out", async () => {
    await client.apply(configMaps, configMap("applied", { a: "1", b: "2" }), {
      fieldManager: "test",
    });
    await client.apply(configMaps, configMap("applied", { theirs: "3" }), {
      fieldManager: "others",
    });
    const { data } = await client.apply<ConfigMap>(configMaps, configMap("applied", { a: "9" }), {
      fieldManager: "test",
    });
    assert.deepEqual(data, { a: "9", theirs: "3" });
  });

  test("an apply for one very object never makes another of its name", async () => {
    const { metadata } = await make("reborn");
    await client.delete(configMaps, metadata, { uid: metadata.uid ?? "" });
    const late = {
      ...configMap("reborn", { late: "yes" }),
      metadata: { name: "reborn", namespace, uid: metadata.uid ?? "" },
    };
    await assert.rejects(
      client.apply(configMaps, late, { fieldManager: "test" }),
      refusal(ConflictError, 409),
    );
    assert.equal(await client.get(configMaps, { namespace, name: "reborn" }), undefined);
    await make("reborn");
    await assert.rejects(
      client.apply(configMaps, late, { fieldManager: "test" }),
      /metadata.uid: Invalid value: .*: field is immutable/,
    );
  });

  test("an apply for one version changes no later one", async () => {
    const { metadata } = await make("versioned");
    await client.apply(configMaps, configMap("versioned", { newer: "yes" }), {
      fieldManager: "others",
    });
    const { resourceVersion = "" } = metadata;
    const late = {
      ...configMap("versioned", { late: "yes" }),
      metadata: { name: "versioned", namespace, resourceVersion },
    };
    await assert.rejects(
      client.apply(configMaps, late, { fieldManager: "test" }),
      refusal(ConflictError, 409),
    );
  });

  test("a delete touches only the object that was looked at, and is at peace with one that is gone", async () => {
    const { metadata } = await make("doomed");
    await assert.rejects(
      client.delete(configMaps, metadata, { uid: "another" }),
      refusal(ConflictError, 409),
    );
    await client.apply(configMaps, configMap("doomed", { newer: "yes" }), {
      fieldManager: "others",
    });
    const { uid = "", resourceVersion = "" } = metadata;
    await assert.rejects(
      client.delete(configMaps, metadata, { uid, resourceVersion }),
      refusal(ConflictError, 409),
    );
    await client.delete(configMaps, metadata, { uid });
    await client.delete(configMaps, metadata, { uid });
    assert.equal(await client.get(configMaps, metadata), undefined);
  });

  test("an eviction touches only the very state of the pod that was looked at", async () => {
    const metadata = { name: "evicted", namespace };
    const pod = podObject({ ...metadata, spec: { containers: [{ name: "a", image: "none" }] } });
    const made = await client.create(pods, pod, "test");
    const changed = await client.apply(
      pods,
      { ...pod, metadata: { ...metadata, labels: { a: "b" } } },
      { fieldManager: "test" },
    );
    const { uid = "", resourceVersion = "" } = changed.metadata;
    await assert.rejects(
      client.evict(pods, metadata, { uid: "another", resourceVersion }),
      refusal(ConflictError, 409),
    );
    const old = { uid, resourceVersion: made.metadata.resourceVersion ?? "" };
    await assert.rejects(client.evict(pods, metadata, old), refusal(ConflictError, 409));
    assert.notEqual(await client.get(pods, metadata), undefined);
    await client.evict(pods, metadata, { uid, resourceVersion });
    assert.equal(await client.get(pods, metadata), undefined);
  });

  test("a raw path that is not there is a NotFoundError", async () => {
    await assert.rejects(client.raw("/api/v1/nothing"), refusal(NotFoundError, 404));
  });
});

describe("connections", () => {
  test("300 calls, eight at a time, and five watches share two of them", async () => {
    const end = new AbortController();
    const { resourceVersion } = await client.list(configMaps, { namespace });
    const options = { namespace, resourceVersion, timeoutSeconds: 60 };
    const watches = Array.from({ length: 5 }, () => client.watch(configMaps, options, end.signal));
    const signs = watches.map(async (events) => events.next());
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 37; i++) await client.get(namespaces, { name: "default" });
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    await make("a-sign-for-the-watches");
    await Promise.all(signs);
    assert.ok(relay.accepted <= 2, `${relay.accepted} connections were made`);
    const ends = watches.map(async (events) =>
      assert.rejects(async () => events.next(), { name: "ApiUnreachableError" }),
    );
    end.abort();
    await Promise.all(ends);
    assert.ok(
      await client.get(namespaces, { name: "default" }),
      "the end of the watches ends no call",
    );
    assert.ok(relay.accepted <= 2, `${relay.accepted} connections were made`);
  });

  test("20 calls that are the first share one of them too", async () => {
    const already = relay.accepted;
    const fresh = Connection.fromDefault(relayed);
    const first = new ApiClient(fresh, new AbortController().signal, {
      sleep,
      random: Math.random,
    });
    await Promise.all(
      Array.from({ length: 20 }, async () => first.get(namespaces, { name: "default" })),
    );
    await fresh.close();
    assert.equal(relay.accepted - already, 1);
  });

  test("a stop ends a watch at once, and no call leaves after it", async () => {
    const { resourceVersion } = await client.list(configMaps, { namespace });
    const events = client.watch(
      configMaps,
      { namespace, resourceVersion, timeoutSeconds: 60 },
      new AbortController().signal,
    );
    await make("one-event");
    await events.next();
    const next = assert.rejects(async () => events.next(), { name: "ApiUnreachableError" });
    stop.abort();
    await next;
    await assert.rejects(client.get(namespaces, { name: "default" }), {
      name: "ApiUnreachableError",
    });
  });
});
