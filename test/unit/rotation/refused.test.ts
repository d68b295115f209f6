import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AddressView } from "../../../src/ledger/view.ts";
import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import { type RotationPlan, planRotation } from "../../../src/rotation/plan.ts";
import { plus } from "../../../src/values/time.ts";
import type { Instant } from "../../../src/values/time.ts";
import { at, blocked, dark, draining, entry, fleet, hours, noon, pool, seeded } from "./build.ts";

const words = "the load balancer refuses 203.0.113.7 (AllocationFailed: in use)";

/** A claim of slot 0 that was refused five seconds ago, unless given otherwise. */
function refused(given: Partial<AddressView> = {}, s = -5): AddressView {
  const refusal = { since: at(s), message: words, wholePool: false };
  const born = { lane: 4, ordinal: 2, createdAt: at(s - 5), refused: refusal };
  return entry("203.0.113.7", { phase: "Provisioning", cause: "Requested", ...born, ...given });
}
const serving = entry("203.0.113.9", { ordinal: 1 });
const restored = { fleetUid: "before the restore" };
const dropped = (n: number): AddressView =>
  dark(`203.0.113.${20 + n}`, { ordinal: 1 + n, retiredBecause: "Refused" });
const burntServing = { ...serving, reachability: [blocked("IR")] };

const plan = (given: FleetView, now: Instant = noon): RotationPlan =>
  planRotation(given, { bank: 8, now, random: seeded(1) });

/** Why entries are retired, by their addresses. */
const retired = ({ retirements }: RotationPlan) =>
  retirements.map(({ name, because }) => [name, because]);

describe("a slot whose claim is refused", () => {
  const givesUp = [["ip-203-0-113-7", "Refused"]];
  const none = pool({ ranges: ["203.0.113.7", "203.0.113.9"] });
  const cases: Record<
    string,
    { given: FleetView; claims: number; retires: readonly (readonly string[])[] }
  > = {
    "takes another address at once": {
      given: fleet({ rotateAt: "now", addresses: [serving, refused({ requestedAt: "now" })] }),
      claims: 1,
      retires: givesUp,
    },
    "takes another address where it has none": {
      given: fleet({ addresses: [refused({ cause: "NewSlot", ordinal: 1 })] }),
      claims: 1,
      retires: givesUp,
    },
    "goes on asking where there is no other": {
      given: fleet({ rotateAt: "now", pools: [none], addresses: [serving, refused()] }),
      claims: 0,
      retires: [],
    },
    "leaves the reserve to blocks": {
      given: fleet({
        rotateAt: "now",
        pools: [pool({ ranges: ["203.0.113.7-203.0.113.9"], reserve: 1 })],
        addresses: [serving, refused()],
      }),
      claims: 0,
      retires: [],
    },
    "takes the reserve once it is blocked": {
      given: fleet({
        pools: [pool({ ranges: ["203.0.113.7-203.0.113.9"], reserve: 1 })],
        addresses: [burntServing, refused()],
      }),
      claims: 1,
      retires: givesUp,
    },
    "gives it up where nothing asks for a move any more": {
      given: fleet({ addresses: [serving, refused()] }),
      claims: 0,
      retires: givesUp,
    },
    "gives it up where its fleet is paused": {
      given: fleet({ paused: true, rotateAt: "now", addresses: [serving, refused()] }),
      claims: 0,
      retires: givesUp,
    },
    "waits after the second refusal in a row": {
      given: fleet({
        rotateAt: "now",
        addresses: [serving, dropped(1), refused({ ordinal: 3 }, -9)],
      }),
      claims: 0,
      retires: [],
    },
    "goes on ten seconds after the second refusal in a row": {
      given: fleet({
        rotateAt: "now",
        addresses: [serving, dropped(1), refused({ ordinal: 3 }, -10)],
      }),
      claims: 1,
      retires: givesUp,
    },
    "waits longer with each refusal, also where the ones before are forgotten": {
      given: fleet({ rotateAt: "now", addresses: [serving, refused({ ordinal: 6 }, -79)] }),
      claims: 0,
      retires: [],
    },
    "waits as long as is said": {
      given: fleet({ rotateAt: "now", addresses: [serving, refused({ ordinal: 6 }, -80)] }),
      claims: 1,
      retires: givesUp,
    },
    "never waits longer than ten minutes": {
      given: fleet({ rotateAt: "now", addresses: [serving, refused({ ordinal: 60 }, -600)] }),
      claims: 1,
      retires: givesUp,
    },
    "begins to count again after an address that drains": {
      given: fleet({
        rotateAt: "now",
        addresses: [
          serving,
          draining("203.0.113.8", { lane: 1, ordinal: 6 }),
          refused({ ordinal: 7 }),
        ],
      }),
      claims: 1,
      retires: givesUp,
    },
    "waits for ten minutes where the entry came out of a backup: people may have it": {
      given: fleet({ addresses: [refused(restored, -599)] }),
      claims: 0,
      retires: [],
    },
    "takes another address once a restored one was refused for ten minutes": {
      given: fleet({ addresses: [refused(restored, -600)] }),
      claims: 1,
      retires: givesUp,
    },
    "does not ask a pool again that would refuse any address": {
      given: fleet({
        rotateAt: "now",
        addresses: [
          serving,
          refused({ refused: { since: at(-5), message: words, wholePool: true } }),
        ],
      }),
      claims: 0,
      retires: [],
    },
    "asks another pool where one would refuse any address": {
      given: fleet({
        rotateAt: "now",
        pools: [pool(), pool({ name: "pool-b", ranges: ["198.51.100.1"] })],
        addresses: [
          serving,
          refused({ refused: { since: at(-5), message: words, wholePool: true } }),
        ],
      }),
      claims: 1,
      retires: givesUp,
    },
    "gives up at once what was claimed for an earlier spec, also where there is no other": {
      given: fleet({
        rotateAt: "now",
        pools: [none],
        addresses: [
          serving,
          refused({ refused: { since: noon, message: words, wholePool: false, outdated: true } }),
        ],
      }),
      claims: 0,
      retires: givesUp,
    },
    "loses it with the slot": {
      given: fleet({ count: 0, addresses: [refused()] }),
      claims: 0,
      retires: [["ip-203-0-113-7", "SlotRemoved"]],
    },
    "gives it up where its lane serves another address": {
      given: fleet({ paused: true, addresses: [{ ...serving, lane: 4 }, refused()] }),
      claims: 0,
      retires: givesUp,
    },
  };
  for (const [name, { given, claims, retires }] of Object.entries(cases))
    test(name, () => {
      const planned = plan(given);
      assert.deepEqual([planned.claims.length, retired(planned)], [claims, retires]);
    });

  test("claims only once the refused one is given up", () => {
    const [claim] = plan(fleet({ addresses: [refused({ ordinal: 1 })] })).claims;
    assert.equal(claim?.insteadOf, "ip-203-0-113-7");
  });

  test("lets the refused one rest for the pool's shortest time", () => {
    const [step] = plan(fleet({ addresses: [refused({ ordinal: 1 })] })).retirements;
    assert.equal(step?.until, plus(noon, hours(1)));
  });

  test("may take again at once what was claimed for an earlier spec", () => {
    const outdated = { since: noon, message: words, wholePool: false, outdated: true } as const;
    const [step] = plan(fleet({ addresses: [refused({ refused: outdated })] })).retirements;
    assert.equal(step?.until, noon);
  });

  test("says that its pool would refuse any address, and in whose words", () => {
    const refusal = { since: at(-5), message: "exceeded quota", wholePool: true };
    const [shortage] = plan(
      fleet({ rotateAt: "now", addresses: [serving, refused({ refused: refusal })] }),
    ).shortages;
    assert.match(
      shortage?.message ?? "",
      /any other address of pool pool-a would be refused as well\..*exceeded quota$/,
    );
  });

  test("is looked at again, and says why it waits and until when", () => {
    const planned = plan(
      fleet({ rotateAt: "now", addresses: [serving, dropped(1), refused({ ordinal: 3 })] }),
    );
    assert.equal(planned.requeueAt, at(5));
    assert.deepEqual(planned.slots, [
      {
        slot: 0,
        explanation: `${words}. The slot takes another address after 2026-11-23 12:00 UTC`,
        next: { at: at(5), reason: "its load balancer refused the last addresses" },
      },
    ]);
  });

  test("says that there is no other, and why the one is refused", () => {
    const [shortage] = plan(
      fleet({ rotateAt: "now", pools: [none], addresses: [serving, refused()] }),
    ).shortages;
    assert.match(shortage?.message ?? "", /has no free address.*in use\)$/);
  });
});

