import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadSlots, saveSlots } from "../../../../src/reachability/arrivals/saved.ts";
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
