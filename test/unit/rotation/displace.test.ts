import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type RetirementView, retirement } from "../../../src/rotation/retire.ts";
import { plus } from "../../../src/values/time.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { at, blocked, draining, entry, fleet, hours, noon } from "./build.ts";

const fresh = entry("203.0.113.7", { cause: "Requested", phaseSince: at(-1) });
const none: RetirementView = {};
const firstGoesDark: RetirementView = {
  now: {
    kind: "quarantine",
    name: "ip-203-0-113-1",
    because: "Requested",
    until: plus(noon, hours(168)),
  },
};
/** Two addresses drain, and one that was blocked is to drain as well. */
const crowded = fleet({
  addresses: [
    { ...fresh, cause: "Blocked", ordinal: 3 },
    entry("203.0.113.2", { ordinal: 2, reachability: [blocked("IR")] }),
    draining("203.0.113.1", { phaseSince: at(-500) }),
    draining("203.0.113.3", { phaseSince: at(-400) }),
  ],
});

/** The same, with something else about the blocked one that waits, or about the younger drain. */
const crowdedBut = (given: Partial<AddressView>, which: 1 | 3 = 1): FleetView => ({
  ...crowded,
  addresses: crowded.addresses.map((one, index) => (index === which ? { ...one, ...given } : one)),
});

describe("a drain that a block ends early", () => {
  const cases: Record<string, { given: FleetView; of: AddressView; expect: RetirementView }> = {
    "a blocked address waits while two others drain": {
      given: crowded,
      of: crowded.addresses[1]!,
      expect: none,
    },
    "a block ends the oldest of two drains": {
      given: crowded,
      of: crowded.addresses[2]!,
      expect: firstGoesDark,
    },
    "and not the younger one": {
      given: crowded,
      of: crowded.addresses[3]!,
      expect: { requeueAt: at(10) },
    },
    "two drains end none where the slot was not blocked": {
      given: { ...crowded, addresses: [{ ...fresh, ordinal: 3 }, ...crowded.addresses.slice(1)] },
      of: crowded.addresses[2]!,
      expect: { requeueAt: at(10) },
    },
    "a block ends no drain where none waits to drain": {
      given: { ...crowded, addresses: crowded.addresses.toSpliced(1, 1) },
      of: crowded.addresses[2]!,
      expect: { requeueAt: at(10) },
    },
    "a block ends no drain where there is room for one more": {
      given: { ...crowded, addresses: crowded.addresses.slice(0, 3) },
      of: crowded.addresses[2]!,
      expect: { requeueAt: at(10) },
    },
    "a block ends no drain for an address of another slot": {
      given: crowdedBut({ slot: 1 }),
      of: crowded.addresses[2]!,
      expect: { requeueAt: at(10) },
    },
    "a block ends no drain for an address that is still verified": {
      given: crowdedBut({ phase: "Verifying" }),
      of: crowded.addresses[2]!,
      expect: { requeueAt: at(10) },
    },
    "a block ends no drain for an address that is to go dark": {
      given: crowdedBut({ want: "Quarantine" }),
      of: crowded.addresses[2]!,
      expect: { requeueAt: at(10) },
    },
    "a block ends no drain where the second one is another slot's": {
      given: crowdedBut({ slot: 1 }, 3),
      of: crowded.addresses[2]!,
      expect: { requeueAt: at(10) },
    },
    "a block does not end the younger of two drains, whatever order they come in": {
      given: { ...crowded, addresses: crowded.addresses.toReversed() },
      of: crowded.addresses[3]!,
      expect: { requeueAt: at(10) },
    },
    "of two that began to drain at once, a block ends the first by name": {
      given: {
        ...crowded,
        addresses: crowded.addresses
          .map((one) => (one.want === "Drain" ? { ...one, phaseSince: at(-500) } : one))
          .toReversed(),
      },
      of: crowded.addresses[2]!,
      expect: firstGoesDark,
    },
  };
  for (const [name, { given, of, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(retirement(given, of, noon), expect));
});
