import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fleetSpec } from "../../../src/api/fleet.ts";
import { policyOf } from "../../../src/reachability/policy.ts";

function policy(reachability: object) {
  return policyOf(fleetSpec.parse({ addresses: { pools: [{ name: "p" }] }, reachability }));
}

describe("a fleet's policy", () => {
  const cases: Record<string, { given: object; traffic: string; people: string }> = {
    "takes arrivals and strangers for no more than a suspicion, where nothing is set": {
      given: {},
      traffic: "Suspect",
      people: "Suspect",
    },
    "ignores what it is to ignore": {
      given: { traffic: "Ignore", people: "Ignore" },
      traffic: "Ignore",
      people: "Ignore",
    },
    "lets strangers decide where it says so": {
      given: { people: "Block" },
      traffic: "Suspect",
      people: "Block",
    },
  };
  for (const [name, { given, ...expected }] of Object.entries(cases))
    test(name, () => {
      const { traffic, people } = policy(given);
      assert.deepEqual({ traffic, people }, expected);
    });
});
