import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  type AppliedStates,
  covers,
  hashOf,
  needsApply,
} from "../../../src/kubernetes/difference.ts";
import { appliedMarks } from "../../../src/api/names.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";

describe("covers: whether the live object has all that is desired", () => {
  const cases: Record<string, { live: unknown; desired: unknown; expect: boolean }> = {
    "what others added beside it stays theirs": {
      live: { a: 1, b: 2 },
      desired: { a: 1 },
      expect: true,
    },
    "a field that is missing": { live: { b: 2 }, desired: { a: 1 }, expect: false },
    "a field that was edited": { live: { a: 2 }, desired: { a: 1 }, expect: false },
    "a field deep down": {
      live: { a: { b: [{ c: 1, d: 2 }] } },
      desired: { a: { b: [{ c: 1 }] } },
      expect: true,
    },
    "a list with one more item": { live: { a: [1, 2] }, desired: { a: [1] }, expect: false },
    "a list in another order": { live: { a: [2, 1] }, desired: { a: [1, 2] }, expect: false },
    "a list where a text is": { live: { a: "1" }, desired: { a: ["1"] }, expect: false },
    "an empty object that the server left out": { live: {}, desired: { a: {} }, expect: true },
    "a field that is undefined is not asked for": {
      live: {},
      desired: { a: undefined },
      expect: true,
    },
    "a field that must be false, and is absent": { live: {}, desired: { a: false }, expect: false },
    "null is no object": { live: { a: null }, desired: { a: { b: 1 } }, expect: false },
    "a field that every object inherits is not one of its own": {
      live: {},
      desired: { constructor: "x" },
      expect: false,
    },
  };
  for (const [name, { live, desired, expect }] of Object.entries(cases))
    test(name, () => assert.equal(covers(live, desired), expect));

  test("every value covers itself, and whatever it is made of", () =>
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.ok(covers(value, value)))));
});

describe("hashOf", () => {
  test("is the same for the same fields in another order, and for fields that are undefined", () =>
    assert.equal(
      hashOf({ a: 1, b: { c: 2, d: [3] } }),
      hashOf({ b: { d: [3], c: 2, e: undefined }, a: 1 }),
    ));
  test("differs with every value, name and order of a list", () => {
    const values = [
      { a: 1 },
      { a: "1" },
      { b: 1 },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: null },
      {},
      [],
      "",
      null,
      { a: { b: 1 } },
    ];
    assert.equal(new Set(values.map(hashOf)).size, values.length);
  });
});

describe("needsApply", () => {
  const object = (spec: object, given: object = {}): KubeObject & { spec: object } => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "family-proxy",
      uid: "u1",
      generation: 4,
      annotations: { [appliedMarks.hash]: "h" },
      ...given,
    },
    spec,
  });
  const desired = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "family-proxy" },
    spec: { cpu: "1000m" },
  };
  const applied = (hash: string, state: string): AppliedStates =>
    new Map([["u1", { hash, state }]]);
  const cases: Record<string, { live: KubeObject; applied?: AppliedStates; expect: boolean }> = {
    "an object as we want it is left alone": { live: object({ cpu: "1000m" }), expect: false },
    "fields that others added are left alone": {
      live: object({ cpu: "1000m", extra: 1 }),
      expect: false,
    },
    "an object made from other fields is applied": {
      live: object({ cpu: "1000m" }, { annotations: { [appliedMarks.hash]: "older" } }),
      expect: true,
    },
    "an object without our mark is applied": {
      live: object({ cpu: "1000m" }, { annotations: {} }),
      expect: true,
    },
    "a field that somebody edited is applied": { live: object({ cpu: "2" }), expect: true },
    "a value that the server wrote in its own way, after our last apply, is left alone": {
      live: object({ cpu: "1" }),
      applied: applied("h", "4"),
      expect: false,
    },
    "a value that somebody edited after our last apply is applied": {
      live: object({ cpu: "2" }, { generation: 5 }),
      applied: applied("h", "4"),
      expect: true,
    },
    "what we remember of other fields does not count": {
      live: object({ cpu: "1" }),
      applied: applied("older", "4"),
      expect: true,
    },
    "what we remember of an earlier object of that name does not count": {
      live: object({ cpu: "1" }, { uid: "u2" }),
      applied: applied("h", "4"),
      expect: true,
    },
  };
  for (const [name, { live, applied: states = new Map(), expect }] of Object.entries(cases))
    test(name, () =>
      assert.equal(
        needsApply(desired, live, { annotation: appliedMarks.hash, hash: "h", applied: states }),
        expect,
      ),
    );

  describe("of metadata, of which a change counts no generation", () => {
    const owner = { apiVersion: "v1", kind: "Fleet", name: "family", uid: "f" };
    const labels = { app: "proxy" };
    const wanted = {
      ...desired,
      metadata: { name: "family-proxy", labels, ownerReferences: [owner] },
    };
    const owned = (given: object) =>
      needsApply(wanted, object({ cpu: "1" }, { labels, ownerReferences: [owner], ...given }), {
        annotation: appliedMarks.hash,
        hash: "h",
        applied: applied("h", "4"),
      });

    test("an object as we left it is left alone", () => assert.equal(owned({}), false));
    test("an owner that somebody took away comes back", () =>
      assert.equal(owned({ ownerReferences: undefined }), true));
    test("a label that somebody edited is applied", () =>
      assert.equal(owned({ labels: { app: "mine" } }), true));
    test("another owner and another label beside ours are left alone", () => {
      const more = { ...owner, uid: "g" };
      const given = { ownerReferences: [more, owner], labels: { ...labels, team: "a" } };
      assert.equal(owned(given), false);
    });
  });
});
