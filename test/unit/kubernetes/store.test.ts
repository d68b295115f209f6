import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type Change, Store } from "../../../src/kubernetes/store.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";

interface Thing extends KubeObject {
  color: string;
}

const thing = (name: string, version: number, color = "red"): Thing => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name, resourceVersion: String(version) },
  color,
});
const versions = (store: Store<Thing>): Record<string, string | undefined> =>
  Object.fromEntries(store.list().map(({ metadata }) => [metadata.name, metadata.resourceVersion]));

describe("a store", () => {
  const cases: Record<
    string,
    { given: (store: Store<Thing>) => void; expect: Record<string, string> }
  > = {
    "holds what was listed": {
      given: (store) => store.replaceAll([thing("a", 3), thing("b", 5)], "7"),
      expect: { a: "3", b: "5" },
    },
    "sees an own write at once": {
      given: (store) => {
        store.replaceAll([thing("a", 3)], "7");
        store.recordWrite(thing("a", 8));
      },
      expect: { a: "8" },
    },
    "is not taken back by an event that is older than an own write": {
      given: (store) => {
        store.recordWrite(thing("a", 8));
        store.recordEvent("MODIFIED", thing("a", 6));
      },
      expect: { a: "8" },
    },
    "is not taken back by the deletion of an earlier object of that name": {
      given: (store) => {
        store.recordWrite(thing("a", 8));
        store.recordEvent("DELETED", thing("a", 6));
      },
      expect: { a: "8" },
    },
    "is not taken back by a list that is older than an own write": {
      given: (store) => {
        store.recordWrite(thing("a", 8));
        store.recordWrite(thing("b", 9));
        store.replaceAll([thing("a", 3)], "7");
      },
      expect: { a: "8", b: "9" },
    },
    "forgets what a list no longer has": {
      given: (store) => {
        store.replaceAll([thing("a", 3), thing("b", 5)], "7");
        store.replaceAll([thing("b", 5)], "9");
      },
      expect: { b: "5" },
    },
    "does not bring back what was deleted before the answer to an own write came": {
      given: (store) => {
        store.replaceAll([], "7");
        store.recordEvent("ADDED", thing("a", 8));
        store.recordEvent("DELETED", thing("a", 9));
        store.recordWrite(thing("a", 8));
      },
      expect: {},
    },
    "does not bring back what an event tells for the second time": {
      given: (store) => {
        store.recordEvent("ADDED", thing("a", 8));
        store.recordEvent("DELETED", thing("a", 9));
        store.recordEvent("ADDED", thing("a", 8));
      },
      expect: {},
    },
    "believes a list of earlier versions once the server's versions went back": {
      given: (store) => {
        store.replaceAll([thing("a", 30), thing("ghost", 31)], "40");
        store.rewind();
        store.replaceAll([thing("a", 3)], "7");
      },
      expect: { a: "3" },
    },
    "believes events and answers of earlier versions after that": {
      given: (store) => {
        store.replaceAll([thing("a", 30), thing("b", 31), thing("c", 32)], "40");
        store.rewind();
        store.recordWrite(thing("a", 3));
        store.recordWrite(thing("new", 4));
        store.recordEvent("DELETED", thing("b", 5));
      },
      expect: { a: "3", c: "32", new: "4" },
    },
    "but again no older one than those": {
      given: (store) => {
        store.replaceAll([thing("a", 30)], "40");
        store.rewind();
        store.replaceAll([thing("a", 3)], "7");
        store.recordEvent("MODIFIED", thing("a", 2));
      },
      expect: { a: "3" },
    },
    "takes in an object that was made again after its deletion": {
      given: (store) => {
        store.recordEvent("ADDED", thing("a", 8));
        store.recordEvent("DELETED", thing("a", 9));
        store.recordWrite(thing("a", 10));
      },
      expect: { a: "10" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const store = new Store<Thing>();
      given(store);
      assert.deepEqual(versions(store), expect);
    });

  test("files objects under their index values, and moves them when these change", () => {
    const store = new Store<Thing>({ color: ({ color }) => [color] });
    store.recordEvent("ADDED", thing("a", 1, "red"));
    store.recordEvent("ADDED", thing("b", 2, "red"));
    store.recordEvent("MODIFIED", thing("a", 3, "blue"));
    const named = (color: string): string[] =>
      store.by("color", color).map(({ metadata }) => metadata.name);
    assert.deepEqual([named("red"), named("blue"), named("green")], [["b"], ["a"], []]);
    store.recordEvent("DELETED", thing("b", 4, "red"));
    assert.deepEqual(named("red"), []);
  });

  test("tells its listeners of each change once, until they ask no more", () => {
    const store = new Store<Thing>();
    const heard: string[] = [];
    const describeChange = ({ before, after }: Change<Thing>): string =>
      `${before?.metadata.resourceVersion ?? "-"}>${after?.metadata.resourceVersion ?? "-"}`;
    const end = store.onChange((change) => heard.push(describeChange(change)));
    store.recordEvent("ADDED", thing("a", 1));
    store.recordWrite(thing("a", 2));
    store.recordEvent("MODIFIED", thing("a", 2));
    store.recordEvent("DELETED", thing("a", 3));
    end();
    store.recordEvent("ADDED", thing("a", 4));
    assert.deepEqual(heard, ["->1", "1>2", "2>-"]);
  });
});

/** What may happen between a server and a store that follows it. */
type Step =
  | { readonly do: "write"; readonly name: string; readonly own: boolean }
  | { readonly do: "delete"; readonly name: string }
  | { readonly do: "event" | "beginList" | "endList" }
  | { readonly do: "answer" | "eventAgain"; readonly pick: number };

const name = fc.constantFrom("a", "b", "c");
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("write" as const), name, own: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), name }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("event" as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("beginList" as const, "endList" as const) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom("answer" as const, "eventAgain" as const),
        pick: fc.nat(5),
      }),
    },
  ),
  { maxLength: 60 },
);

