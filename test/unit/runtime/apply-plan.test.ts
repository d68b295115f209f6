import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { NameTakenError } from "../../../src/kubernetes/applier.ts";
import { hashOfObject } from "../../../src/kubernetes/difference.ts";
import type { ApiClient, Patch } from "../../../src/kubernetes/client.ts";
import { apiError } from "../../../src/kubernetes/errors.ts";
import type { EventNote } from "../../../src/kubernetes/events.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { type Resource, resource } from "../../../src/kubernetes/resource.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { StatusFields } from "../../../src/runtime/status-fields.ts";
import { PlanApplier, PlanOrderError } from "../../../src/runtime/apply-plan.ts";
import type { DeleteEffect, Effect } from "../../../src/runtime/effect.ts";
import {
  type EffectResult,
  type PlanResult,
  againOf,
  failureOf,
  isSuperseded,
  refusalsOf,
  waitOf,
} from "../../../src/runtime/effect-result.ts";
import type { EffectClient } from "../../../src/runtime/writing.ts";

const widgets: Resource<KubeObject> = resource({
  group: "example.org",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  scope: "Cluster",
});
const marks = { hash: "example.org/hash", createdBy: "example.org/created-by" };

const widget = (name: string, resourceVersion = "1"): KubeObject => ({
  apiVersion: "example.org/v1",
  kind: "Widget",
  metadata: { name, uid: `uid-${name}`, resourceVersion },
});

const create = (id: string, given: Partial<Effect> = {}): Effect =>
  ({
    kind: "create",
    id,
    of: widgets,
    object: widget(id),
    fieldManager: "test",
    ...given,
  }) as Effect;

const status = (id: string, given: object, more: Partial<Effect> = {}): Effect =>
  ({
    kind: "status",
    id,
    of: widgets,
    about: widget("w"),
    before: { was: 1 },
    status: given,
    fieldManager: "test",
    ...more,
  }) as Effect;

const event = (id: string, needs: readonly string[], message = id): Effect => ({
  kind: "event",
  id,
  about: widget("w"),
  notes: [{ type: "Normal", reason: "Done", message }],
  needs,
});

type JudgedEffect = Pick<DeleteEffect, "id" | "of" | "key" | "state">;

interface Bench {
  /** What was sent, in order: verb, name, and the resource version that it was made for. */
  readonly sent: string[];
  readonly events: (readonly EventNote[])[];
  readonly store: Store<KubeObject>;
  readonly clock: { now: number };
  /**
   * The fields that the server declares of a status (undefined: whatever comes), and those that it
   * tells of, where these are others.
   */
  readonly declares: { status: readonly string[] | undefined; told?: readonly string[] };
  /** How often the kind was found to lack fields. */
  readonly outdated: string[];
  readonly apply: (...effects: readonly Effect[]) => Promise<PlanResult>;
}

/** An applier over a server that refuses the names in `refuse` with these statuses. */
function bench(
  refuse: Readonly<Record<string, number>> = {},
  write: (line: string) => void = () => undefined,
): Bench {
  const log = pino({ level: "debug" }, { write });
  const sent: string[] = [];
  const events: (readonly EventNote[])[] = [];
  const store = new Store<KubeObject>({ share: () => ["pool ns"] });
  const clock = { now: 0 };
  const declares: Bench["declares"] = { status: undefined };
  const outdated: string[] = [];
  let version = 10;
  const send = (verb: string, { metadata }: KubeObject): KubeObject => {
    sent.push(`${verb} ${metadata.name} ${metadata.resourceVersion ?? "-"}`);
    const code = refuse[metadata.name];
    if (code !== undefined)
      throw apiError(verb, { status: code, body: JSON.stringify({ message: "no, thank you" }) });
    version++;
    return { ...widget(metadata.name), metadata: { ...metadata, resourceVersion: `${version}` } };
  };
  const client = {
    create: async (_of: unknown, object: KubeObject) => send("create", object),
    apply: async (_of: unknown, object: KubeObject & { readonly status?: object }) => {
      refuseUndeclared(object, declares.status);
      return send("apply", object);
    },
    raw: async () => openApiOf(declares.told ?? declares.status ?? []),
    get: async () => undefined,
    delete: async (_of: unknown, key: KubeObject["metadata"], state: object) =>
      void send("delete", { ...widget(key.name), metadata: { ...key, ...state } }),
    patch: async (_of: unknown, key: KubeObject["metadata"], { state }: Patch) =>
      send("patch", { ...widget(key.name), metadata: { ...key, ...state } }),
    evict: async (_of: unknown, key: KubeObject["metadata"], state: object) =>
      void send("evict", { ...widget(key.name), metadata: { ...key, ...state } }),
    list: async () => ({ items: store.list(), resourceVersion: "1", continueToken: undefined }),
  } as unknown as EffectClient & Pick<ApiClient, "raw">;
  const record = async (_about: KubeObject, notes: readonly EventNote[]) => void events.push(notes);
  const statusFields = new StatusFields({
    client,
    clock: () => clock.now,
    onOutdated: ({ plural }) => outdated.push(plural),
  });
  const options = {
    client,
    statusFields,
    storeOf: () => store,
    events: { record },
    marks,
    clock: () => clock.now,
  };
  const applier = new PlanApplier(options);
  return {
    sent,
    events,
    store,
    clock,
    declares,
    outdated,
    apply: async (...effects) => applier.apply("k", { effects }, log),
  };
}