describe("a blocked slot", () => {
  const other = (given: Partial<AddressView> = {}): AddressView =>
    entry("203.0.113.20", { slot: 1, lane: 5, phase: "Verifying", createdAt: at(-30), ...given });
  const two = (claim: AddressView, given: Partial<FleetView> = {}): FleetView =>
    fleet({
      count: 2,
      addresses: [burntServing, entry("203.0.113.2", { slot: 1, lane: 1 }), claim],
      ...given,
    });
  const cases: Record<string, { given: FleetView; moves: boolean }> = {
    "does not wait for a claim that takes longer than half a minute": {
      given: two(other()),
      moves: true,
    },
    "waits for one that gets on": { given: two(other({ createdAt: at(-29) })), moves: false },
    "does not wait for one that is refused": {
      given: two(refused({ slot: 1, createdAt: at(-5) })),
      moves: true,
    },
    "does not wait where more may move": {
      given: two(other({ createdAt: at(-29) }), { maxConcurrent: 2 }),
      moves: true,
    },
  };
  for (const [name, { given, moves }] of Object.entries(cases))
    test(name, () =>
      assert.equal(
        plan(given).claims.some(({ slot }) => slot === 0),
        moves,
      ),
    );

  test("that waits is looked at again when the claim is half a minute old", () =>
    assert.equal(plan(two(other({ createdAt: at(-20) }))).requeueAt, at(10)));

  test("is all that goes past a claim that waits: nobody moves by hand", () => {
    const asked = two(other(), { rotateAt: "0@now" });
    const [, ...others] = asked.addresses;
    assert.deepEqual(plan({ ...asked, addresses: [serving, ...others] }).claims, []);
  });

  test("does not go past another blocked one that gets on", () => {
    const [first, second] = [
      { ...burntServing, phaseSince: at(-9) },
      entry("203.0.113.2", { slot: 1, lane: 1, reachability: [blocked("IR")] }),
    ];
    assert.equal(plan(fleet({ count: 2, addresses: [first, second] })).claims.length, 1);
  });
});
