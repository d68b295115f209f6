import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { oldestChart } from "../fixtures/oldest-chart.ts";
import { breakingChanges, type StructuralSchema } from "./breaking-changes.ts";
import { rendered } from "./rendered.ts";

/** Schemas of the kinds' specs that a chart brings, by kind. */
async function specs(chart?: string): Promise<ReadonlyMap<string, StructuralSchema>> {
  const crds = (await rendered({}, chart === undefined ? {} : { chart })).filter(
    ({ kind }) => kind === "CustomResourceDefinition",
  );
  return new Map(
    crds.map(({ spec }) => {
      const { names, versions } = spec as {
        names: { kind: string };
        versions: readonly [
          { name: string; schema: { openAPIV3Schema: { properties: { spec: StructuralSchema } } } },
        ];
      };
      return [
        `${names.kind} ${versions[0].name}`,
        versions[0].schema.openAPIV3Schema.properties.spec,
      ] as const;
    }),
  );
}

test("no kind, field, value or default of the oldest version is gone or another one", async () => {
  const [old, now] = [await specs(oldestChart), await specs()];
  const changes = [...old].flatMap(([kind, schema]) => {
    const later = now.get(kind);
    return later === undefined
      ? [`${kind} is gone`]
      : breakingChanges(schema, later).map((change) => `${kind}: ${change}`);
  });
  assert.deepEqual(changes, []);
});

describe("a change of a schema breaks objects", () => {
  const old: StructuralSchema = {
    type: "object",
    required: ["a"],
    properties: {
      a: { type: "string", enum: ["x", "y"] },
      b: { type: "integer", default: 1 },
      c: { type: "array", items: { type: "string" } },
    },
  };
  const withField = (name: string, node: StructuralSchema): StructuralSchema => ({
    ...old,
    properties: { ...old.properties, [name]: node },
  });
  const cases: Record<string, { now: StructuralSchema; expect: readonly string[] }> = {
    "if a field is gone": {
      now: { ...old, properties: { a: old.properties!["a"]!, b: old.properties!["b"]! } },
      expect: ["spec.c is gone"],
    },
    "if a field has another type": {
      now: withField("b", { type: "string", default: 1 }),
      expect: ["spec.b was integer and is string"],
    },
    "if members of a list have another type": {
      now: withField("c", { type: "array", items: { type: "integer" } }),
      expect: ["spec.c[] was string and is integer"],
    },
    "if a default is another one": {
      now: withField("b", { type: "integer", default: 2 }),
      expect: ["the default of spec.b was 1 and is 2"],
    },
    "if a value is not allowed any more": {
      now: withField("a", { type: "string", enum: ["x"] }),
      expect: ['spec.a can\'t be "y" any more'],
    },
    "if a field must be there now": {
      now: { ...old, required: ["a", "c"] },
      expect: ["spec.c is required and was not"],
    },
    "if a new field must be there": {
      now: { ...withField("d", { type: "string" }), required: ["a", "d"] },
      expect: ["spec.d is required and was not"],
    },
    "not if a new field has a default": {
      now: { ...withField("d", { type: "string", default: "" }), required: ["a", "d"] },
      expect: [],
    },
    "not if a value is added": {
      now: withField("a", { type: "string", enum: ["x", "y", "z"] }),
      expect: [],
    },
  };
  for (const [name, { now, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(breakingChanges(old, now), expect));
});

test("a new field may bring its own default into that of what is around it, and nothing may go", () => {
  const group = (value: object): StructuralSchema => ({ type: "object", default: value });
  const old = group({ x: 1, y: { z: 2 } });
  assert.deepEqual(breakingChanges(old, group({ w: 3, x: 1, y: { v: [], z: 2 } })), []);
  for (const now of [group({ x: 1, y: {} }), group({ x: 2, y: { z: 2 } }), group({ x: 1, y: [] })])
    assert.equal(breakingChanges(old, now).length, 1);
});
