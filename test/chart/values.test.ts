import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rendered } from "./rendered.ts";

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

test("what a chart that includes this one passes on is not refused", async () => {
  const passedOn = { enabled: true, global: { imageRegistry: "example.org" } };
  assert.deepEqual(await rendered(passedOn), await rendered());
});
