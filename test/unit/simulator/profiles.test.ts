import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  builtInProfile,
  profileFiles,
  profileOf,
} from "../../../src/simulator/profiles/built-in.ts";
import { sourcesOf } from "../../../src/simulator/profiles/profile.ts";
import { estimate } from "../../../src/simulator/figures/interval.ts";

describe("profiles", () => {
  for (const { name } of profileFiles)
    test(`${name} can be read, and its providers serve everybody`, () => {
      const { isps, habits } = builtInProfile(name);
      const shares = isps.reduce((sum, { share }) => sum + share, 0);
      assert.ok(Math.abs(shares - 1) < 1e-9);
      assert.ok(habits.prompt + habits.late <= 1);
    });

  test("a figure without a source is refused, by its name", () => {
    const given = { name: "mine", extends: "quiet", about: "mine", utcOffset: { value: "1h" } };
    assert.throws(() => profileOf(given), /utcOffset.source/);
  });

  test("a profile shows where each of its figures comes from", () => {
    const [quiet] = profileFiles;
    const paths = sourcesOf(quiet).map(([path]) => path);
    assert.ok(paths.includes("habits.prompt") && paths.includes("groupSizes"));
  });
});

test("an estimate is the mean with its 95 % interval", () => {
  const { mean, half } = estimate([1, 2, 3]);
  assert.equal(mean, 2);
  assert.ok(Math.abs(half - 4.3 / Math.sqrt(3)) < 0.01);
  assert.deepEqual(estimate([5]), { mean: 5, half: 0 });
});
