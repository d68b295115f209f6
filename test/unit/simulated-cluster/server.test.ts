import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { addresses, fleets } from "../../../src/api/resources.ts";
import { deployments, pods, secrets, services } from "../../../src/kubernetes/builtin.ts";
import { ApiError, ConflictError, NotFoundError } from "../../../src/kubernetes/errors.ts";
import type { CustomObject, Secret } from "../../../src/kubernetes/objects.ts";
import { type Instant, instant, plus, seconds } from "../../../src/values/time.ts";
import { fleet, ledgerEntry } from "../../integration/samples.ts";
import { SimulatedApiServer } from "../../../src/simulator/server/server.ts";
import { seeded } from "../rotation/build.ts";

let now: Instant;
let server: SimulatedApiServer;
beforeEach(() => {
  now = instant(Date.UTC(2026, 10, 23, 12));
  server = new SimulatedApiServer(() => now, seeded(1));
});

const key = { namespace: "default", name: "s" };
const secret = (data: Record<string, string>, metadata: object = {}): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { ...key, ...metadata },
  data,
});
const ours = { manager: "ours" };
const theirs = { manager: "theirs" };
const create = (of = secrets, object: object = secret({ a: "1" }), by = ours): CustomObject =>
  server.create(of, object as CustomObject, by);
const data = (): unknown => server.get(secrets, key)?.data;

