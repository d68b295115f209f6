import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Habits } from "../../../../src/reachability/arrivals/habits.ts";
import { hours, minutes, plus } from "../../../../src/values/time.ts";
import { byDay, monday } from "./steady.ts";

const at = (day: number, hour: number) => plus(monday, minutes((day * 24 + hour) * 60));

/** Lives some weeks, day by day: `rate` of each hour. */
function lived(days: number, rate: (day: number, hour: number) => number): Habits {
  const habits = new Habits();
  for (let day = 0; day < days; day++)
    for (let hour = 0; hour < 24; hour++) habits.learn(at(day, hour), rate(day, hour), hours(1));
  return habits;
}

/** In the middle of an hour. */
const usual = (habits: Habits, day: number, hour: number) =>
  habits.at(plus(at(day, hour), minutes(30)))?.perHour ?? Number.NaN;

function isAbout(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 0.12, `${actual} is not about ${expected}`);
}

describe("habits", () => {
  test("are unknown for three days, and then known for each hour of the day", () => {
    assert.equal(lived(2, () => 10).at(at(2, 12)), undefined);
    isAbout(usual(lived(3, byDayAndHour), 3, 12), 10);
  });

  test("tell the hours of the week apart", () => {
    const weekend = (day: number) => (day % 7 >= 5 ? 30 : 10);
    const habits = lived(42, weekend);
    isAbout(usual(habits, 42, 12), 10);
    assert.ok(usual(habits, 47, 12) > 20, `${usual(habits, 47, 12)} on a Saturday`);
  });

  test("go over from one hour to the next", () => {
    const habits = lived(14, (_, hour) => (hour < 12 ? 10 : 20));
    isAbout(habits.at(at(14, 12))?.perHour ?? 0, 15);
  });

  test("follow a group that grows by a tenth each week", () => {
    const habits = lived(70, (day) => 20 * 1.1 ** (day / 7));
    const now = 20 * 1.1 ** 10;
    assert.ok(usual(habits, 70, 12) > 0.6 * now && usual(habits, 70, 12) < now);
  });

  test("are not changed much by a block of two days", () => {
    const habits = lived(42, (day) => (day >= 40 ? 0 : 20));
    assert.ok(usual(habits, 42, 12) > 18 && usual(habits, 47, 12) > 14);
  });

  test("are not changed much by a link that a thousand people use on one day", () => {
    const habits = lived(42, (day) => (day === 38 ? 500 : 20));
    assert.ok(usual(habits, 45, 12) < 26, `${usual(habits, 45, 12)}`);
  });

  test("leave a quiet hour behind within weeks, and come to a busy one more slowly", () => {
    const habits = lived(42, (day, hour) => byDay(20)(day < 14 ? hour : (hour + 12) % 24));
    assert.ok(usual(habits, 42, 2) > 1, `${usual(habits, 42, 2)} at night`);
    assert.ok(usual(habits, 42, 14) < 12, `${usual(habits, 42, 14)} by day`);
  });

  test("count as background what comes at the quietest hour", () => {
    isAbout(lived(14, (_, hour) => 3 + byDay(20)(hour)).at(at(14, 12))?.background ?? 0, 3);
  });

  test("learn from a part of an hour what an hour has", () => {
    const habits = new Habits();
    for (let hour = 0; hour < 96; hour++) habits.learn(at(0, hour), 10, minutes(30));
    isAbout(usual(habits, 4, 12), 20);
  });

  test("fit into 168 bytes and a number", () => {
    const habits = lived(20, (_, hour) => byDay(20)(hour));
    const { rates, hoursLearnt } = habits.saved;
    assert.equal(rates.byteLength, 168);
    assert.deepEqual(new Habits({ rates, hoursLearnt }).at(at(20, 12)), habits.at(at(20, 12)));
  });

  test("hold rates from nothing to thousands an hour", () => {
    for (const rate of [0, 0.2, 3, 700, 19_000]) {
      const known = usual(
        lived(14, () => rate),
        14,
        12,
      );
      assert.ok(Math.abs(known - rate) <= 0.05 + 0.06 * rate, `${known} is not about ${rate}`);
    }
  });
});

function byDayAndHour(_day: number, hour: number): number {
  return byDay(10)(hour);
}
