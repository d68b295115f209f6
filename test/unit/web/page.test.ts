import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { FleetRow } from "../../../src/web/wire.ts";
import { glanceAt } from "../../../src/web/page/glance.ts";
import { chosenLanguage } from "../../../src/web/page/language.ts";
import { SessionHistory } from "../../../src/web/page/session-history.ts";
import { timeScale } from "../../../src/web/page/time-scale.ts";
import { drawnRows, topFor } from "../../../src/web/page/window-of.ts";

const slot = (state: "Served" | "CutOff" | "Moving", number = 0) =>
  ({ slot: number, state, blockedIn: [], verdicts: [], burnt: 0 }) as const;
const row = (urgency: FleetRow["urgency"], ...slots: FleetRow["slots"]): FleetRow => ({
  key: "a/b",
  namespace: "a",
  name: "b",
  urgency,
  words: "",
  paused: false,
  audience: [],
  slots,
  version: "",
});

describe("one glance", () => {
  test("counts the groups that are cut off, and the fleets that they are in", () => {
    const rows = [
      row("CutOff", slot("CutOff"), slot("Served", 1)),
      row("CutOff", slot("CutOff"), slot("CutOff", 1)),
      row("Moving", slot("Moving")),
      row("Fine", slot("Served")),
    ];
    const { cutOff, moving, fleets } = glanceAt(rows);
    assert.deepEqual([cutOff, moving], [{ groups: 3, fleets: 2 }, 1]);
    assert.deepEqual(fleets, { CutOff: 2, Moving: 1, AtRisk: 0, Fine: 1 });
  });

  test("counts all groups of a fleet without a ready pod", () => {
    assert.equal(glanceAt([row("CutOff", slot("Served"), slot("Served", 1))]).cutOff.groups, 2);
  });
});

describe("the rows of a long list that are drawn", () => {
  test("are those that can be seen, and few others", () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.nat(400_000),
        fc.integer({ min: 1, max: 2000 }),
        (count, top, view) => {
          const height = 64;
          const { first, end } = drawnRows({ count, height, top, view });
          assert.ok(0 <= first && first <= end && end <= count);
          assert.ok(end - first <= Math.ceil(view / height) + 14);
          const seen = Math.floor(top / height);
          if (seen < count) assert.ok(first <= seen && seen < end);
        },
      ),
    );
  });

  test("can be brought into sight", () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.nat(400_000),
        fc.integer({ min: 64, max: 2000 }),
        (row, top, view) => {
          const to = topFor(row, { height: 64, top, view });
          assert.ok(to <= row * 64 && (row + 1) * 64 <= to + view);
        },
      ),
    );
  });
});

test("a time scale keeps to its width and to the order of time, in both directions", () => {
  fc.assert(
    fc.property(
      fc.nat(1e12),
      fc.integer({ min: 1, max: 3e9 }),
      fc.boolean(),
      (from, span, isMirrored) => {
        const { x, ticks } = timeScale({ from, to: from + span, width: 600, isMirrored });
        const places = [from - 1, from, ...ticks, from + span, from + span + 1].map(x);
        assert.ok(places.every((place) => place >= 0 && place <= 600));
        assert.deepEqual(
          places,
          places.toSorted((a, b) => (isMirrored ? b - a : a - b)),
        );
        assert.ok(ticks.length <= 9);
      },
    ),
  );
});

test("sessions are remembered for an hour, a slot by itself", () => {
  const history = new SessionHistory();
  for (let count = 0; count < 300; count++) history.add({ "a/b": [count, null] });
  assert.equal(history.of("a/b", 0).length, 240);
  assert.equal(history.of("a/b", 0).at(-1), 299);
  assert.equal(history.of("a/b", 1).at(-1), null);
  assert.deepEqual(history.of("a/c", 0), []);
});

describe("the language of the page", () => {
  const cases: Record<string, readonly [wished: readonly string[], code: string]> = {
    "is the first wished one that it speaks": [["ku", "fa-IR", "en"], "fa"],
    "is English where it speaks none of them": [["ku"], "en"],
    "is English where none is wished": [[], "en"],
  };
  for (const [name, [wished, code]] of Object.entries(cases))
    test(name, () => assert.equal(chosenLanguage(wished).code, code));
});
