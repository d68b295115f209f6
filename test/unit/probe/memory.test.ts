import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  assigned,
  batchOf,
  currentAssignment,
  type Finding,
  type Memory,
  mostFindings,
  receipted,
  refused,
  startingMemory,
  withFinding,
  withoutTarget,
  withoutUndated,
} from "../../../src/probe/memory.ts";
import type { Assignment } from "../../../src/probe/protocol.ts";
import { hours, instant, millis, minutes, plus, seconds } from "../../../src/values/time.ts";

const noon = instant(Date.parse("2026-11-23T12:00:00Z"));
/** A clock that was never set. */
const ownNoon = instant(12_345);

const assignment: Assignment = {
  now: noon,
  everyMs: 30_000,
  transferEveryMs: 600_000,
  targets: ["203.0.113.9", "203.0.113.10"].map((address) => ({
    address,
    ports: [{ listener: "chat", port: 443 }],
    mediaServerName: "whatsapp.net",
  })),
  elsewhere: [],
  endpoints: [],
};

const finding = (at = noon): Finding => ({
  address: "203.0.113.9",
  listener: "chat",
  at,
  outcome: { kind: "Worked", upTo: "certificate" },
});

const started = assigned(startingMemory("00112233aabbccdd"), assignment, ownNoon);
const withMany = (count: number): Memory =>
  Array.from({ length: count }, () => finding()).reduce(withFinding, started);

describe("what an agent remembers", () => {
  test("a clock that is off by decades gives right ages", () => {
    const memory = withFinding(started, finding(plus(noon, minutes(2))));
    const batch = batchOf(memory, plus(ownNoon, minutes(5)));
    assert.equal(batch?.results[0]?.ageMs, minutes(3));
  });

  test("findings are numbered, and go out oldest first, 128 at a time", () => {
    const batch = batchOf(withMany(200), ownNoon);
    assert.deepEqual(
      batch?.results.map(({ number }) => number),
      Array.from({ length: 128 }, (_, index) => index + 1),
    );
  });

  test("what has a receipt is not sent again", () => {
    const memory = receipted(withMany(3), 2);
    assert.deepEqual(
      batchOf(memory, ownNoon)?.results.map(({ number }) => number),
      [3],
    );
    assert.equal(batchOf(receipted(memory, 3), ownNoon), undefined);
  });

  test("the oldest findings are given up where there are too many", () => {
    const { findings, nextNumber } = withMany(mostFindings + 5);
    assert.equal(findings.length, mostFindings);
    assert.equal(findings[0]?.number, 6);
    assert.equal(nextNumber, mostFindings + 6);
  });

  const ages: Record<string, { at: Parameters<typeof plus>[1]; kept: boolean }> = {
    "a finding of a day ago is kept": { at: millis(0 - hours(24)), kept: true },
    "a finding of more than a day ago counts for nothing": {
      at: millis(0 - hours(25)),
      kept: false,
    },
    "one from just now by a clock that is a little fast is kept": { at: seconds(30), kept: true },
    "one from the future is dropped: a clock was set": { at: hours(1), kept: false },
  };
  for (const [name, { at, kept }] of Object.entries(ages))
    test(name, () => {
      const memory = withFinding(started, finding(plus(noon, at)));
      assert.equal(withoutUndated(memory, ownNoon).findings.length, kept ? 1 : 0);
      assert.equal(batchOf(memory, ownNoon) !== undefined, kept);
    });

  test("an assignment holds for a day without the operator, and no longer", () => {
    assert.ok(currentAssignment(started, plus(ownNoon, hours(23))));
    assert.equal(currentAssignment(started, plus(ownNoon, hours(25))), undefined);
  });

  test("an address that failed offline is not assigned any more; the others are", () => {
    const { assignment: left } = withoutTarget(started, "203.0.113.9");
    assert.deepEqual(
      left?.targets.map(({ address }) => address),
      ["203.0.113.10"],
    );
  });

  test("a refused line leaves nothing behind", () => {
    const memory = refused(withMany(3));
    assert.equal(memory.assignment, undefined);
    assert.deepEqual(memory.findings, []);
  });

  test("a new start numbers what is left from 1 again, in its own run", () => {
    const { findings, clockError } = receipted(withMany(5), 3);
    const memory = withFinding(startingMemory("ffff", { findings, clockError }), finding());
    assert.deepEqual(
      memory.findings.map(({ number }) => number),
      [1, 2, 3],
    );
  });

  test("no order of findings and receipts sends one twice under two numbers, or loses one", () => {
    const step = fc.oneof(fc.constant("found" as const), fc.nat({ max: 20 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let memory = started;
        let found = 0;
        let highest = 0;
        for (const next of steps) {
          if (next === "found") {
            memory = withFinding(memory, finding());
            found += 1;
          } else {
            const upTo = Math.min(next, found);
            highest = Math.max(highest, upTo);
            memory = receipted(memory, upTo);
          }
        }
        assert.deepEqual(
          memory.findings.map(({ number }) => number),
          Array.from({ length: found - highest }, (_, index) => highest + index + 1),
        );
      }),
    );
  });
});