/** As the API server refuses an apply: as a whole, naming the first field that it does not know. */
function refuseUndeclared(
  { status = {} }: { readonly status?: object },
  declared: readonly string[] | undefined,
): void {
  const unknown = Object.keys(status).find((name) => declared?.includes(name) === false);
  if (unknown === undefined) return;
  const message = `failed to create typed patch object (w): .status.${unknown}: field not declared in schema`;
  throw apiError("apply w", { status: 500, body: JSON.stringify({ message }) });
}

function openApiOf(declared: readonly string[]): unknown {
  const properties = Object.fromEntries(declared.map((name) => [name, {}]));
  const kind = { group: "example.org", version: "v1", kind: "Widget" };
  const schema = {
    "x-kubernetes-group-version-kind": [kind],
    properties: { status: { properties } },
  };
  return { components: { schemas: { "org.example.v1.Widget": schema } } };
}

const ends = (result: PlanResult) =>
  Object.fromEntries([...result].map(([{ id }, { kind }]) => [id, kind]));

const apply = (id: string, color: string): Effect =>
  ({
    kind: "apply",
    id,
    of: widgets,
    object: { ...widget(id), spec: { color } },
    fieldManager: "test",
  }) as Effect;

describe("what was refused", () => {
  test("is refused again without a call, until a pause is over", async () => {
    const { apply: carryOut, clock, sent } = bench({ a: 403 });
    const words = [];
    for (const now of [0, 500, 999, 1_000, 2_999, 3_000]) {
      clock.now = now;
      words.push(...refusalsOf(await carryOut(apply("a", "red"))).map((each) => each.words));
    }
    assert.equal(sent.length, 3);
    assert.deepEqual(words, Array(6).fill("no, thank you"));
  });

  test("is tried at once with other content", async () => {
    const { apply: carryOut, sent } = bench({ a: 403 });
    await carryOut(apply("a", "red"));
    await carryOut(apply("a", "blue"));
    assert.equal(sent.length, 2);
  });

  test("by a conflict or a busy server is tried each time", async () => {
    for (const code of [409, 429, 503]) {
      const { apply: carryOut, sent } = bench({ a: code });
      await carryOut(apply("a", "red"));
      await carryOut(apply("a", "red"));
      assert.equal(sent.length, 2, `${code}`);
    }
  });

  test("and is so by now in the cache, is no failure", async () => {
    const { apply: carryOut, store } = bench({ a: 403 });
    await carryOut(apply("a", "red"));
    const red = { ...widget("a"), spec: { color: "red" } };
    const annotations = { [marks.hash]: hashOfObject(red) };
    store.recordWrite({ ...red, metadata: { ...red.metadata, annotations } });
    assert.deepEqual(ends(await carryOut(apply("a", "red"))), { a: "unchanged" });
  });
});

