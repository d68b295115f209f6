import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pods, services } from "../../../src/kubernetes/builtin.ts";
import { effectText, pendingEffects } from "../../../src/runtime/dry-run.ts";
import type { Effect } from "../../../src/runtime/effect.ts";
import { podObject } from "../../objects/pod.ts";
import { serviceObject } from "../../objects/service.ts";

const [fieldManager, state] = ["test", { uid: "u", resourceVersion: "1" }];
const pod = podObject({ name: "p-1" });
const key = { namespace: "proxies", name: "p-1" };

type Links = Pick<Effect, "needs" | "unless">;

const make = (id: string, links: Links = {}): Effect => ({
  kind: "apply",
  id,
  of: services,
  object: serviceObject({ name: id }),
  fieldManager,
  ...links,
});
const report = (status: object, links: Links = {}): Effect => ({
  kind: "status",
  id: "status",
  of: pods,
  about: pod,
  before: { is: 1 },
  status,
  fieldManager,
  ...links,
});
const event = (needs?: readonly string[]): Effect => ({
  kind: "event",
  id: "event",
  about: pod,
  notes: [
    { type: "Normal", reason: "Made", message: "it is there" },
    { type: "Warning", reason: "Late", message: "it took long" },
  ],
  ...(needs === undefined ? {} : { needs }),
});

describe("a dry run shows of a plan", () => {
  const cases: Record<string, { given: readonly Effect[]; shows: readonly string[] }> = {
    "what it would write": { given: [make("a"), report({ is: 2 })], shows: ["a", "status"] },
    "no status that says nothing new": { given: [make("a"), report({ is: 1 })], shows: ["a"] },
    "nothing that it leaves to the next pass": {
      given: [make("a"), make("b"), report({ is: 2 }, { unless: ["a", "b"] })],
      shows: ["a", "b"],
    },
    "what only a part of it would have left to the next pass": {
      given: [make("a"), report({ is: 2 }, { unless: ["a", "b"] })],
      shows: ["a", "status"],
    },
    "what it leaves to the next pass for nothing": {
      given: [report({ is: 2 }, { unless: [] })],
      shows: ["status"],
    },
    "an Event of what it would write": {
      given: [make("a"), make("b"), event(["a", "b"])],
      shows: ["a", "b", "event"],
    },
    "an Event that needs nothing": { given: [event()], shows: ["event"] },
    "no Event of what is so already": {
      given: [make("a"), report({ is: 1 }), event(["a", "status"])],
      shows: ["a"],
    },
    "a write, though what it needs is so already": {
      given: [report({ is: 1 }), make("a", { needs: ["status"] })],
      shows: ["a"],
    },
  };
  for (const [name, { given, shows }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        pendingEffects({ effects: given }).map(({ id }) => id),
        shows,
      ),
    );
});

describe("an effect in a line", () => {
  const lines: Record<string, Effect> = {
    "create Pod proxies/p-1": { kind: "create", id: "x", of: pods, object: pod, fieldManager },
    "change Pod proxies/p-1": { kind: "apply", id: "x", of: pods, object: pod, fieldManager },
    "change Pod proxies/p-1 ": {
      kind: "patch",
      id: "x",
      of: pods,
      key,
      state,
      metadata: {},
      fieldManager,
    },
    "delete Pod proxies/p-1": { kind: "delete", id: "x", of: pods, key, state },
    "evict Pod proxies/p-1, since it is late": {
      kind: "evict",
      id: "x",
      of: pods,
      key,
      state,
      because: "it is late",
    },
    "write the status of Pod proxies/p-1": report({ is: 2 }),
    "Event of Pod p-1: Made (it is there); Late (it took long)": event(),
  };
  for (const [line, effect] of Object.entries(lines))
    test(`${effect.kind}: ${line.trim()}`, () => assert.equal(effectText(effect), line.trim()));
});
