import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { argoCdFiles } from "./customizations.ts";
import { group } from "../../src/api/names.ts";
import { kinds } from "../../src/api/kinds.ts";
import { parse } from "yaml";

const [configMap, values] = argoCdFiles().map(({ text }) => parse(text) as Record<string, unknown>);
const settings = (configMap as { data: Record<string, string> }).data;

describe("what Argo CD is told of our kinds", () => {
  for (const { kind } of kinds)
    test(`is how healthy a ${kind} is`, () =>
      assert.ok(
        settings[`resource.customizations.health.${group}_${kind}`],
        `write examples/argocd/lua/${group}/${kind}/health.lua, then make gen`,
      ));

  test("is what can be asked of a fleet", () => {
    const actions = parse(settings[`resource.customizations.actions.${group}_WhatsAppProxy`]!) as {
      definitions: { name: string }[];
    };
    assert.deepEqual(
      actions.definitions.map(({ name }) => name),
      ["pause", "resume", "rotate"],
    );
  });

  test("is the same in the ConfigMap and in the values of the chart argo-cd", () =>
    assert.deepEqual(values, { configs: { cm: settings } }));
});
