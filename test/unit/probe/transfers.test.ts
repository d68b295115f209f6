import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Transfers } from "../../../src/probe/transfers.ts";
import type { TestOutcome } from "../../../src/reachability/evidence.ts";
import { minutes } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

const address = "203.0.113.9";
const every = minutes(10);
const worked: TestOutcome = { kind: "Worked", upTo: "transfer" };
const hungUp: TestOutcome = { kind: "Worked", upTo: "upstream" };
const refused: TestOutcome = { kind: "Failed", at: "tcp", failure: { kind: "Refused" } };
const frozen: TestOutcome = {
  kind: "Failed",
  at: "transfer",
  failure: { kind: "Frozen", afterBytes: 16_384 },
};

describe("48 KB go through an address", () => {
  const cases: Record<string, { ended: readonly TestOutcome[]; after: number; isDue: boolean }> = {
    "in its first test": { ended: [], after: 0, isDue: true },
    "not again within the interval": { ended: [worked], after: 599, isDue: false },
    "again after it": { ended: [worked], after: 600, isDue: true },
    "again after it by a clock that was set back": { ended: [worked], after: -600, isDue: true },
    "not again where the server hung up on the way": { ended: [hungUp], after: 30, isDue: false },
    "in the next test, where it did not come that far": {
      ended: [refused],
      after: 30,
      isDue: true,
    },
    "at once where they froze": { ended: [frozen], after: 30, isDue: true },
    "at once where they froze twice": { ended: [frozen, frozen], after: 30, isDue: true },
    "not again where they froze three times": {
      ended: [frozen, frozen, frozen],
      after: 30,
      isDue: false,
    },
    "not again once they passed": { ended: [frozen, worked], after: 30, isDue: false },
  };
  for (const [name, { ended, after, isDue }] of Object.entries(cases))
    test(name, () => {
      const transfers = new Transfers();
      for (const outcome of ended) transfers.ended(address, outcome, noon);
      assert.equal(transfers.isDue(address, every, at(after)), isDue);
    });

  test("as if for the first time where it was not tested for a while", () => {
    const transfers = new Transfers();
    transfers.ended(address, worked, noon);
    transfers.keepOnly(new Set());
    assert.ok(transfers.isDue(address, every, noon));
  });
});
