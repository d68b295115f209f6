import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Minute,
  type Suspicion,
  judgeMinute,
  noSuspicion,
} from "../../../../src/reachability/arrivals/arrivals-test.ts";
import { minutes, plus } from "../../../../src/values/time.ts";
import { monday } from "./steady.ts";

const others = { arrivals: 2, expected: 2, share: 1, shareOf: 30 };
const quiet: Minute = {
  from: monday,
  lasted: minutes(1),
  arrivals: 0,
  failures: 0,
  perHour: 60,
  background: 0,
  dispersion: 1,
  others,
};

/** So many such minutes, one after the other. */
function after(length: number, minute: Partial<Minute> = {}, from = noSuspicion): Suspicion {
  let now = from;
  for (let each = 0; each < length; each++)
    now = judgeMinute(now, { ...quiet, ...minute, from: plus(monday, minutes(each)) });
  return now;
}

const suspected = after(30);

describe("a minute without a session", () => {
  test("adds to the suspicion", () => assert.ok(after(2).sum > after(1).sum));
  test("counts for no more than the habit, however busy the others are", () =>
    assert.equal(after(2, { others: { ...others, share: 2 } }).sum, after(2).sum));
  test("counts for less where the others have less", () =>
    assert.ok(after(2, { others: { ...others, share: 0.7 } }).sum < after(2).sum));
  test("counts for less where sessions come in clusters", () =>
    assert.equal(after(2, { dispersion: 2 }).sum, after(2).sum / 2));
  test("counts for less where much of it is background", () =>
    assert.ok(after(2, { background: 50 }).sum < after(2).sum / 2));
  test("counts for nothing where nobody knows how the others fare", () =>
    assert.equal(after(9, { others: { ...others, share: undefined } }).sum, 0));
  test("counts for nothing with fewer than three an hour", () =>
    assert.equal(after(9, { perHour: 2.9 }).sum, 0));
  test("is soon an alarm, but not in the first four minutes", () => {
    const busy = { perHour: 6000, others: { ...others, arrivals: 90, expected: 90 } };
    assert.equal(after(3, busy).alarmSince, undefined);
    assert.notEqual(after(4, busy).alarmSince, undefined);
  });
});

describe("a quiet time", () => {
  const next = (from: number) =>
    judgeMinute(after(5), { ...quiet, from: plus(monday, minutes(from)) }).quiet?.lasted;
  test("goes on after a gap of half an hour", () => assert.equal(next(34), minutes(6)));
  test("begins from scratch after a longer one", () => assert.equal(next(36), minutes(1)));
  test("begins from scratch where the clock went back", () => assert.equal(next(-9), minutes(1)));
});

describe("an outage", () => {
  const outage = { others: { arrivals: 0, expected: 2, share: 0.1, shareOf: 30 } };
  test("ends a quiet time", () => assert.equal(after(1, outage, after(5)).quiet, undefined));
  test("is not judged for three quarters of an hour after it", () => {
    const down = after(1, outage);
    assert.equal(after(44, {}, down).sum, 0);
    assert.ok(after(47, {}, down).sum > 0);
  });
  test("that the clock puts into the future holds nothing up", () => {
    const ahead = { ...noSuspicion, outageAt: plus(monday, minutes(600)) };
    assert.ok(after(2, {}, ahead).sum > 0);
  });
  test("forgets no suspicion from before it", () =>
    assert.equal(after(1, outage, suspected).alarmSince, suspected.alarmSince));
});

test("a suspicion lasts through the night, in which few come anyway", () => {
  const night = after(9, { perHour: 1 }, suspected);
  assert.equal(night.alarmSince, suspected.alarmSince);
  assert.equal(night.quiet, undefined);
});

test("a suspicion ends when people come", () => {
  assert.equal(after(6, { arrivals: 1 }, suspected).alarmSince, undefined);
});
