import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadSlots, saveSlots } from "../../../../src/reachability/arrivals/saved.ts";
import { ArrivalsWatch } from "../../../../src/reachability/arrivals/watch.ts";
import { hours, minutes, plus } from "../../../../src/values/time.ts";
import { type Suspected, SteadyGroups, byDay, day, hour, only, settledGroups } from "./steady.ts";

const slotsOf = (all: readonly Suspected[]) => [
  ...new Set(all.map(({ evidence }) => evidence.address)),
];

/** What the watch would do after a restart of the operator. */
function restart(groups: SteadyGroups): void {
  groups.watch = new ArrivalsWatch(loadSlots(saveSlots(groups.watch.remember()).values()));
}

describe("a slot that goes quiet while the others go on", () => {
  test("is suspected, with a sentence, a chance and the published address", () => {
    const groups = settledGroups();
    const [first] = groups.live(hour, { share: only("s0", 0) });
    assert.deepEqual(
      { ...first?.evidence, chance: (first?.evidence.chance ?? 1) < 0.001 },
      {
        kind: "arrivals",
        address: "address of s0",
        at: groups.now - minutes(hour - (first?.minute ?? 0)),
        since: groups.now - minutes(hour - (first?.minute ?? 0)),
        chance: true,
        message:
          "12 new sessions an hour are usual at this time, none came in 47 min, while other slots had 95 % of theirs",
      },
    );
  });

  test("is suspected sooner the more sessions it has", () => {
    const noticed = ["s0", "s1", "s2", "s3"].map(
      (slot) => settledGroups().live(hour, { share: only(slot, 0) })[0]?.minute ?? Infinity,
    );
    assert.deepEqual(
      noticed,
      noticed.toSorted((a, b) => b - a),
    );
  });

  test("is suspected as long as it lasts, and no longer", () => {
    const groups = settledGroups();
    const during = groups.live(3 * hour, { share: only("s3", 0) });
    assert.equal(during.at(-1)?.minute, 3 * hour);
    assert.equal(new Set(during.map(({ evidence }) => evidence.since)).size, 1);
    const after = groups.live(2 * hour);
    assert.ok((after.at(-1)?.minute ?? 0) < 20, `for ${after.at(-1)?.minute} min more`);
  });

  test("is not held against it any more once the others fall as well", () => {
    const groups = settledGroups();
    groups.live(hour, { share: only("s3", 0) });
    const all = groups.live(2 * hour, { share: (slot) => (slot === "s3" ? 0 : 0.4) });
    assert.ok((all.at(-1)?.minute ?? 0) < 30, `for ${all.at(-1)?.minute} min more`);
  });

  test("is suspected where a few people abroad still come", () => {
    const all = settledGroups().live(2 * hour, { share: only("s3", 0.08) });
    assert.match(all.at(-1)?.evidence.message ?? "", /, \d came in /);
  });

  test("says how many handshakes failed, which are no arrivals", () => {
    const [first] = settledGroups().live(hour, { share: only("s3", 0), failures: 2 });
    assert.match(
      first?.evidence.message ?? "",
      /, none came in \d+ min, \d+ connections failed in the TLS handshake, while/,
    );
  });

  test("is suspected at once again after a restart of the operator", () => {
    const groups = settledGroups();
    groups.live(hour, { share: only("s2", 0) });
    restart(groups);
    const again = groups.live(5, { share: only("s2", 0) });
    assert.deepEqual(slotsOf(again), ["address of s2"]);
  });

  test("is suspected no later because the operator restarted meanwhile", () => {
    const [without] = settledGroups().live(hour, { share: only("s2", 0) });
    const groups = settledGroups();
    groups.live(12, { share: only("s2", 0) });
    restart(groups);
    const [first] = groups.live(hour, { share: only("s2", 0) });
    assert.ok(12 + (first?.minute ?? Infinity) <= (without?.minute ?? 0) + 3);
  });

  test("is no longer suspected after a day in which nobody moved it: its people left", () => {
    const groups = settledGroups();
    const all = groups.live(4 * day, { share: only("s3", 0) });
    const daysSuspected = new Set(all.map(({ minute }) => Math.floor(minute / day)));
    assert.deepEqual([...daysSuspected], [0, 1]);
  });

  test("keeps its habits through a block of a day, and is noticed again", () => {
    const groups = settledGroups();
    groups.live(day, { share: only("s3", 0) });
    groups.live(2 * day, { address: (slot) => `fresh address of ${slot}` });
    const [first] = groups.live(hour, {
      share: only("s3", 0),
      address: (slot) => `fresh address of ${slot}`,
    });
    assert.match(first?.evidence.message ?? "", /^4\d new sessions an hour are usual/);
  });
});

