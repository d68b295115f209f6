import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { secrets } from "../../../src/kubernetes/builtin.ts";
import { ApiError, ApiUnreachableError, ConflictError } from "../../../src/kubernetes/errors.ts";
import { NotLeadingError } from "../../../src/kubernetes/errors.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import type { Store } from "../../../src/kubernetes/store.ts";
import { watchCaches } from "../../../src/cluster/caches.ts";
import { addresses } from "../../../src/api/resources.ts";
import type { Manager } from "../../../src/runtime/manager.ts";
import {
  type SimulatedCluster,
  type SimulatedProcess,
} from "../../stand-ins/simulated-cluster/cluster.ts";
import { type SimulatedClient, Killed } from "../../stand-ins/simulated-cluster/process/client.ts";
import {
  type Fault,
  broken,
  forbidden,
  notAllowed,
  overtaken,
  tooMany,
} from "../../stand-ins/simulated-cluster/process/faults.ts";
import { ledgerEntry } from "../../integration/samples.ts";
import { newCluster } from "./sample-cluster.ts";

const place = { namespace: "default", name: "s" };
const secret = (data: Record<string, string>, name = "s"): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { namespace: "default", name },
  data,
});

let cluster: SimulatedCluster;
let process: SimulatedProcess;
let client: SimulatedClient;
beforeEach(() => {
  cluster = newCluster();
  process = cluster.startProcess();
  ({ client } = process);
});
const stored = (): unknown => cluster.server.get(secrets, place)?.data;
const write = async (data = "1"): Promise<Secret> =>
  client.apply(secrets, secret({ data }), { fieldManager: "ours" });

describe("a client", () => {
  test("finds nothing where there is nothing, and deletes it without an error", async () => {
    assert.equal(await client.get(secrets, place), undefined);
    await client.delete(secrets, place, { uid: "gone" });
  });
  test("lists with the version of the list", async () => {
    const { metadata } = await write();
    const page = await client.list(secrets, { namespace: "default" });
    assert.deepEqual(
      [page.items.length, page.resourceVersion, page.continueToken],
      [1, metadata.resourceVersion, undefined],
    );
  });
  test("notes the writes that it sent, refused ones too, and no reads", async () => {
    await write();
    await client.get(secrets, place);
    await assert.rejects(client.create(secrets, secret({}), "ours"), ConflictError);
    assert.deepEqual(
      client.writes.map(({ verb, resource, key }) => `${verb} ${resource} ${key}`),
      ["apply secrets default/s", "create secrets default/s"],
    );
  });
  test("is killed before its next write, and reaches nothing from then on", async () => {
    client.killAfter(1);
    await write("1");
    await assert.rejects(write("2"), Killed);
    await assert.rejects(write("3"), Killed);
    await assert.rejects(client.get(secrets, place), Killed);
    assert.deepEqual([client.isKilled, stored()], [true, { data: "1" }]);
  });
  test("of an operator that leads no more holds its writes back", async () => {
    client.mayWrite = () => false;
    await assert.rejects(write(), NotLeadingError);
    assert.equal(client.writes.length, 0);
  });
});

