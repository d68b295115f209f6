import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CountryReading } from "../../../src/reachability/feeds/feed.ts";
import {
  type FeedAnswer,
  type FeedMemory,
  afterReading,
  inTurn,
  nextReadingAt,
} from "../../../src/reachability/feeds/feed-memory.ts";
import { minutes } from "../../../src/values/time.ts";
import { at, noon } from "./build.ts";

const worked: FeedAnswer = { kind: "worked" };
const refused: FeedAnswer = { kind: "failed", message: "502" };

function reading(country: string, down: boolean | undefined, since?: number): CountryReading {
  const from = since === undefined ? undefined : at(since);
  return { country, down, since: from, message: "12% left" };
}

function read(
  s: number,
  readings: readonly CountryReading[],
  { before, answer = worked }: { before?: FeedMemory; answer?: FeedAnswer } = {},
): FeedMemory {
  const end = { feed: "IODA", readings, answer } as const;
  return afterReading(before, end, { now: at(s), random: () => 0.5 });
}

describe("what a feed said of a country", () => {
  test("is an alert, which says since when, and when it was said last", () => {
    const before = read(0, [reading("IR", true, -3_600)]);
    const { alerts } = read(600, [reading("IR", true, -3_600)], { before });
    assert.deepEqual(
      [...alerts],
      [["IR", { feed: "IODA", since: at(-3_600), seenAt: at(600), message: "12% left" }]],
    );
  });

  test("began when it was said first, where the feed does not know", () => {
    const before = read(0, [reading("IR", true)]);
    assert.equal(read(600, [reading("IR", true)], { before }).alerts.get("IR")?.since, noon);
  });

  test("is over when the feed says so", () => {
    const before = read(0, [reading("IR", true), reading("RU", true)]);
    const { alerts } = read(600, [reading("IR", false)], { before });
    assert.deepEqual([...alerts.keys()], ["RU"]);
  });

  test("stays as it was, and ages, where the feed has nothing new or does not answer", () => {
    const before = read(0, [reading("IR", true), reading("RU", true)]);
    const { alerts } = read(600, [reading("IR", undefined)], { before, answer: refused });
    assert.deepEqual(
      [...alerts.values()].map(({ seenAt }) => seenAt),
      [noon, noon],
    );
  });

  test("is forgotten a day after anybody asked for it", () => {
    const before = read(0, [reading("IR", true)]);
    const { alerts, readAt } = read(86_401, [reading("RU", false)], { before });
    assert.deepEqual([[...alerts.keys()], [...readAt.keys()]], [[], ["RU"]]);
  });
});

describe("a feed is asked", () => {
  const afterMinutes = (memory: FeedMemory) =>
    (nextReadingAt(memory, noon) - memory.endedAt) / minutes(1);

  test("at once by a new leader", () => assert.equal(nextReadingAt(undefined, noon), noon));

  test("every ten minutes", () => assert.equal(afterMinutes(read(0, [])), 10));

  test("in pauses that double where it fails, up to an hour, and at its pace again once it works", () => {
    let memory: FeedMemory | undefined;
    const pauses = Array.from({ length: 9 }, () => {
      memory = read(0, [], { answer: refused, ...(memory && { before: memory }) });
      return afterMinutes(memory);
    });
    assert.deepEqual(pauses, [0.5, 1, 2, 4, 8, 16, 32, 60, 60]);
    assert.equal(afterMinutes(read(0, [], { before: memory! })), 10);
  });

  test("as late as it wishes, within limits", () => {
    const answer = { ...refused, retryAfterMs: minutes(20) } as const;
    assert.equal(afterMinutes(read(0, [], { answer })), 20);
    const forever = { ...refused, retryAfterMs: minutes(1e6) } as const;
    assert.equal(afterMinutes(read(0, [], { answer: forever })), 120);
  });

  test("soon again where its token is missing: that costs it nothing", () => {
    const answer = { kind: "tokenMissing", message: "" } as const;
    assert.equal(afterMinutes(read(0, [], { answer })), 1);
  });

  test("at once where a clock was set back", () =>
    assert.equal(nextReadingAt(read(3_600, []), noon), noon));

  test("first for the countries that it was not asked for of late", () => {
    const before = read(0, [reading("IR", false), reading("CN", false)]);
    const memory = read(600, [reading("CN", false)], { before });
    assert.deepEqual(inTurn(["CN", "IR", "RU", "BY"], memory), ["BY", "RU", "IR", "CN"]);
  });

  test("when it last worked is remembered while it fails", () => {
    const before = read(0, []);
    assert.equal(read(600, [], { before, answer: refused }).workedAt, noon);
  });
});
