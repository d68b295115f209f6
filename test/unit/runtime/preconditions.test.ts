import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ApiClient } from "../../../src/kubernetes/client.ts";
import { pods } from "../../../src/kubernetes/builtin.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import type { Precondition } from "../../../src/runtime/effect.ts";
import { Preconditions } from "../../../src/runtime/preconditions.ts";
import { podObject } from "../../objects/pod.ts";

const atMost = (count: number, value = "pool-a"): Precondition => ({
  kind: "atMost",
  of: pods,
  index: "share",
  value,
  count,
});
const noOthers = (...names: readonly string[]): Precondition => ({
  kind: "noOthers",
  of: pods,
  labelSelector: "fleet=family",
  names,
});
const pod = (name: string) => podObject({ name, metadata: { resourceVersion: "1" } });

interface Server {
  readonly has?: readonly string[];
  /** What the cache knows of it; undefined where there is no cache. */
  readonly known?: readonly string[] | undefined;
}

function checker({ has = [], known = [] }: Server, isCached = true) {
  const store = new Store<KubeObject>({ share: () => ["pool-a"] });
  for (const name of known) store.recordWrite(pod(name));
  const lists: string[] = [];
  const list = async (_of: unknown, { labelSelector }: { labelSelector: string }) => {
    lists.push(labelSelector);
    return { items: has.map(pod), resourceVersion: "1", continueToken: undefined };
  };
  const client = { list } as unknown as Pick<ApiClient, "list">;
  return { store, lists, all: new Preconditions(client, () => (isCached ? store : undefined)) };
}

/** Whether something may be created. */
async function may(all: Preconditions, ...conditions: readonly Precondition[]): Promise<boolean> {
  return all
    .ofPlan()
    .holding(conditions, async () => true)
    .catch(() => false);
}

describe("a creation that is limited", () => {
  const cases: Record<string, { server: Server; limit: Precondition; expect: boolean }> = {
    "may take the last place": {
      server: { known: ["p-1"] },
      limit: atMost(2),
      expect: true,
    },
    "may not take one more than there is": {
      server: { known: ["p-1", "p-2"] },
      limit: atMost(2),
      expect: false,
    },
    "is not held back by what is filed elsewhere": {
      server: { known: ["p-1", "p-2"] },
      limit: atMost(2, "pool-b"),
      expect: true,
    },
  };
  for (const [name, { server, limit, expect }] of Object.entries(cases))
    test(name, async () => assert.equal(await may(checker(server).all, limit), expect));

  test("may be made where nothing is cached", async () =>
    assert.equal(await may(checker({}, false).all, atMost(1)), true));

  test("counts those under way, of other plans too, until they end", async () => {
    const { all } = checker({});
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = all.ofPlan().holding([atMost(1)], async () => promise);
    const during = await may(all, atMost(1));
    const elsewhere = await may(all, atMost(1, "pool-b"));
    resolve();
    await first;
    assert.deepEqual([during, elsewhere, await may(all, atMost(1))], [false, true, true]);
  });

  test("gives its place back when it fails", async () => {
    const { all } = checker({});
    const failing = all.ofPlan().holding([atMost(1)], async () => Promise.reject(new Error("no")));
    await assert.rejects(failing, /no/);
    assert.ok(await may(all, atMost(1)));
  });
});

describe("a creation that must know of all others", () => {
  test("may be made where the server has none but those", async () =>
    assert.ok(await may(checker({ has: ["p-1"] }).all, noOthers("p-1", "p-2"))));

  test("may not be made where it has another, which the cache learns", async () => {
    const { all, store } = checker({ has: ["p-1", "p-2"] });
    assert.ok(!(await may(all, noOthers("p-1"))));
    assert.deepEqual(
      store.list().map(({ metadata }) => metadata.name),
      ["p-2"],
    );
  });

  test("may not be made where it has another, and nothing is cached", async () =>
    assert.ok(!(await may(checker({ has: ["p-1"] }, false).all, noOthers()))));

  test("asks the server by its labels, once for all creations of a plan", async () => {
    const { all, lists } = checker({});
    const condition = noOthers();
    const plan = all.ofPlan();
    for (let i = 0; i < 3; i++) await plan.holding([condition], async () => undefined);
    assert.deepEqual(lists, ["fleet=family"]);
    await all.ofPlan().holding([condition], async () => undefined);
    assert.equal(lists.length, 2);
  });

  const filedUnder = (value: string, ...names: readonly string[]): Precondition => ({
    kind: "noOthers",
    of: pods,
    filed: { index: "share", value },
    names,
  });

  test("may not be made where the server has another that the cache files there", async () => {
    const { all, lists } = checker({ has: ["p-1", "p-2"] });
    assert.ok(!(await may(all, filedUnder("pool-a", "p-1"))));
    assert.deepEqual(lists, [undefined], "the server is asked for all");
  });

  test("may be made where what else the server has is filed elsewhere", async () =>
    assert.ok(await may(checker({ has: ["p-1", "p-2"] }).all, filedUnder("pool-b"))));

  test("may be made where what its labels find is filed elsewhere: their labels are wrong", async () => {
    const labelled = { ...noOthers(), filed: { index: "share", value: "pool-b" } };
    const { all, lists } = checker({ has: ["p-1"] });
    assert.ok(await may(all, labelled));
    assert.deepEqual(lists, ["fleet=family"]);
  });

  test("asks nothing where only a limit is to hold", async () => {
    const { all, lists } = checker({});
    await may(all, atMost(1));
    assert.deepEqual(lists, []);
  });
});
