import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nextHeldLitAt } from "../../../src/fleet/held.ts";
import { at, entry, fleet, noon, pool } from "../rotation/build.ts";
import { type GivenFleet, served, statusOf } from "./status-view.ts";

type Said = readonly [status: string, reason: string, message?: string];

/** Goes dark since then (seconds from noon): only its load balancer still holds its Service. */
const takenDown = (s: number) =>
  entry("203.0.113.5", {
    lane: 1,
    phase: "Draining",
    want: "Quarantine",
    leaving: { since: at(s), heldBy: ["service.kubernetes.io/load-balancer-cleanup"] },
  });

test("a fleet looks again when its load balancer has taken down an address for ten minutes", () => {
  const looks = (s: number) => nextHeldLitAt([takenDown(s)], noon);
  assert.deepEqual([looks(-90), looks(-600)], [at(510), undefined]);
});

describe("what a fleet says of others that stand in its way", () => {
  const cases: Record<string, { given: GivenFleet; expect: Record<string, Said> }> = {
    "an address that should be dark is told with who holds it, and the fleet is Ready": {
      given: {
        fleet: fleet({
          addresses: [
            served,
            entry("203.0.113.5", {
              lane: 1,
              phase: "Draining",
              want: "Quarantine",
              leaving: { since: at(-90), heldBy: ["example.org/audit", "a/b"] },
            }),
          ],
        }),
      },
      expect: {
        Ready: ["True", "Serving"],
        AddressesReady: [
          "True",
          "ServiceHeld",
          "But 203.0.113.5 of slot 0 should be dark, and its Service is still there, held by example.org/audit, a/b: see kubectl describe wapa ip-203-0-113-5",
        ],
      },
    },
    "an address that its load balancer takes down is no news for some minutes": {
      given: { fleet: fleet({ addresses: [served, takenDown(-599)] }) },
      expect: { AddressesReady: ["True", "Verified"] },
    },
    "an address that its load balancer takes down for ten minutes is told": {
      given: { fleet: fleet({ addresses: [served, takenDown(-600)] }) },
      expect: { AddressesReady: ["True", "ServiceHeld", "held by service.kubernetes.io/load-b"] },
    },
    "a deletion that somebody's finalizer holds is told with whose": {
      given: {
        fleet: fleet({
          deleting: true,
          addresses: [
            entry("203.0.113.5", {
              phase: "Serving",
              want: "Quarantine",
              leaving: { since: at(-90), heldBy: ["example.org/audit"] },
            }),
          ],
        }),
      },
      expect: {
        AddressesReady: [
          "False",
          "ServiceHeld",
          "the deletion waits: 203.0.113.5 of slot 0 should be dark, and its Service is still there, held by example.org/audit",
        ],
      },
    },
    "a slot whose only address is refused is told in the words of who refuses it": {
      given: {
        fleet: fleet({
          pools: [pool({ ranges: ["203.0.113.9"] })],
          addresses: [
            entry("203.0.113.9", {
              phase: "Provisioning",
              refused: { since: at(-5), message: "the address is in use", wholePool: false },
            }),
          ],
        }),
      },
      expect: {
        AddressesReady: ["False", "SlotsWithoutAddress", "the address is in use"],
      },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const { conditions } = statusOf(given);
      for (const [type, [status, reason, words = ""]] of Object.entries(expect)) {
        const found = conditions.find((condition) => condition.type === type);
        assert.deepEqual([found?.status, found?.reason], [status, reason]);
        assert.ok(found?.message.includes(words) === true, found?.message ?? "none");
      }
    });
});