describe("nothing is suspected", () => {
  const cases: Record<string, (groups: SteadyGroups) => readonly Suspected[]> = {
    "while all is as usual, night and day": (groups) => groups.live(7 * day),
    "when all slots fall alike": (groups) => groups.live(6 * hour, { share: () => 0.2 }),
    "in an outage of the whole country": (groups) => groups.live(6 * hour, { share: () => 0 }),
    "when groups come back from an outage one after the other": (groups) => {
      const all = groups.live(2 * hour, { share: () => 0 });
      const back = groups.live(2 * hour, {
        share: (slot, minute) => (minute > 10 * Number(slot.slice(1)) ? 1 : 0),
      });
      return [...all, ...back];
    },
    "on a lazy day of one group": (groups) => groups.live(day, { share: only("s3", 0.5) }),
    "when many more come than usual": (groups) => groups.live(day, { share: only("s3", 15) }),
    "when a link was shared in a channel, and the rush is over": (groups) =>
      groups.live(3 * day, {
        share: (slot, minute) => (slot === "s3" ? 1 + 14 * Math.exp(-minute / (4 * hour)) : 1),
      }),
    "when a group grows, and then stays": (groups) => [
      ...groups.live(10 * day, {
        share: (slot, minute) => (slot === "s2" ? 1 + minute / (10 * day) : 1),
      }),
      ...groups.live(2 * day, { share: only("s2", 2) }),
    ],
    "when pods don't answer for an hour": (groups) => [
      ...groups.live(hour, { share: only("s3", "gap") }),
      ...groups.live(hour),
    ],
    "in the minutes of a restart or a reload": (groups) => groups.live(3, { share: only("s3", 0) }),
    "when the operator was not there for a day": (groups) => {
      restart(groups);
      groups.now = plus(groups.now, hours(24));
      return groups.live(hour);
    },
    "when the clock jumps": (groups) => {
      groups.now = plus(groups.now, hours(-5));
      const back = groups.live(hour);
      groups.now = plus(groups.now, hours(9));
      return [...back, ...groups.live(hour)];
    },
    "when an address is new and people move over slowly": (groups) =>
      groups.live(2 * day, {
        address: (slot) => (slot === "s3" ? "fresh" : `address of ${slot}`),
        onOld: (slot, minute) => (slot === "s3" ? Math.exp(-minute / (6 * hour)) : 0),
      }),
    "when an address is new and only a third finds it before the old one ends": (groups) =>
      groups.live(4 * day, {
        address: (slot) => (slot === "s3" ? "fresh" : `address of ${slot}`),
        onOld: (slot, minute) => (slot === "s3" && minute < day ? 2 / 3 : 0),
        share: (slot, minute) => (slot === "s3" && minute >= day ? 1 / 3 : 1),
      }),
    "when an address is new and nobody comes": (groups) =>
      groups.live(2 * day, {
        address: (slot) => (slot === "s3" ? "fresh" : `address of ${slot}`),
        share: only("s3", 0),
      }),
  };
  for (const [name, live] of Object.entries(cases))
    test(name, () => assert.deepEqual(slotsOf(live(settledGroups())), []));

  test("of a slot with too few people", () =>
    assert.deepEqual(slotsOf(settledGroups([2, 30, 40]).live(day, { share: only("s0", 0) })), []));

  test("where there is no other slot", () =>
    assert.deepEqual(slotsOf(settledGroups([60]).live(day, { share: () => 0 })), []));

  test("where the only others are of another audience", () => {
    const groups = new SteadyGroups([
      { slot: "here", perHour: byDay(60) },
      { slot: "there", perHour: byDay(60), audience: ["RU"] },
    ]);
    groups.live(10 * day + 10 * hour);
    assert.deepEqual(slotsOf(groups.live(12 * hour, { share: only("here", 0) })), []);
  });

  test("before habits are known", () => {
    const groups = new SteadyGroups([
      { slot: "s0", perHour: byDay(60) },
      { slot: "s1", perHour: byDay(60) },
    ]);
    groups.live(2 * day + 10 * hour);
    assert.deepEqual(slotsOf(groups.live(3 * hour, { share: only("s0", 0) })), []);
  });
});

test("a burst in another slot does not hide an outage", () => {
  const groups = settledGroups();
  const all = groups.live(6 * hour, { share: (slot) => (slot === "s0" ? 20 : 0) });
  assert.deepEqual(slotsOf(all), []);
});

test("one big group that is blocked itself does not hide that another is", () => {
  const groups = settledGroups([30, 60, 60, 600]);
  const share = (slot: string) => (slot === "s0" || slot === "s3" ? 0 : 1);
  assert.deepEqual(slotsOf(groups.live(hour, { share })).sort(), [
    "address of s0",
    "address of s3",
  ]);
});

test("a slot of a fleet that was scaled down is forgotten after a week, and not before", () => {
  const groups = settledGroups();
  const fewer = new SteadyGroups([{ slot: "s1", perHour: byDay(20) }]);
  fewer.watch = groups.watch;
  fewer.now = groups.now;
  const known = () => groups.watch.remember().map(({ slot }) => slot);
  fewer.live(6 * day);
  assert.deepEqual(known(), ["s0", "s1", "s2", "s3"]);
  fewer.live(2 * day);
  assert.deepEqual(known(), ["s1"]);
});

describe("a slot's habits", () => {
  const habit = (groups: SteadyGroups) =>
    groups.watch.remember()[3]?.memory.habits.at(groups.now)?.perHour ?? 0;

  test("stay as they are in outages of the whole country", () => {
    const groups = settledGroups();
    const before = habit(groups);
    groups.live(4 * day, { share: () => 0 });
    assert.ok(habit(groups) > 0.95 * before, `${habit(groups)} of ${before}`);
  });

  test("are those of all its addresses while people move over", () => {
    const groups = settledGroups();
    const before = habit(groups);
    groups.live(14 * day, { onOld: () => 0.9 });
    assert.ok(habit(groups) > 0.95 * before, `${habit(groups)} of ${before}`);
  });
});
