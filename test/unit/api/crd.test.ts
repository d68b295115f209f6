import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { crdOf } from "../../../src/api/crd.ts";
import { kinds } from "../../../src/api/kinds.ts";
import type { JsonSchema } from "../../../src/api/structural-schema.ts";

/** A node of a schema, with its path. */
interface Node {
  readonly path: string;
  readonly schema: JsonSchema;
}

function nodesIn(schema: JsonSchema, path: string): Node[] {
  const { properties, items, additionalProperties } = schema as Record<
    string,
    JsonSchema | undefined
  >;
  const inner = Object.entries(properties ?? {}).flatMap(([key, member]) =>
    nodesIn(member as JsonSchema, `${path}.${key}`),
  );
  const members = [items, additionalProperties].flatMap((member) =>
    member === undefined ? [] : nodesIn(member, `${path}[]`),
  );
  return [{ path, schema }, ...inner, ...members];
}

function schemaOf(spec: JsonSchema): JsonSchema {
  const [only] = spec["versions"] as { schema: { openAPIV3Schema: JsonSchema } }[];
  return only?.schema.openAPIV3Schema ?? assert.fail("a CRD has one version");
}

for (const kind of kinds) {
  const nodes = nodesIn(schemaOf(crdOf(kind).spec), kind.kind);

  describe(`the CRD of ${kind.kind}`, () => {
    test("describes every field, with what a number or a text is by default", () => {
      const bare = nodes.filter(
        ({ path, schema }) =>
          !path.endsWith("[]") &&
          !path.endsWith(".metadata") &&
          schema["description"] === undefined,
      );
      assert.deepEqual(
        bare.map(({ path }) => path),
        [],
      );
      const scalars = nodes.filter(({ schema }) =>
        ["string", "number"].includes(typeof schema["default"]),
      );
      const silent = scalars.filter(
        ({ schema }) =>
          !String(schema["description"]).includes(`Default: ${String(schema["default"])}`),
      );
      assert.deepEqual(
        silent.map(({ path }) => path),
        [],
      );
    });

    test("asks for no word that YAML reads as something else, such as Off", () => {
      const asked = nodes.flatMap(({ path, schema }) =>
        path.startsWith(`${kind.kind}.spec`) && Array.isArray(schema["enum"])
          ? schema["enum"].map((word: string) => ({ path, word }))
          : [],
      );
      assert.ok(asked.length > 0);
      assert.deepEqual(
        asked.filter(({ word }) => parse(word, { version: "1.1" }) !== word),
        [],
      );
    });

    test("gives every rule words without a full stop, since the API server goes on after them", () => {
      const rules = nodes.flatMap(
        ({ schema }) =>
          (schema["x-kubernetes-validations"] ?? []) as {
            message?: string;
            messageExpression?: string;
          }[],
      );
      assert.ok(rules.length > 0);
      for (const { message, messageExpression } of rules)
        assert.match(message ?? messageExpression ?? "", /[^.\s]$/);
    });

    test("uses patterns that Go's RE2 can read: no looking ahead or behind, and no back references", () => {
      assert.doesNotMatch(JSON.stringify(nodes[0]), /\(\?[=!<]|\\\\[1-9]/);
    });

    test("is the same each time it is made", () =>
      assert.equal(JSON.stringify(crdOf(kind)), JSON.stringify(crdOf(kind))));
  });
}
