import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Agenda } from "../../../src/simulator/world/agenda.ts";
import { Border, dropped } from "../../../src/simulator/world/border.ts";
import { Chance } from "../../../src/simulator/world/chance.ts";
import { Day } from "../../../src/simulator/world/day.ts";
import { addressesOf, hostings, networkOf } from "../../../src/simulator/world/networks.ts";
import { hours, instant, millis } from "../../../src/values/time.ts";

const midnight = instant(Date.UTC(2026, 0, 5));

describe("the agenda", () => {
  test("lets things happen in the order of their times, and of their planning at one time", () => {
    const agenda = new Agenda(midnight);
    const seen: string[] = [];
    agenda.timer(20, () => seen.push("late"));
    agenda.timer(10, () => seen.push("first"));
    agenda.timer(10, () => {
      seen.push("second");
      agenda.timer(0, () => seen.push("third"));
    });
    agenda.timer(15, () => seen.push("cancelled"))();
    assert.equal(agenda.nextAt, midnight + 10);
    agenda.jump(instant(midnight + 10));
    assert.deepEqual(seen, ["first", "second", "third"]);
    agenda.jump(instant(midnight + 100));
    assert.deepEqual(seen, ["first", "second", "third", "late"]);
    assert.equal(agenda.nextAt, undefined);
  });

  test("keeps the order of many", () => {
    const agenda = new Agenda(midnight);
    const random = new Chance(7).stream("times");
    const times: number[] = [];
    for (let index = 0; index < 500; index++)
      agenda.timer(random() * 1_000, () => times.push(agenda.now()));
    for (let next = agenda.nextAt; next !== undefined; next = agenda.nextAt) agenda.jump(next);
    assert.equal(times.length, 500);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });
});

describe("a day", () => {
  const day = new Day(
    hours(2),
    Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 0 : 1)),
  );

  test("counts only the hours in which people are awake", () => {
    assert.equal(day.use(instant(midnight + hours(24))) - day.use(midnight), hours(16));
    assert.equal(day.use(instant(midnight + hours(5))) - day.use(midnight), 0);
    assert.equal(day.use(instant(midnight + hours(8))) - day.use(midnight), hours(2));
  });

  test("says when somebody has used the phone for so long", () => {
    assert.equal(day.untilUsed(midnight, hours(1)), hours(7));
    assert.equal(day.untilUsed(midnight, hours(17)), hours(24 + 7));
  });

  test("says when an office opens", () => {
    assert.equal(day.untilBetween(midnight, [10, 17]), hours(8));
    assert.equal(day.untilBetween(instant(midnight + hours(9)), [10, 17]), 0);
    assert.equal(day.untilBetween(instant(midnight + hours(16)), [10, 17]), hours(16));
  });
});

describe("the border", () => {
  const isp = "mobile";

  test("stops what a block is about, and nothing else", () => {
    const border = new Border();
    const what = { kind: "network", cidr: "101.0.1.0/24" } as const;
    const lift = border.add({ what, effect: dropped });
    assert.equal(border.passes("101.0.1.7", isp), false);
    assert.equal(border.passes("101.0.2.7", isp), true);
    lift();
    lift();
    assert.equal(border.passes("101.0.1.7", isp), true);
  });

  test("knows ports and providers", () => {
    const border = new Border();
    const what = { kind: "address", address: "101.0.1.7" } as const;
    border.add({ what, effect: dropped, listeners: ["chat"], isps: new Set([isp]) });
    assert.equal(border.outcome("101.0.1.7", "chat", isp).kind, "Failed");
    assert.equal(border.outcome("101.0.1.7", "media", isp).kind, "Worked");
    assert.equal(border.passes("101.0.1.7", "fixed"), true);
  });

  test("reports whom a change is about", () => {
    const border = new Border();
    const seen: string[] = [];
    border.onChange((affected) => seen.push(affected));
    border.add({ what: { kind: "address", address: "101.0.1.7" }, effect: dropped })();
    border.add({ what: { kind: "everything" }, effect: dropped, isOutage: true });
    assert.deepEqual(seen, ["101.0.1.7", "101.0.1.7", "all"]);
    assert.equal(border.isDown(isp), true);
  });
});

test("addresses are spread over providers and networks, or lie in one", () => {
  const [one, other] = hostings(20, { providers: 2, oneNetwork: false });
  assert.ok(one !== undefined && other !== undefined);
  const all = [...addressesOf(one), ...addressesOf(other)];
  assert.equal(new Set(all).size, 20);
  assert.equal(new Set(all.map(networkOf)).size, 4);
  const [single] = hostings(20, { providers: 2, oneNetwork: true });
  assert.ok(single !== undefined);
  assert.equal(new Set(addressesOf(single).map(networkOf)).size, 1);
});

test("each part of the world has chance of its own, which others do not disturb", () => {
  const [a, b] = [new Chance(1), new Chance(1)];
  const people = a.stream("people");
  b.stream("censor")();
  assert.equal(people(), b.stream("people")());
  assert.notEqual(a.stream("people")(), new Chance(2).stream("people")());
  assert.ok(millis(people()) < 1);
});
