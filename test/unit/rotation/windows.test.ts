import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  type Instant,
  hours,
  instant,
  minutes,
  parseInstant,
  plus,
} from "../../../src/values/time.ts";
import { openFrom, windowFaults } from "../../../src/rotation/windows.ts";

const window = (cron: string, timeZone = "UTC", duration = hours(1)) => ({
  cron,
  duration,
  timeZone,
});
const time = (text: string): Instant => parseInstant(text)!;

describe("the first moment in which a window is open", () => {
  const cases: Record<
    string,
    { given: ReturnType<typeof window>[]; at: string; expect: string | undefined }
  > = {
    "without windows it is now": {
      given: [],
      at: "2026-11-23T12:00:00Z",
      expect: "2026-11-23T12:00:00Z",
    },
    "inside of a window it is now": {
      given: [window("0 2 * * *")],
      at: "2026-11-23T02:59:59Z",
      expect: "2026-11-23T02:59:59Z",
    },
    "at its opening it is now": {
      given: [window("0 2 * * *")],
      at: "2026-11-23T02:00:00Z",
      expect: "2026-11-23T02:00:00Z",
    },
    "at its end it is over": {
      given: [window("0 2 * * *")],
      at: "2026-11-23T03:00:00Z",
      expect: "2026-11-24T02:00:00Z",
    },
    "a window may last over midnight": {
      given: [window("0 22 * * *", "UTC", hours(4))],
      at: "2026-11-24T01:00:00Z",
      expect: "2026-11-24T01:00:00Z",
    },
    "of two windows the first that opens counts": {
      given: [window("0 2 * * *"), window("0 20 * * *")],
      at: "2026-11-23T12:00:00Z",
      expect: "2026-11-23T20:00:00Z",
    },
    "the time zone's own clock counts": {
      given: [window("0 2 * * *", "Asia/Tehran")],
      at: "2026-11-23T12:00:00Z",
      expect: "2026-11-23T22:30:00Z",
    },
    "names of days and months are understood": {
      given: [window("0 2 * JAN SUN")],
      at: "2026-11-23T12:00:00Z",
      expect: "2027-01-03T02:00:00Z",
    },
    "an opening that the spring skips comes right after the gap": {
      given: [window("30 2 * * *", "Europe/Berlin")],
      at: "2026-03-28T12:00:00Z",
      expect: "2026-03-29T01:00:00Z",
    },
    "an opening that the autumn repeats comes once": {
      given: [window("30 2 * * *", "Europe/Berlin", minutes(10))],
      at: "2026-10-25T00:45:00Z",
      expect: "2026-10-26T01:30:00Z",
    },
    "one window that never opens does not close the others": {
      given: [window("0 0 31 2 *"), window("0 20 * * *")],
      at: "2026-11-23T12:00:00Z",
      expect: "2026-11-23T20:00:00Z",
    },
    "windows that never open leave no moment": {
      given: [window("0 0 31 2 *")],
      at: "2026-11-23T12:00:00Z",
      expect: undefined,
    },
  };
  for (const [name, { given, at, expect }] of Object.entries(cases))
    test(name, () =>
      assert.equal(openFrom(given, time(at)), expect === undefined ? undefined : time(expect)),
    );
});

test("what was looked up once answers as if it were looked up again", () => {
  const moments = fc.array(fc.integer({ min: 0, max: 40 * 24 * 3600 }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(moments, (offsets) => {
      for (const offset of offsets) {
        const at = plus(time("2026-03-01T00:00:00Z"), hours(offset / 3600));
        const found = openFrom([window("17 3 * * *", "Europe/Berlin")], at) ?? instant(0);
        assert.ok(found >= at && found - at <= hours(25));
        const minute = new Intl.DateTimeFormat("en", {
          timeZone: "Europe/Berlin",
          hour: "numeric",
          minute: "numeric",
          hour12: false,
        });
        if (found > at) assert.equal(minute.format(found), "03:17");
      }
    }),
  );
});

describe("windows that can never open are reported with field, value and remedy", () => {
  const cases: Record<string, { given: ReturnType<typeof window>; expect: RegExp | undefined }> = {
    "a good one is fine": { given: window("0 2 * * *"), expect: undefined },
    "29 February is fine": { given: window("0 0 29 2 *"), expect: undefined },
    "31 February": {
      given: window("0 0 31 2 *"),
      expect:
        /^spec\.rotation\.windows\[0\]\.cron "0 0 31 2 \*" never comes: there is no 31 February$/,
    },
    "31 April by its name": {
      given: window("0 0 31 APR *"),
      expect: /never comes: there is no 31 April/,
    },
    "31 February, whatever blanks are between": {
      given: window("0 0  31 2 *"),
      expect: /never comes: there is no 31 February/,
    },
    "a day that none of several months has": {
      given: window("0 0 31 2,4 *"),
      expect: /never comes: no date has this day and month/,
    },
    "a list of days that no month has": {
      given: window("0 0 30,31 2 *"),
      expect: /never comes: no date has this day and month/,
    },
    "a minute that no hour has": {
      given: window("99 2 * * *"),
      expect: /cron "99 2 \* \* \*" can't be read: .*minute.* Write minute, hour/,
    },
    "a time zone that is misspelled": {
      given: window("0 2 * * *", "Asia/Teheran"),
      expect: /timeZone "Asia\/Teheran" is not known: write Asia\/Tehran$/,
    },
    "a country for a time zone": {
      given: window("0 2 * * *", "UK"),
      expect: /timeZone "UK" is not known: write an IANA name such as Asia\/Tehran or UTC/,
    },
    "a time zone that nobody knows": {
      given: window("0 2 * * *", "Mars/Phobos"),
      expect:
        /^spec\.rotation\.windows\[0\]\.timeZone "Mars\/Phobos" is not known: write an IANA name/,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const faults = windowFaults([given]);
      if (expect === undefined) assert.deepEqual(faults, []);
      else assert.match(faults[0] ?? "", expect);
    });
});