describe("a plan is carried out", () => {
  test("in its order, where one effect needs another", async () => {
    const { sent, apply } = bench();
    await apply(create("a"), create("b", { needs: ["a"] }), create("c", { needs: ["b"] }));
    assert.deepEqual(sent, ["create a 1", "create b 1", "create c 1"]);
  });

  test("but for what needs an effect that was refused: all else is written", async () => {
    const { apply } = bench({ a: 403 });
    const result = await apply(
      create("a"),
      create("b", { needs: ["a"] }),
      create("c"),
      status("status", { is: 2 }),
      event("e", ["a"]),
    );
    assert.deepEqual(ends(result), {
      a: "failed",
      b: "skipped",
      c: "applied",
      status: "applied",
      e: "skipped",
    });
  });

  test("without what others made obsolete, which the next pass decides again", async () => {
    const { apply } = bench();
    const result = await apply(
      create("a"),
      create("b"),
      status("status", { is: 2 }, { unless: ["a", "b"] }),
    );
    assert.equal(ends(result)["status"], "superseded");
    assert.ok(isSuperseded(result));
  });

  test("with what others would have made obsolete, had they not failed", async () => {
    const { apply } = bench({ b: 409 });
    const result = await apply(
      create("a"),
      create("b"),
      status("status", { is: 2 }, { unless: ["a", "b"] }),
    );
    assert.equal(ends(result)["status"], "applied");
    assert.ok(!isSuperseded(result));
  });

  test("one write to an object after the other, each for the state that the one before left", async () => {
    const { sent, apply } = bench();
    const state = { uid: "uid-w", resourceVersion: "7" };
    const first = {
      kind: "apply",
      of: widgets,
      object: widget("w"),
      fieldManager: "test",
    } as const;
    const key = { name: "w" };
    await apply(
      { ...first, id: "one", state },
      { ...first, id: "two", state, subresource: "status" },
      { kind: "delete", id: "three", of: widgets, key, state },
    );
    assert.deepEqual(sent, ["apply w 7", "apply w 11", "delete w 12"]);
  });

  test("on what was judged: nothing ends in a newer state, which the cache has by now", async () => {
    const { sent, store, apply } = bench();
    const names = ["a", "b", "c"];
    for (const name of names) store.recordWrite(widget(name, "9"));
    const [a, b, c] = names.map((name) => ({
      id: name,
      of: widgets,
      key: { name },
      state: { uid: `uid-${name}`, resourceVersion: "7" },
    })) as [JudgedEffect, JudgedEffect, JudgedEffect];
    await apply(
      { ...a, kind: "delete" },
      { ...b, kind: "evict", because: "it lags" },
      { ...c, kind: "patch", metadata: { finalizers: [] }, fieldManager: "test" },
    );
    assert.deepEqual(sent, ["delete a 7", "evict b 7", "patch c 7"]);
  });

  test("only in an order in which nothing is needed before it is there", async () => {
    const { apply } = bench();
    await assert.rejects(apply(create("a", { needs: ["b"] }), create("b")), PlanOrderError);
    await assert.rejects(apply(create("a"), create("a")), PlanOrderError);
  });
});

describe("what a plan met", () => {
  test("quotes the server where it refused, and no conflict, and nothing that may fail", async () => {
    const { apply } = bench({ a: 403, b: 409, c: 503, d: 403 });
    const result = await apply(
      create("a"),
      create("b"),
      create("c"),
      create("d", { optional: true }),
    );
    assert.deepEqual(refusalsOf(result), [{ id: "a", object: "Widget a", words: "no, thank you" }]);
  });

  test("quotes who knows that a name is taken", () => {
    const error = new NameTakenError(widget("a"));
    const result = new Map<Effect, EffectResult>([
      [create("a"), { kind: "failed", error }],
      [create("b"), { kind: "applied" }],
    ]);
    assert.deepEqual(refusalsOf(result), [{ id: "a", object: "Widget a", words: error.message }]);
  });

  test("is tried again after an error rather than after a conflict", async () => {
    const { apply } = bench({ a: 409, b: 503, d: 403 });
    const failed = failureOf(await apply(create("a"), create("b")));
    assert.match(String(failed?.error), /503/);
    assert.equal(failureOf(await apply(create("d", { optional: true }))), undefined);
  });
});

