import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { attemptOf, pauseAfter } from "../../../src/news/attempt.ts";
import { hours, minutes, plus, seconds } from "../../../src/values/time.ts";
import { noon } from "./build.ts";

describe("an answer", () => {
  const statuses: Record<string, readonly number[]> = {
    delivered: [200, 202, 204, 299],
    failed: [301, 302, 307, 408, 429, 500, 502, 503, 504, 599],
    denied: [401, 403, 404],
    refused: [400, 402, 405, 410, 413, 415, 422, 499],
  };
  for (const [kind, all] of Object.entries(statuses))
    for (const status of all)
      test(`${status} means ${kind}`, () => {
        assert.equal(attemptOf({ status, retryAfter: undefined }, noon).kind, kind);
      });

  test("that is no success says what to do", () => {
    const why = (status: number) => {
      const attempt = attemptOf({ status, retryAfter: undefined }, noon);
      return attempt.kind === "delivered" ? "" : attempt.why;
    };
    assert.match(why(302), /write the address that it leads to/);
    assert.match(why(401), /same secret/);
    assert.match(why(404), /check the receiver's url/);
    assert.match(why(422), /CloudEvents/);
  });

  const wishes: Record<string, number | undefined> = {
    "7": seconds(7),
    "0": 0,
    "99999": hours(1),
    [new Date(plus(noon, minutes(2))).toUTCString()]: minutes(2),
    [new Date(plus(noon, minutes(-2))).toUTCString()]: 0,
    soon: undefined,
  };
  for (const [text, wish] of Object.entries(wishes))
    test(`with Retry-After: ${text} asks for ${wish ?? "no"} ms`, () => {
      const attempt = attemptOf({ status: 503, retryAfter: text }, noon);
      assert.equal(attempt.kind === "failed" && attempt.retryAfter, wish);
    });
});

describe("the pause after a failure", () => {
  test("doubles, from a second to a quarter of an hour", () => {
    const pauses = [0, 1, 2, 9, 10, 1_000].map((failures) => pauseAfter(failures, () => 1));
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 512_000, 900_000, 900_000]);
  });

  test("is spread by half, and never shorter than the receiver asks", () => {
    assert.equal(
      pauseAfter(0, () => 0),
      500,
    );
    assert.equal(
      pauseAfter(0, () => 0, seconds(30)),
      30_000,
    );
  });
});
