import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { pageReports } from "../../../src/pages/page-report.ts";
import { PressWindows, pressWindow } from "../../../src/pages/press-windows.ts";
import {
  PressCount,
  type Presses,
  handOverBodies,
  largestHandOver,
  parseHandOver,
} from "../../../src/pages/presses.ts";
import { instant, millis, minutes } from "../../../src/values/time.ts";

const noon = instant(Date.parse("2026-11-23T12:00:00Z"));
const id = "ab".repeat(32);
const presses = (count = 1, given: Partial<Presses> = {}): Presses => ({
  page: id,
  shown: noon,
  count,
  ...given,
});
const idOf = (index: number) => index.toString(16).padStart(64, "0");

describe("presses of a button", () => {
  test("add up by page, and by what it showed", () => {
    const counted = new PressCount();
    const later = instant(noon + 1);
    for (const one of [presses(), presses(2), presses(4, { shown: later })]) counted.add(one);
    assert.deepEqual(counted.takeAll(), [presses(3), presses(4, { shown: later })]);
    assert.deepEqual(counted.takeAll(), []);
  });

  test("take no more memory, and no higher numbers, however many come", () => {
    const counted = new PressCount();
    for (let index = 0; index < 10_000; index++)
      counted.add(presses(100_000, { page: idOf(index) }));
    counted.add(presses(100_000, { page: idOf(0) }));
    const all = counted.takeAll();
    assert.equal(all.length, 4096);
    assert.equal(Math.max(...all.map(({ count }) => count)), 100_000);
  });

  test("arrive at another replica as they left, in bodies that are read", () => {
    const all = Array.from({ length: 600 }, (_, index) =>
      presses(100_000, { page: idOf(index), shown: instant(Number.MAX_SAFE_INTEGER) }),
    );
    const bodies = handOverBodies(all);
    assert.deepEqual(
      bodies.flatMap((body) => parseHandOver(body) ?? []),
      all,
    );
    assert.ok(bodies.every((body) => Buffer.byteLength(body) <= largestHandOver));
    assert.deepEqual(handOverBodies([]), []);
  });

  const refused: Record<string, unknown> = {
    nothing: {},
    "no presses": { presses: [] },
    "a page that is none": { presses: [presses(1, { page: "family" })] },
    "a count that is none": { presses: [presses(0)] },
    "half a press": { presses: [presses(0.5)] },
    "a field that nobody knows": { presses: [{ ...presses(), who: "198.51.100.7" }] },
    "too many pages": { presses: Array.from({ length: 257 }, () => presses()) },
  };
  for (const [name, given] of Object.entries(refused))
    test(`${name} is not read`, () =>
      assert.equal(parseHandOver(JSON.stringify(given)), undefined));

  test("what is no JSON is not read", () => assert.equal(parseHandOver("{"), undefined));
});

describe("presses become a report", () => {
  test("at once for the first, and then together at the end of the window", () => {
    const windows = new PressWindows();
    windows.add(presses(), 0);
    assert.deepEqual(windows.due(1000), [{ ...presses(), spanMs: millis(1000) }]);
    windows.add(presses(2), 2000);
    windows.add(presses(3), 5000);
    assert.deepEqual(windows.due(6000), []);
    assert.deepEqual(windows.due(1000 + pressWindow), [
      { ...presses(5), spanMs: millis(pressWindow - 1000) },
    ]);
  });

  test("a page that nobody complains about any more is forgotten", () => {
    const windows = new PressWindows();
    windows.add(presses(), 0);
    windows.due(0);
    assert.equal(windows.size, 1);
    assert.deepEqual(windows.due(pressWindow), []);
    assert.equal(windows.size, 0);
  });

  test("no page is reported twice within a window, and no press is lost or invented", () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: pressWindow }),
      page: fc.integer({ min: 0, max: 3 }),
      count: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const windows = new PressWindows();
        const reported = new Map<string, number>();
        let [now, given, said] = [0, 0, 0];
        const report = () => {
          for (const { page, count } of windows.due(now)) {
            assert.ok(now - (reported.get(page) ?? -Infinity) >= pressWindow);
            reported.set(page, now);
            said += count;
          }
        };
        for (const { afterMs, page, count } of steps) {
          now += afterMs;
          windows.add(presses(count, { page: idOf(page) }), now);
          given += count;
          report();
          assert.ok(said <= given);
        }
        now += pressWindow;
        report();
        assert.equal(said, given);
      }),
    );
  });
});

describe("a report over a page", () => {
  const countries = ["IR", "AF"];
  const said = (count: number, spanMs = minutes(4)) =>
    pageReports({ ...presses(count), spanMs }, { address: "203.0.113.9", countries }, noon);

  test("is evidence for each country, and says nothing of who pressed", () => {
    assert.deepEqual(
      said(1),
      countries.map((country) => ({
        kind: "report",
        by: "Page",
        country,
        address: "203.0.113.9",
        at: noon,
        message: "the button was pressed once",
      })),
    );
  });

  test("says how often the button was pressed", () => {
    assert.equal(said(5)[0]?.message, "the button was pressed 5 times in 4 min");
    assert.equal(said(5, millis(9999))[0]?.message, "the button was pressed 5 times");
  });
});
