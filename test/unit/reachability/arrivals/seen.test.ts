import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lanesOf, lastingOf, slotsOf } from "../../../../src/reachability/arrivals/seen.ts";
import { minutes } from "../../../../src/values/time.ts";
import { address, fleet } from "../stage.ts";

const until = "2026-12-01T00:00:00Z";
const draining = { phase: "Draining", spec: { want: "Drain", drainUntil: until } };

/** The fleet family with these addresses, and no pods. */
function counted(addresses: Parameters<typeof fleet>[0], spec: object = {}) {
  return { ...fleet(addresses, spec), pods: [] };
}

describe("the lanes of a slot", () => {
  test("are those of its published address, and of the old ones that people may still be on", () => {
    const moved = counted([
      address("203.0.113.9", draining),
      address("203.0.113.10", { spec: { want: "Drain", drainUntil: until } }),
      address("203.0.113.11", { spec: { ordinal: 3 } }),
      address("203.0.113.12", { phase: "Verifying", spec: { ordinal: 4 } }),
      address("203.0.113.13", { slot: 1 }),
      address("203.0.113.14", { slot: 1, ...draining }),
    ]);
    const { fleet, slots } = lanesOf(moved, new Map([["203.0.113.11", 2]]));
    assert.equal(fleet, "proxies/family");
    assert.deepEqual(slots, [
      {
        slot: "proxies/family/0",
        published: "ip-203-0-113-11",
        draining: ["ip-203-0-113-9", "ip-203-0-113-10"],
        ownTests: 2,
      },
      {
        slot: "proxies/family/1",
        published: "ip-203-0-113-13",
        draining: ["ip-203-0-113-14"],
        ownTests: 0,
      },
    ]);
  });

  test("are watched for the fleet's audience, with a gap where nothing was counted", () => {
    const counts = { arrivals: 1, failures: 0, onAllLanes: 1 };
    const seen = slotsOf(
      counted([address("203.0.113.9"), address("203.0.113.10", { slot: 1 })]),
      new Map([["proxies/family/0", counts]]),
    );
    const audience = ["IR"];
    assert.deepEqual(seen, [
      { slot: "proxies/family/0", audience, address: "203.0.113.9", counts },
      { slot: "proxies/family/1", audience, address: "203.0.113.10", counts: undefined },
    ]);
  });

  test("are none of a slot without a published address", () => {
    const waiting = counted([address("203.0.113.9", { phase: "Verifying" })]);
    assert.deepEqual(lanesOf(waiting, new Map()).slots, []);
    assert.deepEqual(slotsOf(waiting, new Map()), []);
  });
});

test("evidence of arrivals counts for as long as the fleet says, and for no fleet that ignores it", () => {
  const reachability = { blockedWhen: { within: "10m" } };
  const some = fleet([address("203.0.113.9")], { reachability });
  const none = fleet([address("203.0.113.10")], { reachability: { traffic: "Ignore" } });
  assert.deepEqual([...lastingOf([some, none])], [["203.0.113.9", minutes(10)]]);
});
