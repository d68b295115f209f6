import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { carriedBy, trafficOf } from "../../../src/overview/traffic.ts";
import type { PodStatus } from "../../../src/pods/status.ts";

const lane = (
  address: string | undefined,
  sessions: number,
  bytesIn = 0,
): PodStatus["lanes"][0] => ({
  lane: 0,
  open: true,
  sessions,
  sessionsTotal: 10 * sessions,
  bytesIn,
  ...(address === undefined ? {} : { address }),
});
const pod = (...lanes: PodStatus["lanes"]): PodStatus => ({ revision: "1", lanes });

describe("what pods carry", () => {
  const { sessions, traffic } = carriedBy([
    pod(lane("a", 3, 500), lane("b", 1), lane(undefined, 7)),
    pod(lane("a", 2, 250)),
  ]);
  test("is added up over all pods, by address", () =>
    assert.deepEqual(
      [...sessions],
      [
        ["a", 5],
        ["b", 1],
      ],
    ));
  test("counts zero where an old supervisor does not say", () =>
    assert.deepEqual(traffic.get("a"), {
      sessionsTotal: 50,
      bytesIn: 750,
      bytesOut: 0,
      refused: 0,
    }));
  test("of a slot is that of all its addresses", () =>
    assert.equal(trafficOf(["a", "b", "c"], traffic)?.sessionsTotal, 60));
  test("is not known where nobody asked the pods", () => {
    assert.equal(trafficOf(["a"], undefined), undefined);
    assert.equal(trafficOf(["c"], traffic), undefined);
  });
});