describe("creating", () => {
  test("gives a uid, a version, a time and a generation, and the owner of every field", () => {
    const made = create(fleets, fleet());
    const { uid, resourceVersion, creationTimestamp, generation, managedFields } =
      server.get(fleets, { namespace: "default", name: "family" })?.metadata ?? {};
    assert.match(uid ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(
      [resourceVersion, creationTimestamp, generation],
      ["1", "2026-11-23T12:00:00Z", 1],
    );
    assert.equal(managedFields?.[0]?.operation, "Update");
    assert.equal(made.metadata.uid, uid);
  });
  test("is refused where the name is taken", () => {
    create();
    assert.throws(() => create(), ConflictError);
  });
  test("fills in the CRD's defaults, drops fields that it does not know, and takes no status", () => {
    create(fleets, { ...fleet({ nonsense: 1 }), status: { serving: "2/2" } });
    const found = server.get(fleets, { namespace: "default", name: "family" });
    const spec = found?.spec as Record<string, unknown>;
    assert.deepEqual(
      [spec["replicas"], spec["nonsense"], found?.status],
      [2, undefined, undefined],
    );
    assert.deepEqual((spec["rotation"] as Record<string, unknown>)["drain"], {
      scheduled: "24h",
      blocked: "1h",
    });
  });
  test("is refused where the CRD refuses", () =>
    assert.throws(
      () => create(fleets, fleet({ replicas: -1 })),
      (error) =>
        error instanceof ApiError && error.status === 422 && /replicas/.test(error.message),
    ));
});

describe("changing", () => {
  test("counts versions always, and generations where the spec changed", () => {
    create(addresses, ledgerEntry());
    const name = "ip-203-0-113-9";
    const versions = (): unknown[] => {
      const { generation, resourceVersion } = server.get(addresses, { name })?.metadata ?? {};
      return [generation, resourceVersion];
    };
    const apply = (object: object, subresource?: "status"): void =>
      void server.apply(
        addresses,
        { ...ledgerEntry(), ...object },
        {
          ...ours,
          subresource,
        },
      );
    server.patch(
      addresses,
      { name },
      { ...ours, change: { spec: { want: "Drain", drainUntil: "2026-11-23T13:00:00Z" } } },
    );
    assert.deepEqual(versions(), [2, "2"]);
    apply({ spec: undefined, status: { phase: "Serving" } }, "status");
    assert.deepEqual(versions(), [2, "3"]);
    server.patch(addresses, { name }, { ...ours, change: { metadata: { labels: { a: "b" } } } });
    assert.deepEqual(versions(), [2, "4"]);
    apply({ spec: undefined, status: { phase: "Serving" } }, "status");
    assert.deepEqual(versions(), [2, "4"], "the same again is no change");
  });
  test("never changes what was read before", () => {
    create();
    const before = server.get(secrets, key);
    server.patch(secrets, key, { ...ours, change: { data: { a: "2" } } });
    assert.deepEqual([before?.data, data()], [{ a: "1" }, { a: "2" }]);
    assert.throws(() => Object.assign(before?.data ?? {}, { a: "3" }), TypeError);
  });
  test("is not possible where a rule of the CRD says so", () => {
    create(addresses, ledgerEntry());
    const change = { spec: { address: "203.0.113.10" } };
    assert.throws(
      () => server.patch(addresses, { name: "ip-203-0-113-9" }, { ...ours, change }),
      /address can't be changed once it is set/,
    );
    const pool = { spec: { pool: "other" } };
    assert.throws(
      () => server.patch(addresses, { name: "ip-203-0-113-9" }, { ...ours, change: pool }),
      /an address belongs to one pool/,
    );
  });
  test("of the status leaves the spec, and of the object the status", () => {
    create(addresses, ledgerEntry());
    const status = { phase: "Serving" };
    const all = { ...ledgerEntry({ want: "Quarantine" }), status } as CustomObject;
    server.apply(addresses, all, { ...ours, subresource: "status" });
    server.patch(
      addresses,
      { name: "ip-203-0-113-9" },
      { ...ours, change: { status: { phase: "Draining" }, metadata: { labels: { a: "b" } } } },
    );
    const found = server.get(addresses, { name: "ip-203-0-113-9" });
    assert.deepEqual(
      [(found?.spec as { want: string } | undefined)?.want, found?.status],
      ["Serve", status],
    );
  });
});

describe("a precondition", () => {
  const cases: Record<string, { metadata: object; refused: boolean }> = {
    "of this very state": {
      metadata: { uid: "$uid", resourceVersion: "$version" },
      refused: false,
    },
    "of an older state": { metadata: { uid: "$uid", resourceVersion: "0" }, refused: true },
    "of another object of that name": { metadata: { uid: "another" }, refused: true },
    "of no kind": { metadata: {}, refused: false },
  };
  for (const [name, { metadata, refused }] of Object.entries(cases))
    test(`${name} is ${refused ? "a conflict" : "met"}, for apply, patch and delete`, () => {
      const { uid, resourceVersion } = create().metadata;
      const text = JSON.stringify(metadata).replace("$uid", uid ?? "");
      const given = JSON.parse(text.replace("$version", resourceVersion ?? "")) as object;
      const calls = [
        () => server.apply(secrets, secret({ a: "1" }, given), ours),
        () => {
          const state = server.get(secrets, key)?.metadata.resourceVersion;
          const preconditions =
            "resourceVersion" in given && !refused
              ? { ...given, resourceVersion: state ?? "" }
              : given;
          server.patch(secrets, key, { ...ours, change: {}, preconditions });
        },
        () => {
          const state = server.get(secrets, key)?.metadata.resourceVersion;
          const preconditions =
            "resourceVersion" in given && !refused
              ? { ...given, resourceVersion: state ?? "" }
              : given;
          server.delete(secrets, key, { preconditions });
        },
      ];
      for (const call of calls)
        if (refused) assert.throws(call, ConflictError);
        else assert.doesNotThrow(call);
    });
  test("of an object that is gone is a conflict for apply, and for all else there is nothing", () => {
    const object = secret({}, { uid: "gone", resourceVersion: "1" });
    assert.throws(() => server.apply(secrets, object, ours), ConflictError);
    assert.throws(() => server.delete(secrets, key), NotFoundError);
    assert.throws(() => server.patch(secrets, key, { ...ours, change: {} }), NotFoundError);
  });
});

describe("server-side apply", () => {
  const apply = (of: Record<string, string>, by = ours): unknown =>
    server.apply<Secret>(secrets, secret(of), by).data;

  test("creates what is not there, and takes back what the same manager leaves out", () => {
    assert.deepEqual(apply({ a: "1", b: "2" }), { a: "1", b: "2" });
    assert.deepEqual(apply({ b: "3" }), { b: "3" });
    assert.equal(apply({}), undefined);
  });
  test("leaves what another manager owns too", () => {
    apply({ a: "1", b: "2" });
    apply({ b: "2" }, theirs);
    assert.deepEqual(apply({}), { b: "2" });
  });
  test("takes a field that it changes from who had it", () => {
    apply({ a: "1" }, theirs);
    apply({ a: "2" });
    assert.deepEqual(apply({}, theirs), { a: "2" });
    assert.equal(apply({}), undefined);
  });
  test("leaves nothing to who lost a field to another manager", () => {
    apply({ a: "1" }, theirs);
    apply({ a: "2" });
    assert.equal(apply({}), undefined);
  });
  test("does not take back what a create set, until that is made its own", () => {
    create(secrets, secret({ a: "1", b: "2" }));
    assert.deepEqual(apply({ b: "3" }), { a: "1", b: "3" });
    const { managedFields = [] } = server.get(secrets, key)?.metadata ?? {};
    const own = managedFields.map((entry) => ({ ...entry, operation: "Apply" as const }));
    server.patch(secrets, key, { manager: "ours", change: { metadata: { managedFields: own } } });
    assert.deepEqual(apply({ b: "3" }), { b: "3" });
  });
  test("knows the items of a list by their key, and takes back its own only", () => {
    create(addresses, ledgerEntry());
    const at = "2026-11-23T12:00:00Z";
    const status = (verdicts: Record<string, string>, manager: string): unknown => {
      const reachability = Object.entries(verdicts).map(([country, verdict]) => ({
        country,
        verdict,
        since: at,
      }));
      const object = { ...ledgerEntry(), status: { reachability } } as CustomObject;
      const made = server.apply<CustomObject>(addresses, object, {
        manager,
        subresource: "status",
      });
      const { reachability: all = [] } = made.status as { reachability?: { country: string }[] };
      return all.map(({ country }) => country);
    };
    assert.deepEqual(status({ IR: "Blocked" }, "a"), ["IR"]);
    assert.deepEqual(status({ CN: "Blocked", RU: "Blocked" }, "b"), ["IR", "CN", "RU"]);
    assert.deepEqual(status({ RU: "Reachable" }, "b"), ["IR", "RU"]);
    assert.deepEqual(status({}, "b"), ["IR"]);
  });
  test("counts the same again as no change", () => {
    apply({ a: "1" });
    const version = server.resourceVersion;
    now = plus(now, seconds(5));
    apply({ a: "1" });
    assert.equal(server.resourceVersion, version);
  });
  test("replaces a selector as a whole", () => {
    const service = (selector: Record<string, string>): CustomObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: key,
      spec: { selector, ports: [{ port: 443, protocol: "TCP" }] },
    });
    server.create(services, service({ app: "x", held: "true" }) as never, theirs);
    const { spec } = server.apply<CustomObject>(services, service({ app: "x" }), ours);
    assert.deepEqual((spec as { selector: object }).selector, { app: "x" });
  });
  test("of a status that has no object finds nothing", () =>
    assert.throws(
      () => server.apply(secrets, secret({}), { ...ours, subresource: "status" }),
      NotFoundError,
    ));
});

