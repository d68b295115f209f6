import assert from "node:assert/strict";
import { test } from "node:test";
import { verdictSamples } from "../../../src/reachability/io/metrics.ts";
import { blocked, draining, entry } from "../rotation/build.ts";

test("of each slot's published address, there is one sample for each country with a verdict", () => {
  const entries = [
    entry("203.0.113.9", {
      reachability: [blocked("IR"), blocked("TR", { verdict: "Suspected" })],
    }),
    entry("203.0.113.10", { slot: 1, reachability: [] }),
    draining("203.0.113.11", { slot: 1, reachability: [blocked("IR")] }),
  ];
  const labels = { namespace: "proxies", fleet: "family", slot: "0" };
  assert.deepEqual(verdictSamples(entries), [
    [{ ...labels, country: "IR", verdict: "Blocked" }, 1],
    [{ ...labels, country: "TR", verdict: "Suspected" }, 1],
  ]);
});
