import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { laneUsers, nextLaneClosesAt } from "../../../src/ledger/lane-use.ts";
import type { Instant } from "../../../src/values/time.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { at, dark, draining, entry, noon } from "../rotation/build.ts";

const leavingFor = (...heldBy: readonly string[]): AddressView["leaving"] => ({
  since: at(-90),
  heldBy: heldBy.length === 0 ? undefined : heldBy,
});

describe("for whom lanes are open", () => {
  const serving = entry("203.0.113.1");
  const goneDark = (s: number, lane = 1): AddressView =>
    dark("203.0.113.2", { lane, phaseSince: at(s) });
  const cases: Record<
    string,
    { given: readonly AddressView[]; open: readonly AddressView[]; closes?: Instant }
  > = {
    "who serves or drains": {
      given: [serving, draining("203.0.113.2", { lane: 1 })],
      open: [serving, draining("203.0.113.2", { lane: 1 })],
    },
    "who has just gone dark, since nodes may still lead connections there": {
      given: [goneDark(-4), serving],
      open: [serving, goneDark(-4)],
      closes: at(1),
    },
    "not who has been dark for five seconds": { given: [serving, goneDark(-5)], open: [serving] },
    "not who went dark at a time that has not come: the clock was set back": {
      given: [serving, goneDark(1)],
      open: [serving],
    },
    "who is to go dark, while its Service is let go in time": {
      given: [{ ...draining("203.0.113.2"), want: "Quarantine", leaving: leavingFor() }],
      open: [{ ...draining("203.0.113.2"), want: "Quarantine", leaving: leavingFor() }],
    },
    "not who is to go dark, once somebody holds its Service": {
      given: [{ ...draining("203.0.113.2"), want: "Quarantine", leaving: leavingFor("a/b") }],
      open: [],
    },
    "not who has just gone dark after its Service was held: its lane was closed": {
      given: [{ ...goneDark(-1), leaving: leavingFor("a/b") }],
      open: [],
    },
    "no repeat": { given: [{ ...goneDark(-1), repeat: true }], open: [] },
    "who holds a lane, and not who went dark on it": {
      given: [goneDark(-1, 0), serving],
      open: [serving],
      closes: at(4),
    },
    "who serves, of two on one lane, and not who came late": {
      given: [serving, entry("203.0.113.2", { phase: "Verifying", phaseSince: at(-1) })],
      open: [serving],
    },
    "who is being verified, of two on one lane, and not who came late": {
      given: [
        entry("203.0.113.2", { phase: "Provisioning", phaseSince: at(-1) }),
        entry("203.0.113.3", { phase: "Verifying" }),
      ],
      open: [entry("203.0.113.3", { phase: "Verifying" })],
    },
    "who went dark last, of two on one lane": {
      given: [goneDark(-1), { ...goneDark(-3), name: "earlier" }],
      open: [goneDark(-1)],
      closes: at(2),
    },
  };
  for (const [name, { given, open, closes }] of Object.entries(cases))
    test(name, () => {
      assert.deepEqual(laneUsers(given, noon), open);
      assert.equal(nextLaneClosesAt(given, noon), closes);
    });
});
