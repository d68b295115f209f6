import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { defaultValues } from "../../src/pulumi/chart/values.ts";
import { currentChart } from "../../tooling/chart/render.ts";
import { podsOf, rendered } from "./rendered.ts";

describe("values that are wrong are refused, with words that name them", () => {
  const cases: Record<string, { values: object; words: RegExp }> = {
    "a name that does not exist": {
      values: { replica: 2 },
      words: /additional properties 'replica' not allowed/,
    },
    "a name that does not exist, inside of another": {
      values: { image: { name: "x" } },
      words: /at '\/image': additional properties 'name' not allowed/,
    },
    "a text where a number belongs": {
      values: { replicas: "two" },
      words: /at '\/replicas': got string, want integer/,
    },
    "too many replicas": {
      values: { replicas: 11 },
      words: /at '\/replicas': maximum: got 11, want 10/,
    },
    "a digest without its algorithm": {
      values: { image: { digest: "abc" } },
      words: /at '\/image\/digest': 'abc' does not match pattern/,
    },
    "a namespace that can't be one": {
      values: { watchNamespaces: ["Proxies"] },
      words: /at '\/watchNamespaces\/0': 'Proxies'/,
    },
    "a level that does not exist": {
      values: { logLevel: "loud" },
      words: /at '\/logLevel': value must be one of 'trace', 'debug'/,
    },
    "an environment variable without a name": {
      values: { env: [{ value: "x" }] },
      words: /at '\/env\/0': missing property 'name'/,
    },
    "an empty image": {
      values: { proxyImage: { repository: "" } },
      words: /at '\/proxyImage\/repository': minLength/,
    },
  };
  for (const [name, { values, words }] of Object.entries(cases))
    test(name, async () => assert.rejects(rendered(values), words));
});

describe("a value that is missing, as those that are newer than a release", () => {
  /** Null takes a value out, as if its chart had not had it. */
  const without = (values: object): object =>
    Object.fromEntries(Object.keys(values).map((name) => [name, null]));
  const switchedOn = {
    shareExport: { fleets: [{ namespace: "proxies", name: "family" }] },
    ingestion: { enabled: true },
    pages: { enabled: true },
    dashboard: { enabled: true },
    serviceMonitor: { enabled: true },
    podMonitor: { enabled: true },
    prometheusRule: { enabled: true },
    grafanaDashboard: { enabled: true },
    namespace: { create: true },
    watchNamespaces: ["proxies"],
  };

  test("has its default: none of them is there", async () => {
    const { resources, ...others } = defaultValues;
    assert.deepEqual(await rendered({ ...without(others), resources }), await rendered());
  });

  test("has its default: each group has but its switch", async () => {
    const partly = Object.entries(switchedOn).map(([name, given]) => {
      if (Array.isArray(given)) return [name, given];
      const { resources: _, ...others } = defaultValues[name as "shareExport"];
      return [name, { ...without(others), ...given }];
    });
    assert.deepEqual(await rendered(Object.fromEntries(partly)), await rendered(switchedOn));
  });

  test("is filled in by each template, and not by the one that happens to come before it", () => {
    for (const path of globSync("templates/**/*.{yaml,txt}", { cwd: currentChart }))
      assert.match(
        readFileSync(join(currentChart, path), "utf8"),
        /^\{\{- include "proxyfleet.complete" \. -?\}\}\n/,
        path,
      );
  });

  test("but resources are none at all where they are null", async () => {
    assert.equal(
      podsOf(await rendered({ resources: null })).spec.containers[0].resources,
      undefined,
    );
  });
});

test("what a chart that includes this one passes on is not refused", async () => {
  const passedOn = { enabled: true, global: { imageRegistry: "example.org" } };
  assert.deepEqual(await rendered(passedOn), await rendered());
});
