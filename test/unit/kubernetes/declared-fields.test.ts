import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  declaredPart,
  type FieldSchema,
  schemaOf,
} from "../../../src/kubernetes/declared-fields.ts";
import { resource } from "../../../src/kubernetes/resource.ts";

const text: FieldSchema = {};
const of = (properties: Readonly<Record<string, FieldSchema>>): FieldSchema => ({ properties });

const cases: Record<string, { schema: FieldSchema; value: unknown; expect: unknown }> = {
  "a field that is declared stays": { schema: of({ a: text }), value: { a: 1 }, expect: { a: 1 } },
  "a field that is not goes": { schema: of({ a: text }), value: { a: 1, b: 2 }, expect: { a: 1 } },
  "a field goes from within another": {
    schema: of({ a: of({ b: text }) }),
    value: { a: { b: 1, c: 2 } },
    expect: { a: { b: 1 } },
  },
  "a field goes from each item of a list": {
    schema: of({ a: { items: of({ b: text }) } }),
    value: { a: [{ b: 1, c: 2 }, { c: 3 }] },
    expect: { a: [{ b: 1 }, {}] },
  },
  "what a map holds under any name stays, as far as its schema says": {
    schema: of({ a: { additionalProperties: of({ b: text }) } }),
    value: { a: { any: { b: 1, c: 2 } } },
    expect: { a: { any: { b: 1 } } },
  },
  "an open object stays as it is": {
    schema: of({
      a: { "x-kubernetes-preserve-unknown-fields": true },
      b: { additionalProperties: true },
    }),
    value: { a: { c: 1 }, b: { d: 2 } },
    expect: { a: { c: 1 }, b: { d: 2 } },
  },
  "nothing stays nothing": { schema: of({ a: of({}) }), value: { a: null }, expect: { a: null } },
  "a list of plain values stays": { schema: of({ a: {} }), value: { a: [1] }, expect: { a: [1] } },
};

describe("what a schema declares of a value", () => {
  for (const [name, { schema, value, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(declaredPart(value, schema), expect));
});

describe("the schema of a kind", () => {
  const widgets = resource({
    group: "example.org",
    version: "v1",
    kind: "Widget",
    plural: "widgets",
    scope: "Cluster",
  });
  const kindOf = (kind: string) => [{ group: "example.org", version: "v1", kind }];
  const answer = {
    components: {
      schemas: {
        list: { "x-kubernetes-group-version-kind": kindOf("WidgetList"), ...of({ items: text }) },
        one: { "x-kubernetes-group-version-kind": kindOf("Widget"), ...of({ status: text }) },
        part: {},
      },
    },
  };

  test("is found among those of its group", async () => {
    const asked: string[] = [];
    const raw = async <T>(path: string) => {
      asked.push(path);
      return answer as T;
    };
    assert.deepEqual((await schemaOf({ raw }, widgets))?.properties, { status: {} });
    assert.deepEqual(asked, ["/openapi/v3/apis/example.org/v1"]);
  });

  test("is undefined where the server tells of none", async () => {
    assert.equal(await schemaOf({ raw: async <T>() => ({}) as T }, widgets), undefined);
  });
});
