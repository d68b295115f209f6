import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  dateOf,
  earliest,
  formatDuration,
  formatInstant,
  hours,
  instant,
  latest,
  millis,
  minutes,
  parseDuration,
  parseInstant,
  plus,
  seconds,
  since,
  spokenTime,
} from "../../../src/values/time.ts";

describe("parseDuration", () => {
  const cases: Record<string, { given: string; expect: number }> = {
    "no time at all": { given: "0s", expect: 0 },
    "hours and minutes together": { given: "1h30m", expect: 5_400_000 },
    "half an hour as a fraction": { given: "0.5h", expect: 1_800_000 },
    "a fraction of several digits": { given: "0.125s", expect: 125 },
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
  test("stays within the years that a time can be written with", () =>
    assert.deepEqual(
      [8.64e15, -8.64e15].map((ms) => formatInstant(instant(ms))),
      ["9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"],
    ));

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

test("the later of two times is found, in whatever order they come", () =>
  assert.deepEqual(
    [
      latest(instant(3), instant(9)),
      latest(instant(9), instant(3)),
      latest(instant(3), instant(3)),
    ],
    [9, 9, 3],
  ));

test("times and lengths of time add up", () =>
  assert.deepEqual(
    [
      hours(1),
      minutes(2),
      seconds(3),
      plus(instant(10), millis(5)),
      since(instant(10), instant(25)),
    ],
    [3_600_000, 120_000, 3_000, 15, 15],
  ));

describe("a length of time in words", () => {
  const cases: Record<string, { given: number; expect: string }> = {
    "is in hours as far as they go": { given: 48 * 3600, expect: "48h" },
    "leaves out what there is none of": { given: 3600 + 45, expect: "1h45s" },
    "has minutes and seconds": { given: 90 * 60 + 5, expect: "1h30m5s" },
    "begins a minute after 59 seconds": { given: 59, expect: "59s" },
    "begins an hour after 59 minutes": { given: 59 * 60, expect: "59m" },
    "is rounded to whole seconds": { given: 44.6, expect: "45s" },
    "is never empty": { given: 0.2, expect: "0s" },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(formatDuration(seconds(given)), expect));

  test("is read back as it was", () =>
    fc.assert(
      fc.property(fc.nat(10_000_000), (s) =>
        assert.equal(parseDuration(formatDuration(seconds(s))), seconds(s)),
      ),
    ));
});

describe("a time as messages give it", () => {
  const at = (minute: number) => instant(Date.UTC(2026, 10, 23, 14, minute, 59));

  test("is in minutes, in UTC", () => assert.equal(spokenTime(at(5)), "2026-11-23 14:05 UTC"));

  test("is each time's own, however many were asked for before", () => {
    for (let round = 0; round < 2; round++)
      for (let minute = 0; minute < 5_000; minute++) {
        const text = spokenTime(at(minute));
        assert.equal(
          text,
          `${dateOf(at(minute)).toISOString().slice(0, 16).replace("T", " ")} UTC`,
        );
      }
  });
});
