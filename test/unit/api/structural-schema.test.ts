import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { integer, line, list, map } from "../../../src/api/common.ts";
import {
  structuralSchema,
  StructuralSchemaError,
  type JsonSchema,
} from "../../../src/api/structural-schema.ts";
import { withRules } from "../../../src/api/validation-rule.ts";

describe("structuralSchema", () => {
  const cases: Record<string, { given: z.ZodType; expected: JsonSchema }> = {
    "a text keeps its bounds and its description": {
      given: line(5, 1).describe("A word."),
      expected: { description: "A word.", type: "string", minLength: 1, maxLength: 5 },
    },
    "a whole number has a format, and no bounds of JavaScript's": {
      given: integer(0, Number.MAX_SAFE_INTEGER),
      expected: { type: "integer", format: "int64", minimum: 0 },
    },
    "a small whole number has the small format": {
      given: integer(1, 9),
      expected: { type: "integer", format: "int32", minimum: 1, maximum: 9 },
    },
    "a choice is an enum": {
      given: z.enum(["A", "B"]),
      expected: { type: "string", enum: ["A", "B"] },
    },
    "a number or a text is Kubernetes' own type": {
      given: z.union([z.int(), z.string()]).meta({ maxLength: 9 }).transform(String),
      expected: { "x-kubernetes-int-or-string": true, maxLength: 9 },
    },
    "a map has a bound and no key schema": {
      given: map(line(3), 2),
      expected: {
        type: "object",
        maxProperties: 2,
        additionalProperties: { type: "string", maxLength: 3 },
      },
    },
    "a map list names its keys": {
      given: list(z.object({ name: line(3) }), 2, { type: "map", keys: ["name"] }),
      expected: {
        type: "array",
        maxItems: 2,
        items: {
          type: "object",
          required: ["name"],
          properties: { name: { type: "string", maxLength: 3 } },
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      },
    },
    "a member with a default is not required": {
      given: z.object({ a: line(3).default("x"), b: z.boolean() }),
      expected: {
        type: "object",
        required: ["b"],
        properties: { a: { type: "string", default: "x", maxLength: 3 }, b: { type: "boolean" } },
      },
    },
    "a parent's default is written in full, at every depth": {
      given: z.object({ a: z.object({ b: integer(0, 9).default(4) }).prefault({}) }).prefault({}),
      expected: {
        type: "object",
        default: { a: { b: 4 } },
        properties: {
          a: {
            type: "object",
            default: { b: 4 },
            properties: {
              b: { type: "integer", format: "int32", default: 4, minimum: 0, maximum: 9 },
            },
          },
        },
      },
    },
    "unknown members are pruned, so nothing is said of them": {
      given: z.object({ a: z.boolean() }),
      expected: { type: "object", required: ["a"], properties: { a: { type: "boolean" } } },
    },
    "a rule keeps its words and its field": {
      given: withRules(z.object({ a: z.boolean() }), {
        cel: "self.a",
        holds: ({ a }) => a,
        message: "must be so",
        field: "a",
      }),
      expected: {
        type: "object",
        required: ["a"],
        properties: { a: { type: "boolean" } },
        "x-kubernetes-validations": [{ rule: "self.a", message: "must be so", fieldPath: ".a" }],
      },
    },
  };
  for (const [name, { given, expected }] of Object.entries(cases))
    test(name, () => assert.deepEqual(structuralSchema(given), expected));

  test("keywords come in one order, so that the files are stable", () => {
    const schema = structuralSchema(z.object({ a: line(3, 1).describe("A.").default("x") }));
    assert.equal(
      JSON.stringify(schema),
      '{"type":"object","properties":{"a":{"description":"A.","type":"string","default":"x","minLength":1,"maxLength":3}}}',
    );
  });

  const refused: Record<string, { given: z.ZodType; said: RegExp }> = {
    "one of several objects": {
      given: z.object({ a: z.union([z.object({ b: z.boolean() }), z.object({ c: z.boolean() })]) }),
      said: /\.a holds anyOf/,
    },
    "objects told apart by a member": {
      given: z.discriminatedUnion("t", [
        z.object({ t: z.literal("a") }),
        z.object({ t: z.literal("b") }),
      ]),
      said: /holds oneOf/,
    },
    "a pattern, whose message no person understands": {
      given: z.object({ a: z.string().max(3).regex(/x/) }),
      said: /\.a holds pattern/,
    },
    "members refused by name": {
      given: z.strictObject({ a: z.boolean() }),
      said: /refuses unknown members/,
    },
    "a text without a bound": { given: z.object({ a: z.string() }), said: /\.a has no maxLength/ },
    "a list without a bound": {
      given: z.object({ a: z.array(z.boolean()) }),
      said: /\.a has no maxItems/,
    },
    "a map without a bound": {
      given: z.object({ a: z.record(z.string(), z.boolean()) }),
      said: /\.a has no maxProperties/,
    },
    "anything at all": { given: z.object({ a: z.unknown() }), said: /\.a has no type/ },
  };
  for (const [name, { given, said }] of Object.entries(refused)) {
    test(`${name} is refused`, () =>
      assert.throws(
        () => structuralSchema(given),
        (error: unknown) => error instanceof StructuralSchemaError && said.test(error.message),
      ));
  }
});
