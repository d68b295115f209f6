import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  earliest,
  formatInstant,
  instant,
  parseDuration,
  parseInstant,
} from "../../../src/values/time.ts";

describe("parseDuration", () => {
  const cases: Record<string, { given: string; expect: number }> = {
    "no time at all": { given: "0s", expect: 0 },
    "hours and minutes together": { given: "1h30m", expect: 5_400_000 },
    "half an hour as a fraction": { given: "0.5h", expect: 1_800_000 },
    "milliseconds are not minutes": { given: "250ms", expect: 250 },
    "Go's microseconds in both spellings": { given: "500us500µs", expect: 1 },
    "a month in hours": { given: "720h", expect: 2_592_000_000 },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(parseDuration(given), expect));

  for (const given of ["", "2d", "1h ", " 1h", "h", "-1h", "1h-30m", "1,5h", "10"])
    test(`"${given}" is refused, with examples of what is right`, () =>
      assert.throws(() => parseDuration(given), {
        name: "DurationError",
        message: /no duration: write it like 90s, 30m or 1h30m/,
      }));
});

describe("times in RFC 3339", () => {
  test("are written in whole seconds", () =>
    assert.equal(
      formatInstant(instant(Date.UTC(2026, 10, 23, 2, 14, 5, 999))),
      "2026-11-23T02:14:05Z",
    ));
  test("are read with an offset and with fractions", () =>
    assert.equal(
      parseInstant("2026-11-23T03:14:05.250+01:00"),
      Date.UTC(2026, 10, 23, 2, 14, 5, 250),
    ));
  test("are undefined where there is none, or none that can be read", () => {
    assert.equal(parseInstant(undefined), undefined);
    assert.equal(parseInstant("tomorrow"), undefined);
  });
  test("come back as they were, to the second", () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (s) =>
        assert.equal(parseInstant(formatInstant(instant(s * 1000))), s * 1000),
      ),
    ));
});

test("the earliest time is found among those that are known", () => {
  assert.equal(earliest(undefined, instant(9), instant(3), undefined), 3);
  assert.equal(earliest(undefined), undefined);
});