describe("deleting", () => {
  const finalizers = ["example.org/one", "example.org/two"];
  test("waits for the finalizers, and the last one that goes takes the object along", () => {
    create(secrets, secret({}, { finalizers }));
    const seen: string[] = [];
    server.onChange(({ type }) => seen.push(type));
    server.delete(secrets, key);
    server.delete(secrets, key);
    const marked = server.get(secrets, key);
    assert.equal(marked?.metadata.deletionTimestamp, "2026-11-23T12:00:00Z");
    const without = (...left: string[]): void =>
      void server.patch(secrets, key, { ...ours, change: { metadata: { finalizers: left } } });
    without("example.org/two");
    assert.ok(server.get(secrets, key));
    without();
    assert.equal(server.get(secrets, key), undefined);
    assert.deepEqual(seen, ["MODIFIED", "MODIFIED", "DELETED"]);
  });
  test("lets no new finalizer in", () => {
    create(secrets, secret({}, { finalizers }));
    server.delete(secrets, key);
    const change = { metadata: { finalizers: [...finalizers, "example.org/three"] } };
    assert.throws(() => server.patch(secrets, key, { ...ours, change }), /no new finalizers/);
  });
  test("says in its event which version the deletion has", () => {
    create();
    const versions: string[] = [];
    server.onChange(({ after }) => versions.push(after.metadata.resourceVersion));
    server.delete(secrets, key);
    assert.deepEqual(versions, ["2"]);
  });
  test("of an owner takes its children, once the garbage collector comes", () => {
    const { uid = "" } = create(deployments, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { ...key, name: "owner" },
      spec: {},
    }).metadata;
    const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "owner", uid };
    create(secrets, secret({}, { ownerReferences: [owner] }));
    server.collectGarbage();
    assert.ok(server.get(secrets, key));
    server.delete(deployments, { ...key, name: "owner" });
    assert.ok(server.get(secrets, key));
    server.collectGarbage();
    assert.equal(server.get(secrets, key), undefined);
  });
  test("a pod on a node waits for its node", () => {
    create(pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: key,
      spec: { nodeName: "n" },
    });
    server.delete(pods, key);
    assert.equal(server.get(pods, key)?.metadata.deletionTimestamp, "2026-11-23T12:00:30Z");
    server.delete(pods, key, { isEnded: true });
    assert.equal(server.get(pods, key), undefined);
  });
});

test("a list keeps to its namespace and its labels", () => {
  for (const [name, namespace, labels] of [
    ["a", "x", { app: "one" }],
    ["b", "x", { app: "two" }],
    ["c", "y", { app: "one" }],
  ] as const)
    create(secrets, secret({}, { name, namespace, labels }));
  const names = (scope: object): string[] =>
    server.list(secrets, scope).map(({ metadata }) => metadata.name);
  assert.deepEqual(names({}), ["a", "b", "c"]);
  assert.deepEqual(names({ namespace: "x" }), ["a", "b"]);
  assert.deepEqual(names({ labelSelector: "app=one" }), ["a", "c"]);
  assert.deepEqual(names({ labelSelector: "app!=one" }), ["b"]);
  assert.deepEqual(names({ labelSelector: "app,app=one", namespace: "y" }), ["c"]);
  assert.deepEqual(names({ labelSelector: "!app" }), []);
});

test("the same calls give the same objects", () => {
  const play = (): unknown => {
    const one = new SimulatedApiServer(() => now, seeded(7));
    one.create(addresses, ledgerEntry(), ours);
    one.apply(secrets, secret({ a: "1" }), ours);
    return [...one.list(addresses), ...one.list(secrets)];
  };
  assert.deepEqual(play(), play());
});
