import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { factorOf, learnLevel, newLevel } from "../../../../src/reachability/arrivals/level.ts";
import { type Compared, Others } from "../../../../src/reachability/arrivals/others.ts";
import { chanceOf, sentenceOf } from "../../../../src/reachability/arrivals/sentence.ts";
import {
  type Spread,
  dispersionOf,
  learnSpread,
  newSpread,
} from "../../../../src/reachability/arrivals/spread.ts";
import { instant, minutes } from "../../../../src/values/time.ts";
import { seeded } from "../../rotation/build.ts";
import { poisson } from "./people/chance.ts";

describe("the level of an address", () => {
  /** Some hours in which so many came of ten an hour. */
  const after = (hours: number, perHour: number, level = newLevel("a")) => {
    let now = level;
    for (let stretch = 0; stretch < 12 * hours; stretch++)
      now = learnLevel(now, { lasted: minutes(5), arrivals: perHour / 12, expected: 10 / 12 });
    return now;
  };
  const factor = (level: ReturnType<typeof newLevel>) => factorOf(level)?.toFixed(1);

  test("is unknown for two hours", () => {
    assert.equal(factorOf(after(1.9, 100)), undefined);
    assert.equal(factor(after(2, 5)), "0.5");
  });
  test("is unknown until a dozen sessions were to be expected", () => {
    assert.equal(factorOf(after(1.1, 10)), undefined);
  });
  test("follows people who move over within a day", () => {
    assert.equal(factor(after(10, 8, after(10, 2))), "0.8");
  });
  test("takes no rush for a habit", () => {
    assert.ok((factorOf(after(2, 300, after(40, 10))) ?? 9) < 2);
  });
});

describe("the spread of a slot's sessions", () => {
  /** A thousand stretches of clusters of this size. */
  function learnt(size: number, mean: (each: number) => number): Spread {
    const random = seeded(3);
    let spread = newSpread;
    for (let each = 0; each < 1000; each++) {
      const of = mean(each) / size;
      spread = learnSpread(spread, size * poisson(of, random), size * poisson(of, random));
    }
    return spread;
  }

  test("is 1 where each comes by itself, and 3 where they come in threes", () => {
    assert.ok(Math.abs(dispersionOf(learnt(1, () => 5)) - 1) < 0.2);
    assert.ok(Math.abs(dispersionOf(learnt(3, () => 9)) - 3) < 0.6);
  });
  test("is the same whether hours differ or not", () => {
    assert.ok(dispersionOf(learnt(1, (each) => 10 * (each % 3))) < 1.2);
  });
  test("is never below 1", () => {
    let spread = newSpread;
    for (let each = 0; each < 2000; each++) spread = learnSpread(spread, 5, 5);
    assert.equal(dispersionOf(spread), 1);
  });
  test("is not thrown off by one rush", () => {
    const before = dispersionOf(newSpread);
    assert.ok(dispersionOf(learnSpread(newSpread, 3, 900)) <= 4 * before);
  });
});

describe("what the others had", () => {
  const of = (slot: string, arrivals: number, perHour = 60): Compared => ({
    slot,
    audience: "IR",
    arrivals,
    perHour,
    expected: perHour / 60,
  });
  const after = (length: number, ...compared: Compared[]) => {
    const others = new Others();
    let seen = others.step(compared, minutes(1));
    for (let each = 1; each < length; each++) seen = others.step(compared, minutes(1));
    return seen;
  };
  const a = { slot: "a", audience: "IR" };

  test("leaves the slot itself out", () => {
    assert.equal(after(30, of("a", 0), of("b", 1))(a).share, 1);
    assert.equal(after(30, of("a", 0), of("b", 1))({ slot: "b", audience: "IR" }).share, 0);
  });
  test("leaves other audiences out", () => {
    assert.equal(after(30, of("a", 0), of("b", 0), { ...of("c", 1), audience: "RU" })(a).share, 0);
  });
  test("is not known from nobody, or from few", () => {
    assert.equal(after(30, of("a", 1))(a).share, undefined);
    assert.equal(after(30, of("a", 1), of("b", 0, 3))(a).share, undefined);
  });
  test("is no more for a burst", () => {
    assert.ok((after(30, of("a", 1), of("b", 99), of("c", 0))(a).share ?? 1) <= 0.6);
  });
  test("is the share of groups, not of people: a big one weighs as one of 60 an hour", () => {
    const { share } = after(30, of("a", 1), of("b", 0, 6000), of("c", 1), of("d", 1))(a);
    assert.equal(share?.toFixed(2), "0.67");
  });
});

describe("the sentence", () => {
  const quiet = {
    lasted: minutes(40),
    until: instant(0),
    arrivals: 0,
    failures: 0,
    usual: 8,
    expected: 7.6,
    others: { arrivals: 57, expected: 60 },
  };
  const cases: Record<string, string> = {
    [sentenceOf(quiet)]:
      "12 new sessions an hour are usual at this time, none came in 40 min, while other slots had 95 % of theirs",
    [sentenceOf({ ...quiet, arrivals: 1, failures: 1 })]:
      "12 new sessions an hour are usual at this time, 1 came in 40 min, 1 connection failed in the TLS handshake, while other slots had 95 % of theirs",
    [sentenceOf({ ...quiet, arrivals: -2, failures: 31, lasted: minutes(180) })]:
      "3 new sessions an hour are usual at this time, none came in 3 h, 31 connections failed in the TLS handshake, while other slots had 95 % of theirs",
  };
  for (const [actual, expected] of Object.entries(cases))
    test(expected, () => assert.equal(actual, expected));

  test("never says more than all of what others are used to, nor how they fare in detail", () => {
    const others = (arrivals: number) =>
      sentenceOf({ ...quiet, others: { arrivals, expected: 100 } }).slice(-28);
    assert.equal(others(140), "other slots had 100 % of theirs".slice(-28));
    assert.equal(others(81), others(79));
  });

  test("has a chance that is that of a Poisson distribution, and larger where sessions come in clusters", () => {
    assert.equal(chanceOf(quiet, 1).toFixed(6), Math.exp(-7.6).toFixed(6));
    assert.equal(
      chanceOf({ ...quiet, arrivals: 2 }, 1).toFixed(6),
      (Math.exp(-7.6) * (1 + 7.6 + 7.6 ** 2 / 2)).toFixed(6),
    );
    assert.ok(chanceOf(quiet, 3) > 10 * chanceOf(quiet, 1));
  });
});