/** A server's objects and log, and how far its follower has read. */
class Followed {
  readonly store = new Store<Thing>();
  readonly objects = new Map<string, Thing>();
  readonly #log: {
    readonly type: "ADDED" | "MODIFIED" | "DELETED";
    readonly object: Thing;
    readonly version: number;
  }[] = [];
  readonly #answers: Thing[] = [];
  #version = 0;
  #read: number | undefined = 0;
  #list: { readonly items: readonly Thing[]; readonly version: number } | undefined;

  play(step: Step): void {
    switch (step.do) {
      case "write":
        return this.#write(step.name, step.own);
      case "delete":
        return this.#delete(step.name);
      case "event":
        return this.#event();
      case "eventAgain": {
        const heard = this.#log[step.pick % Math.max(1, this.#read ?? 0)];
        if (heard !== undefined && heard.version <= (this.#read ?? 0))
          this.store.recordEvent(heard.type, heard.object);
        return undefined;
      }
      case "beginList":
        this.#list = { items: [...this.objects.values()], version: this.#version };
        this.#read = undefined;
        return undefined;
      case "endList":
        return this.#endList();
      case "answer": {
        const [answer] = this.#answers.splice(step.pick, 1);
        if (answer !== undefined) this.store.recordWrite(answer);
      }
    }
  }

  /** Everything that is under way arrives. */
  catchUp(): void {
    if (this.#read === undefined) this.#endList();
    for (const answer of this.#answers) this.store.recordWrite(answer);
    while ((this.#read ?? 0) < this.#version) this.#event();
  }

  #write(key: string, own: boolean): void {
    const object = thing(key, ++this.#version);
    this.#log.push({
      type: this.objects.has(key) ? "MODIFIED" : "ADDED",
      object,
      version: this.#version,
    });
    this.objects.set(key, object);
    if (own) this.#answers.push(object);
  }

  #delete(key: string): void {
    if (!this.objects.delete(key)) return;
    this.#log.push({
      type: "DELETED",
      object: thing(key, ++this.#version),
      version: this.#version,
    });
  }

  #event(): void {
    const next = this.#read === undefined ? undefined : this.#log[this.#read];
    if (next === undefined) return;
    this.store.recordEvent(next.type, next.object);
    this.#read = next.version;
  }

  #endList(): void {
    if (this.#list === undefined) return;
    this.store.replaceAll(this.#list.items, String(this.#list.version));
    this.#read = this.#list.version;
    this.#list = undefined;
  }
}

test("whatever the order of lists, events and own writes, the store ends equal to the server", () =>
  fc.assert(
    fc.property(steps, (history) => {
      const followed = new Followed();
      for (const step of history) followed.play(step);
      followed.catchUp();
      const expected = Object.fromEntries(
        [...followed.objects].map(([key, { metadata }]) => [key, metadata.resourceVersion]),
      );
      assert.deepEqual(versions(followed.store), expected);
    }),
    { seed: 20_261_123, numRuns: 2_000 },
  ));