describe("a status", () => {
  test("that says nothing new is not written", async () => {
    const { sent, apply } = bench();
    assert.equal(ends(await apply(status("status", { was: 1 })))["status"], "unchanged");
    assert.deepEqual(sent, []);
  });

  test("waits until it is quiet, and no Event of it comes before", async () => {
    const { sent, events, clock, apply } = bench();
    const pacing = { kind: "debounce", quietMs: 100, longestMs: 500 } as const;
    const plan = [status("status", { is: 2 }, { pacing }), event("e", ["status"])];
    assert.equal(waitOf(await apply(...plan)), 100);
    clock.now = 100;
    assert.equal(waitOf(await apply(...plan)), undefined);
    assert.deepEqual([sent.length, events.length], [1, 1]);
  });

  test("that waits longer than another does not hold it up", async () => {
    const { apply } = bench();
    const paced = (id: string, quietMs: number) =>
      status(
        id,
        { is: 2 },
        {
          about: widget(id),
          pacing: { kind: "debounce", quietMs, longestMs: 500 },
        },
      );
    assert.equal(waitOf(await apply(paced("a", 300), paced("b", 100))), 100);
  });

  test("is written without what the server does not know, and then not again", async () => {
    const { sent, outdated, declares, apply } = bench();
    declares.status = ["was"];
    const first = await apply(status("status", { was: 2, slots: [] }));
    assert.deepEqual([ends(first)["status"], sent.length], ["applied", 1]);
    const later = status("status", { was: 2, slots: [] }, { before: { was: 2 } });
    assert.equal(ends(await apply(later))["status"], "unchanged");
    assert.deepEqual([sent.length, outdated], [1, ["widgets"]]);
  });

  test("is written in full ten minutes after the server came to know the rest", async () => {
    const { sent, clock, declares, apply } = bench();
    declares.status = ["was"];
    const full = status("status", { was: 2, slots: [] }, { before: { was: 2 } });
    await apply(full);
    declares.status = ["was", "slots"];
    const result = await apply(full);
    assert.deepEqual(
      [ends(result)["status"], againOf(result), sent.length],
      ["unchanged", 600_000, 0],
    );
    clock.now = 600_000;
    assert.equal(ends(await apply(full))["status"], "applied");
  });

  test("that the server refuses for a field which it says to know fails, once", async () => {
    const { declares, apply } = bench();
    declares.status = [];
    declares.told = ["was"];
    assert.equal(ends(await apply(status("status", { was: 2 })))["status"], "failed");
  });

  test("that only reports progress comes once in a while", async () => {
    const { clock, apply } = bench();
    const pacing = { kind: "throttle", everyMs: 1_000 } as const;
    await apply(status("status", { is: 2 }));
    clock.now = 300;
    assert.equal(waitOf(await apply(status("status", { is: 3 }, { pacing }))), 700);
  });
});

describe("Events", () => {
  test("of one object come together", async () => {
    const { events, apply } = bench();
    await apply(create("a"), create("b"), event("e", ["a"]), event("f", ["b"]));
    assert.deepEqual(
      events.map((notes) => notes.map(({ message }) => message)),
      [["e", "f"]],
    );
  });
});

describe("a creation", () => {
  const limit = {
    kind: "atMost",
    of: widgets,
    index: "share",
    value: "pool ns",
    count: 1,
  } as const;

  test("is a conflict where others have taken the last place meanwhile", async () => {
    const { store, apply } = bench();
    const first = await apply(
      create("a", { preconditions: [limit] }),
      create("b", { preconditions: [limit] }),
    );
    assert.deepEqual(Object.values(ends(first)), ["applied", "failed"]);
    assert.match(String(failureOf(first)?.error), /others take from pool ns now/);
    assert.equal(store.size, 1);
  });

  test("is a conflict where the server has objects that the plan did not know", async () => {
    const { store, sent, apply } = bench();
    store.recordWrite(widget("unknown"));
    const known = { kind: "noOthers", of: widgets, labelSelector: "a=b", names: ["a"] } as const;
    const result = await apply(create("a", { preconditions: [known] }));
    assert.match(String(failureOf(result)?.error), /1 more widgets with a=b than were known/);
    assert.deepEqual(sent, []);
  });
});
