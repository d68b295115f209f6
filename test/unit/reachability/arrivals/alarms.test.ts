import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Alarms } from "../../../../src/reachability/arrivals/alarms.ts";
import { minutes } from "../../../../src/values/time.ts";
import { address, arrivals, at } from "../build.ts";

const halfAnHour = () => minutes(30);

/** What is told of a slot that is quiet from minute 0 on, minute by minute. */
function told(length: number, lasts: (of: string) => ReturnType<typeof minutes> | undefined) {
  const alarms = new Alarms();
  return Array.from({ length }, (_, minute) => minute).filter(
    (minute) => alarms.news([arrivals(60 * minute, { since: at(0) })], lasts).length > 0,
  );
}

describe("what is found each minute is told", () => {
  test("when it begins, and again before it ages", () => {
    assert.deepEqual(told(40, halfAnHour), [0, 15, 30]);
  });

  test("never where the fleet ignores it", () => {
    assert.deepEqual(
      told(40, () => undefined),
      [],
    );
  });

  test("at once where it begins again", () => {
    const alarms = new Alarms();
    const first = arrivals(0, { since: at(0) });
    const later = arrivals(60, { since: at(60) });
    assert.deepEqual(alarms.news([first], halfAnHour), [first]);
    assert.deepEqual(alarms.news([], halfAnHour), []);
    assert.deepEqual(alarms.news([first], halfAnHour), [first]);
    assert.deepEqual(alarms.news([later], halfAnHour), [later]);
  });

  test("of each address by itself", () => {
    const alarms = new Alarms();
    const other = arrivals(60, { address: "203.0.113.10", since: at(60) });
    alarms.news([arrivals(0, { since: at(0) })], halfAnHour);
    const both = [arrivals(60, { since: at(0) }), other];
    assert.deepEqual(alarms.news(both, halfAnHour), [other]);
  });

  test("again at once where a clock went back", () => {
    const alarms = new Alarms();
    alarms.news([arrivals(0, { since: at(-60) })], halfAnHour);
    assert.equal(alarms.news([arrivals(-30, { since: at(-60) })], halfAnHour).length, 1);
  });
});

test("the state of alarms changes with who is suspected, and with nothing else", () => {
  const alarms = new Alarms();
  const state = (...all: Parameters<Alarms["news"]>[0]) => {
    alarms.news(all, halfAnHour);
    return alarms.state;
  };
  const one = state(arrivals(0, { since: at(0) }));
  assert.match(one, new RegExp(address));
  assert.equal(state(arrivals(900, { since: at(0) })), one);
  assert.notEqual(state(arrivals(960, { since: at(960) })), one);
  assert.equal(state(), "");
});
