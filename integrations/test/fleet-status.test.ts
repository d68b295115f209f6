import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fleetOverview } from "../../src/overview/fleet.ts";
import { parseWhatsAppProxy } from "../../src/api/fleet.ts";
import { instant } from "../../src/values/time.ts";
import { readFleet } from "../fleet-status/fleet.ts";
import { headline } from "../fleet-status/words.ts";
import { fleets, strange } from "./fleets.ts";

/** What the program's own commands say where they may read nothing but the fleet. */
function overviewOf(object: (typeof fleets)[keyof typeof fleets]) {
  const observed = { now: instant(Date.parse("2026-11-24T14:05:00Z")) };
  return fleetOverview(object, undefined, observed as Parameters<typeof fleetOverview>[2]);
}

describe("a fleet is read from its status as `proxyfleet status` reads it:", () => {
  for (const [name, object] of Object.entries(fleets)) {
    test(name, () => {
      const parsed = parseWhatsAppProxy(object);
      assert.ok(parsed.ok, "not an object that the API server would take");
      const [ours, theirs] = [readFleet(object), overviewOf(object)];
      if (ours.urgency !== "Unknown") assert.equal(ours.urgency, theirs.urgency);
      assert.deepEqual(
        ours.groups.map(({ slot, state, address, blockedIn, burnt, message, next }) => {
          const at = next?.at.getTime();
          return { slot, state, address, blockedIn, burnt, message, at };
        }),
        theirs.slots.map(({ slot, state, published: address, blockedIn, burnt, message, next }) => {
          return { slot, state, address, blockedIn, burnt, message, at: next?.at };
        }),
      );
      assert.deepEqual(
        ours.troubles.map(({ type, reason }) => `${type} ${reason}`),
        theirs.troubles.map(({ type, reason }) => `${type} ${reason}`),
      );
    });
  }
});

describe("one sentence says what somebody wants to know first:", () => {
  const cases: Readonly<Partial<Record<keyof typeof fleets, string>>> = {
    healthy: "Nobody is known to be cut off.",
    moving: "1 of 2 groups is cut off, and moves now.",
    "cut off": "1 of 2 groups is cut off.",
    "without pods": "No proxy pod is ready: nobody is served.",
    "short of addresses": "Nobody is known to be cut off, but something is wrong.",
    "never seen": "No operator has looked at this fleet yet.",
  };
  for (const [name, words] of Object.entries(cases))
    test(`${name}: ${words}`, () =>
      assert.equal(headline(readFleet(fleets[name as keyof typeof fleets])).text, words));
});

describe("an object that no operator of this version wrote is read without an error:", () => {
  for (const [name, object] of Object.entries(strange))
    test(name, () => {
      const fleet = readFleet(object);
      assert.ok(fleet.groups.length <= 64);
      assert.notEqual(headline(fleet).text, "");
    });
});
