import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  decodeSlots,
  encodeSlots,
  loadSlots,
  saveSlots,
} from "../../../../src/reachability/arrivals/saved.ts";
import { Habits } from "../../../../src/reachability/arrivals/habits.ts";
import { type Instant, instant, minutes } from "../../../../src/values/time.ts";
import { only, settledGroups } from "./steady.ts";

const saved = (quietMinutes = 0) => {
  const groups = settledGroups();
  groups.live(quietMinutes, { share: only("s3", 0) });
  return saveSlots(groups.watch.remember());
};

describe("what is kept of a slot over a restart", () => {
  test("is a few hundred characters", () => {
    for (const text of saved().values()) assert.ok(text.length < 700, `${text.length}: ${text}`);
    for (const text of saved(60).values()) assert.ok(text.length < 800, `${text.length}: ${text}`);
  });

  test("comes back as it was", () => {
    const texts = saved(60);
    assert.deepEqual(saveSlots(loadSlots(texts.values())), texts);
  });

  test("holds counts, times and the address of ours, and nothing else", () => {
    const keys = Object.keys(JSON.parse(saved(60).get("s3") ?? "{}") as object);
    assert.deepEqual(keys.sort(), [
      "hoursLearnt",
      "lastThere",
      "level",
      "rates",
      "slot",
      "spread",
      "suspicion",
    ]);
  });

  const broken: Record<string, (text: string) => string> = {
    "is cut off": (text) => text.slice(0, -9),
    "has a rate too few": (text) => text.replace(/"rates":"..../, '"rates":"'),
    "has no number where one is due": (text) =>
      text.replace(/"hoursLearnt":\d+/, '"hoursLearnt":null'),
    "is empty": () => "",
    "is of another kind": () => "[]",
  };
  for (const [name, spoil] of Object.entries(broken))
    test(`begins from scratch where it ${name}, and the other slots don't`, () => {
      const texts = [...saved()].map(([slot, text]) => (slot === "s1" ? spoil(text) : text));
      assert.deepEqual(
        loadSlots(texts).map(({ slot }) => slot),
        ["s0", "s2", "s3"],
      );
    });
});

describe("the text that all slots are kept in", () => {
  const remembered = () => settledGroups().watch.remember();

  test("has room for 1,300 slots", () => {
    const [one] = remembered();
    const many = Array.from({ length: 1_300 }, (_, index) => ({
      ...one!,
      slot: `namespace-of-a-group/a-fleet-of-some-length/${index}`,
    }));
    assert.equal(decodeSlots(encodeSlots(many)).length, 1_300);
  });

  test("keeps the slots that are there, and of these the ones that most was learnt of", () => {
    const [gone, fresh, old] = remembered().map((one, index) =>
      index === 0 ? { ...one, lastThere: minutesBefore(one.lastThere, 60) } : one,
    );
    const { habits } = fresh!.memory;
    const little = new Habits({ ...habits.saved, hoursLearnt: 3 });
    const all = [gone!, { ...fresh!, memory: { ...fresh!.memory, habits: little } }, old!];
    const size = encodeSlots(all).length;
    const names = (maxBytes: number) =>
      decodeSlots(encodeSlots(all, maxBytes)).map(({ slot }) => slot);
    assert.deepEqual(names(size + 1), ["s2", "s1", "s0"]);
    assert.deepEqual(names(size - 1), ["s2", "s1"]);
    assert.deepEqual(names(size / 2), ["s2"]);
    assert.deepEqual(names(0), []);
  });

  test("may be empty, or anything else", () => {
    assert.deepEqual([decodeSlots(""), decodeSlots("{\n[]\nnull")], [[], []]);
  });
});

function minutesBefore(at: Instant, count: number): Instant {
  return instant(at - minutes(count));
}
