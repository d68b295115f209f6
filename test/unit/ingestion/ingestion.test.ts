import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { evidenceOf } from "../../../src/ingestion/evidence-of.ts";
import { RateGate } from "../../../src/ingestion/io/rate.ts";
import { Replays } from "../../../src/ingestion/replays.ts";
import type { SentResult } from "../../../src/probe/protocol.ts";
import type { Target } from "../../../src/reachability/sources/source.ts";
import { instant, millis, minutes } from "../../../src/values/time.ts";

const noon = instant(Date.parse("2026-11-23T12:00:00Z"));
const tehran = { name: "tehran", country: "IR", role: "Probe" } as const;
const target: Target = {
  address: "2001:db8::9",
  ports: [{ listener: "chat", port: 443 }],
  certificateSHA256: undefined,
  mediaServerName: "whatsapp.net",
};
const result: SentResult = {
  number: 3,
  address: "2001:db8::9",
  listener: "chat",
  ageMs: minutes(2),
  outcome: { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } },
  reachesElse: true,
};
const taken = (results: readonly SentResult[], after = 0, targets = [target]) =>
  evidenceOf(
    { run: "0123456789abcdef", results: [...results] },
    { vantagePoint: tehran, targets, now: noon, after },
  );

describe("results as evidence", () => {
  test("place, country and role are the operator's word, and the time is its own clock's", () => {
    const { number: _, ageMs: __, ...said } = result;
    assert.deepEqual(taken([result]), [
      {
        kind: "test",
        vantagePoint: "tehran",
        country: "IR",
        role: "Probe",
        ...said,
        at: noon - minutes(2),
      },
    ]);
  });

  const cases: Record<string, { results: readonly SentResult[]; after?: number; count: number }> = {
    "an address that is written at length is the same": {
      results: [{ ...result, address: "2001:0db8:0:0:0:0:0:9" }],
      count: 1,
    },
    "an address that is not assigned is passed over": {
      results: [{ ...result, address: "203.0.113.77" }, result],
      count: 1,
    },
    "so is a port that the address does not have": {
      results: [{ ...result, listener: "plainChat" }],
      count: 0,
    },
    "what came already is passed over": {
      results: [result, { ...result, number: 4 }],
      after: 3,
      count: 1,
    },
  };
  for (const [name, { results, after, count }] of Object.entries(cases))
    test(name, () => assert.equal(taken(results, after).length, count));
});

describe("replays", () => {
  test("whatever comes in whatever order, nothing counts twice in a run", () => {
    const batch = fc.record({
      run: fc.constantFrom("a", "b", "c"),
      numbers: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(batch), (batches) => {
        const replays = new Replays();
        const passed: string[] = [];
        for (const { run, numbers } of batches) {
          const after = replays.highest("tehran", run);
          passed.push(
            ...numbers.filter((number) => number > after).map((number) => `${run}${number}`),
          );
          replays.taken("tehran", run, Math.max(...numbers));
        }
        assert.equal(new Set(passed).size, passed.length);
      }),
    );
  });

  test("one vantage point's runs say nothing about another's", () => {
    const replays = new Replays();
    replays.taken("tehran", "a", 9);
    assert.equal(replays.highest("shiraz", "a"), 0);
  });

  test("memory stays bounded, and the run that was heard last stays", () => {
    const replays = new Replays();
    for (let run = 0; run < 10_000; run++) {
      replays.taken("tehran", "steady", run);
      replays.taken("tehran", String(run), 1);
    }
    assert.equal(replays.size, 16);
    assert.equal(replays.highest("tehran", "steady"), 9999);
    replays.keepOnly(new Set(["shiraz"]));
    assert.equal(replays.size, 0);
  });
});

describe("a rate", () => {
  test("lets the burst through, refuses the rest, and recovers", () => {
    const gate = new RateGate({ perSecond: 2, burst: 3 });
    const passes = (at: number) => gate.passes(millis(at));
    assert.deepEqual([0, 0, 0, 0].map(passes), [true, true, true, false]);
    assert.deepEqual([500, 500].map(passes), [true, false]);
  });

  test("what is refused costs nobody anything later", () => {
    const gate = new RateGate({ perSecond: 1, burst: 1 });
    assert.ok(gate.passes(0));
    for (let count = 0; count < 1000; count++) assert.ok(!gate.passes(1));
    assert.ok(gate.passes(1001));
  });
});
