import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressesNeeded, poolForecast } from "../../../src/rotation/pool-forecast.ts";
import { fleet, held, hours, pool, rules } from "./build.ts";

describe("how many addresses a fleet needs in the long run", () => {
  const quarantine = { blocked: hours(720), retired: hours(100), unusable: hours(1) };
  const cases: Record<string, { given: Parameters<typeof fleet>[0]; expect: number }> = {
    "is its slots, and those on the move, where none moves by age": {
      given: { count: 8, maxConcurrent: 2 },
      expect: 10,
    },
    "has no more on the move than there are slots": {
      given: { count: 2, maxConcurrent: 5 },
      expect: 4,
    },
    "has the largest reserve on top": {
      given: {
        count: 8,
        maxConcurrent: 2,
        pools: [pool({ reserve: 3 }), pool({ name: "pool-b", reserve: 1 })],
      },
      expect: 13,
    },
    "has those on top that drain, and rest as long as the slowest pool says, after moves by age": {
      given: {
        count: 8,
        maxConcurrent: 2,
        rotation: rules({ maxAge: hours(48) }),
        drain: { scheduled: hours(24), blocked: hours(1) },
        pools: [
          pool({ quarantine: { ...quarantine, retired: hours(50) } }),
          pool({ name: "pool-b", quarantine }),
        ],
      },
      // 8 slots * (24 h + 100 h) / 48 h, rounded up
      expect: 10 + 21,
    },
    "is its slots alone where it names no pool": { given: { count: 3, pools: [] }, expect: 4 },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(addressesNeeded(fleet(given)), expect));
});

describe("whether every slot will be able to move", () => {
  const forecast = (given: Parameters<typeof fleet>[0]) => poolForecast(fleet(given));
  const five = pool({ ranges: ["203.0.113.1-203.0.113.5"] });
  const cases: Record<
    string,
    { given: Parameters<typeof fleet>[0]; reason: string; says?: string }
  > = {
    "it will, where the pools are as large as is needed": {
      given: { count: 4, pools: [five] },
      reason: "AddressesFree",
    },
    "it will not, where they are smaller": {
      given: { count: 5, pools: [five] },
      reason: "PoolTooSmall",
      says: "the pools hold 5 addresses, and 5 slots need about 6: add 1,",
    },
    "it says how the slots move where they do by age": {
      given: { count: 4, rotation: rules({ maxAge: hours(48) }), pools: [five] },
      reason: "PoolTooSmall",
      says: "4 slots that move every 48h and rest 168h need about 21: add 16,",
    },
    "addresses of several pools add up, those that two share only once": {
      given: {
        count: 7,
        pools: [five, pool({ name: "b", ranges: ["203.0.113.5-203.0.113.7"] })],
      },
      reason: "PoolTooSmall",
      says: "the pools hold 7 addresses, and 7 slots need about 8",
    },
    "it will not before long, where fewer are free than there are slots": {
      given: { count: 4, pools: [five], held: held(["203.0.113.1", "203.0.113.2"]) },
      reason: "PoolLow",
      says: "3 addresses are free in the fleet's pools, fewer than its 4 slots",
    },
    "as many free ones as slots are enough": {
      given: { count: 4, pools: [five], held: held(["203.0.113.1"]) },
      reason: "AddressesFree",
    },
    "free ones of several pools add up": {
      given: {
        count: 4,
        pools: [five, pool({ name: "b", ranges: ["198.51.100.1-198.51.100.4"] })],
        held: held([1, 2, 3, 4, 5].map((n) => `203.0.113.${n}`)),
      },
      reason: "AddressesFree",
    },
    "a pool from which nothing may be claimed does not count": {
      given: { count: 5, pools: [five, pool({ name: "b", refusal: "not for you" })] },
      reason: "PoolTooSmall",
    },
    "nobody knows where a provider gives what it gives": {
      given: { count: 9, pools: [five, pool({ name: "b", ranges: [], assigned: true })] },
      reason: "AddressesFree",
    },
    "nothing is forecast where no pool may be used: that is reported elsewhere": {
      given: { count: 9, pools: [pool({ refusal: "not for you" })] },
      reason: "AddressesFree",
    },
  };
  for (const [name, { given, reason, says = "" }] of Object.entries(cases))
    test(name, () => {
      const finding = forecast(given);
      assert.deepEqual([finding.status, finding.reason], ["False", reason]);
      assert.ok(finding.message.includes(says), finding.message);
    });
});