describe("a fault", () => {
  const refusals: Record<string, { fault: Fault; status: number }> = {
    "rights that are missing": { fault: forbidden("no rights"), status: 403 },
    "an object that is not allowed": { fault: notAllowed("spec.x: too long"), status: 422 },
    "too many requests": { fault: tooMany(7_000), status: 429 },
    "a server that is broken": { fault: broken, status: 500 },
    "somebody who was faster": { fault: overtaken, status: 409 },
  };
  for (const [name, { fault, status }] of Object.entries(refusals))
    test(`of ${name} refuses a write, as often as planned`, async () => {
      client.faults.plan(fault, { verb: "apply", resource: "secrets", times: 1 });
      await assert.rejects(write(), (error) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error instanceof ConflictError, status === 409);
        assert.equal(error.retryAfterMs, status === 429 ? 7_000 : undefined);
        return error.status === status;
      });
      assert.equal(stored(), undefined);
      await write();
      assert.deepEqual(stored(), { data: "1" });
    });
  test("meets only the calls that it is planned for", async () => {
    client.faults.plan(broken, { key: "default/other" });
    client.faults.plan(broken, { resource: "services" });
    client.faults.plan(broken, { verb: "delete" });
    await write();
    await client.get(secrets, place);
    await assert.rejects(client.create(secrets, secret({}, "other"), "ours"), ApiError);
    client.faults.clear();
    await client.create(secrets, secret({}, "other"), "ours");
  });
  test("loses a write on its way, or only the answer", async () => {
    client.faults.plan({ kind: "lost" }, { times: 1 });
    await assert.rejects(write("lost"), ApiUnreachableError);
    assert.equal(stored(), undefined);
    client.faults.plan({ kind: "answerLost" }, { times: 1 });
    await assert.rejects(write("carried out"), ApiUnreachableError);
    assert.deepEqual(stored(), { data: "carried out" });
  });
  test("keeps a write on its way until the test lets it arrive, whatever became of the client", async () => {
    client.faults.plan({ kind: "late" }, { times: 2 });
    await assert.rejects(write("late"), ApiUnreachableError);
    await assert.rejects(client.create(secrets, secret({}), "ours"), ApiUnreachableError);
    process.end();
    assert.deepEqual([stored(), client.faults.underWay], [undefined, 2]);
    client.faults.arrive();
    assert.deepEqual([stored(), client.faults.underWay], [{ data: "late" }, 0]);
  });
});

describe("a cache", () => {
  let store: Store<Secret>;
  beforeEach(() => {
    store = process.caches.watch(secrets, { labelSelector: "app=x" });
  });
  const put = (data: string, labels: object = { app: "x" }): void =>
    void cluster.server.patch(secrets, place, {
      manager: "theirs",
      change: { data: { data }, metadata: { labels } },
    });
  const make = (): void =>
    void cluster.server.create(
      secrets,
      { ...secret({ data: "0" }), metadata: { ...place, labels: { app: "x" } } },
      { manager: "theirs" },
    );
  const seen = (): string | undefined => store.get(place)?.data?.["data"];
  const watch = () => process.caches.of("Secret");

  test("is empty until it lists, and sees changes once they are delivered", () => {
    make();
    assert.deepEqual([seen(), watch().isBehind], [undefined, true]);
    watch().relist();
    assert.deepEqual([seen(), watch().isBehind], ["0", false]);
    put("1");
    put("2");
    watch().deliver();
    assert.deepEqual([seen(), watch().waiting], ["2", 0]);
  });
  test("lags behind, and tolerates an old event that comes again", () => {
    make();
    put("1");
    assert.equal(watch().waiting, 2);
    watch().deliver(1);
    assert.equal(seen(), "0");
    watch().deliver(1);
    watch().repeat();
    assert.equal(seen(), "1");
  });
  test("misses what is lost until it lists again", () => {
    make();
    process.caches.catchUp();
    cluster.server.delete(secrets, place);
    watch().lose();
    watch().deliver();
    assert.deepEqual([seen(), watch().isBehind], ["0", true]);
    process.caches.catchUp();
    assert.equal(seen(), undefined);
  });
  test("loses an object that loses its label, and finds it again", () => {
    make();
    process.caches.catchUp();
    put("1", { app: null });
    process.caches.catchUp();
    assert.equal(seen(), undefined);
    put("2", { app: "x" });
    process.caches.catchUp();
    assert.equal(seen(), "2");
  });
  test("hears no more once its process is gone", () => {
    process.end();
    make();
    assert.equal(watch().waiting, 0);
  });
  test("takes in the answer to an own write before its event comes", async () => {
    process.caches.catchUp();
    store.recordWrite({ ...(await write("own")) });
    assert.equal(seen(), "own");
    process.caches.catchUp();
    assert.equal(seen(), "own");
  });
});

test("the operator's own caches are fed", () => {
  const caches = watchCaches(process.caches as unknown as Manager);
  cluster.server.create(addresses, ledgerEntry(), { manager: "ours" });
  process.caches.catchUp();
  assert.deepEqual(
    caches.addresses.by("fleet", "default/family").map(({ metadata }) => metadata.name),
    ["ip-203-0-113-9"],
  );
});
