import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type RetirementView, drainTime, retirement } from "../../../src/rotation/retire.ts";
import { minutes, plus, seconds } from "../../../src/values/time.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { at, blocked, dark, draining, entry, fleet, hours, noon, pool } from "./build.ts";

const old = entry("203.0.113.9");
const fresh = entry("203.0.113.7", { cause: "Requested", phaseSince: at(-1) });
const none: RetirementView = {};
const repeat = entry("203.0.113.5", {
  address: undefined,
  repeat: true,
  phase: "Provisioning",
  createdAt: at(-600),
  ordinal: 1,
});
describe("the end of an address", () => {
  const cases: Record<string, { given: FleetView; of: AddressView; expect: RetirementView }> = {
    "an address that is published stays": {
      given: fleet({ addresses: [old] }),
      of: old,
      expect: none,
    },
    "an address in the making stays": {
      given: fleet({ addresses: [old, { ...fresh, lane: 1, phase: "Verifying" }] }),
      of: { ...fresh, lane: 1, phase: "Verifying" },
      expect: none,
    },
    "an address in the making goes if its lane serves another one: it would wait for it for good": {
      given: fleet({ addresses: [old, { ...fresh, phase: "Provisioning" }] }),
      of: { ...fresh, phase: "Provisioning" },
      expect: {
        now: {
          kind: "quarantine",
          name: fresh.name,
          because: "Requested",
          until: plus(noon, hours(168)),
        },
      },
    },
    "an address whose successor is not published yet stays": {
      given: fleet({ addresses: [old, { ...fresh, phase: "Verifying" }] }),
      of: old,
      expect: none,
    },
    "an address drains once its successor is published": {
      given: fleet({ addresses: [old, fresh] }),
      of: old,
      expect: {
        now: { kind: "drain", name: old.name, because: "Requested", until: plus(noon, hours(24)) },
      },
    },
    "an address drains only once the fleet's status no longer publishes it": {
      given: fleet({ addresses: [old, fresh], announced: new Set(["203.0.113.9"]) }),
      of: old,
      expect: { requeueAt: noon },
    },
    "a published address stays for as long as it has no successor": {
      given: fleet({ addresses: [old], announced: new Set(["203.0.113.9"]) }),
      of: old,
      expect: none,
    },
    "the address of a removed slot drains only once the fleet's status has dropped it": {
      given: fleet({
        count: 1,
        addresses: [{ ...old, slot: 1 }],
        announced: new Set(["203.0.113.9"]),
      }),
      of: { ...old, slot: 1 },
      expect: { requeueAt: noon },
    },
    "when the fleet is deleted, an address goes dark even if the status still names it": {
      given: fleet({ deleting: true, addresses: [old], announced: new Set(["203.0.113.9"]) }),
      of: old,
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "FleetDeleted",
          until: plus(noon, hours(168)),
        },
      },
    },
    "a blocked address drains for a shorter time": {
      given: fleet({ addresses: [old, { ...fresh, cause: "Blocked" }] }),
      of: old,
      expect: {
        now: { kind: "drain", name: old.name, because: "Blocked", until: plus(noon, hours(1)) },
      },
    },
    "the address of a slot that is no more drains": {
      given: fleet({ count: 1, addresses: [{ ...old, slot: 1 }] }),
      of: { ...old, slot: 1 },
      expect: {
        now: {
          kind: "drain",
          name: old.name,
          because: "SlotRemoved",
          until: plus(noon, hours(24)),
        },
      },
    },
    "an address in the making of a removed slot goes dark without a drain: nobody knows it": {
      given: fleet({ count: 1 }),
      of: { ...fresh, slot: 1, phase: "Verifying" },
      expect: {
        now: {
          kind: "quarantine",
          name: fresh.name,
          because: "SlotRemoved",
          until: plus(noon, hours(168)),
        },
      },
    },
    "an address in the making that a person deleted goes dark": {
      given: fleet(),
      of: { ...fresh, phase: "Provisioning", deleting: true },
      expect: {
        now: {
          kind: "quarantine",
          name: fresh.name,
          because: "Requested",
          until: plus(noon, hours(168)),
        },
      },
    },
    "a published address that a person deleted stays until another is published": {
      given: fleet({ addresses: [{ ...old, deleting: true }] }),
      of: { ...old, deleting: true },
      expect: none,
    },
    "an unusable address goes dark for the pool's shortest time": {
      given: fleet(),
      of: { ...fresh, phase: "Verifying", unusable: true },
      expect: {
        now: {
          kind: "quarantine",
          name: fresh.name,
          because: "Unusable",
          until: plus(noon, hours(1)),
        },
      },
    },
    "an address that its load balancer lost drains once its successor is published": {
      given: fleet({
        addresses: [{ ...old, lost: { since: at(-300), balancerHas: "another" } }, fresh],
      }),
      of: { ...old, lost: { since: at(-300), balancerHas: "another" } },
      expect: {
        now: { kind: "drain", name: old.name, because: "Unusable", until: plus(noon, hours(24)) },
      },
    },
    "an address that its load balancer took back drains once its successor is published": {
      given: fleet({
        addresses: [{ ...old, lost: { since: at(-300), balancerHas: "none" } }, fresh],
      }),
      of: { ...old, lost: { since: at(-300), balancerHas: "none" } },
      expect: {
        now: { kind: "drain", name: old.name, because: "Lost", until: plus(noon, hours(24)) },
      },
    },
    "an address that its load balancer lost rests as long as any that was published": {
      given: fleet(),
      of: draining("203.0.113.9", { drainUntil: noon, retiredBecause: "Unusable" }),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Unusable",
          until: plus(noon, hours(168)),
        },
      },
    },
    "all that serves goes dark at once when the fleet is deleted": {
      given: fleet({ deleting: true, addresses: [old] }),
      of: old,
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "FleetDeleted",
          until: plus(noon, hours(168)),
        },
      },
    },
    "a drain ends at once when the fleet is deleted": {
      given: fleet({ deleting: true }),
      of: draining("203.0.113.9"),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "FleetDeleted",
          until: plus(noon, hours(168)),
        },
      },
    },
    "a dark address stays dark": {
      given: fleet({ deleting: true }),
      of: dark("203.0.113.9"),
      expect: none,
    },
    "a drain goes on until its time, and is looked at again when sessions may have ended": {
      given: fleet(),
      of: draining("203.0.113.9", { sessions: 3, drainUntil: at(3600) }),
      expect: { requeueAt: at(10) },
    },
    "a drain is looked at again at its end, if that is near": {
      given: fleet(),
      of: draining("203.0.113.9", { drainUntil: at(4) }),
      expect: { requeueAt: at(4) },
    },
    "a drain ends when its time is over, whatever its sessions": {
      given: fleet(),
      of: draining("203.0.113.9", { sessions: 3, drainUntil: noon }),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Requested",
          until: plus(noon, hours(168)),
        },
      },
    },
    "a drain without sessions ends early": {
      given: fleet(),
      of: draining("203.0.113.9", { sessions: 0, phaseSince: at(-31) }),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Requested",
          until: plus(noon, hours(168)),
        },
      },
    },
    "a drain without sessions does not end before people had time to read the new address": {
      given: fleet(),
      of: draining("203.0.113.9", { sessions: 0, phaseSince: at(-5) }),
      expect: { requeueAt: at(25) },
    },
    "a drain without sessions does not end before the DNS record's time to live": {
      given: fleet({ dnsTtl: seconds(300) }),
      of: draining("203.0.113.9", { sessions: 0, phaseSince: at(-31) }),
      expect: { requeueAt: at(269) },
    },
    "a drain whose sessions nobody could count goes on": {
      given: fleet(),
      of: draining("203.0.113.9", { sessions: undefined, phaseSince: at(-3000) }),
      expect: { requeueAt: at(10) },
    },
    "sessions that were counted before the address left the published ones end no drain": {
      given: fleet(),
      of: draining("203.0.113.9", { phase: "Serving", sessions: 0, phaseSince: at(-3000) }),
      expect: { requeueAt: at(10) },
    },
    "a blocked address rests for the longest time": {
      given: fleet(),
      of: draining("203.0.113.9", { drainUntil: noon, retiredBecause: "Blocked" }),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Blocked",
          until: plus(noon, hours(720)),
        },
      },
    },
    "an address of a pool that the fleet names no more rests as that pool says": {
      given: fleet({
        formerPools: [
          pool({
            name: "gone",
            quarantine: { blocked: hours(3), retired: hours(2), unusable: hours(1) },
          }),
        ],
      }),
      of: draining("203.0.113.9", { pool: "gone", drainUntil: noon }),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Requested",
          until: plus(noon, hours(2)),
        },
      },
    },
    "an address of a pool that is gone rests as long as pools do by default": {
      given: fleet(),
      of: draining("203.0.113.9", { pool: "gone", drainUntil: noon, retiredBecause: "Blocked" }),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Blocked",
          until: plus(noon, hours(720)),
        },
      },
    },
    "a blocked address stays burnt when its fleet is deleted and applied again": {
      given: fleet({ deleting: true, addresses: [{ ...old, reachability: [blocked("IR")] }] }),
      of: { ...old, reachability: [blocked("IR")] },
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Blocked",
          until: plus(noon, hours(720)),
        },
      },
    },
    "a blocked address is burnt, though it was replaced by hand": {
      given: fleet({ addresses: [{ ...old, reachability: [blocked("IR")] }, fresh] }),
      of: { ...old, reachability: [blocked("IR")] },
      expect: {
        now: { kind: "drain", name: old.name, because: "Blocked", until: plus(noon, hours(1)) },
      },
    },
    "an address that is reported only after it went dark rests as a blocked one": {
      given: fleet(),
      of: dark("203.0.113.9", { reachability: [blocked("IR")] }),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Blocked",
          until: plus(noon, hours(720)),
        },
      },
    },
    "and once it does, that is not written again": {
      given: fleet(),
      of: dark("203.0.113.9", { retiredBecause: "Blocked", reachability: [blocked("IR")] }),
      expect: none,
    },
    "a drain does not end on the word of a clock that another one contradicts": {
      given: fleet({ clocksDiffer: true }),
      of: draining("203.0.113.9", { drainUntil: at(-40 * 86_400), sessions: 0 }),
      expect: { requeueAt: at(60) },
    },
    "a drain that a clock 40 days ahead dated is dated again, so that it ends": {
      given: fleet(),
      of: draining("203.0.113.9", {
        phaseSince: at(40 * 86_400),
        drainUntil: at(41 * 86_400),
        retiredBecause: "Blocked",
      }),
      expect: {
        now: { kind: "drain", name: old.name, because: "Blocked", until: plus(noon, hours(1)) },
      },
    },
    "but not while nobody knows which clock is right": {
      given: fleet({ clocksDiffer: true }),
      of: draining("203.0.113.9", { drainUntil: at(41 * 86_400) }),
      expect: { requeueAt: at(10) },
    },
    "the longest drain of the fleet is not dated again": {
      given: fleet(),
      of: draining("203.0.113.9", { drainUntil: plus(noon, hours(24)), retiredBecause: "Blocked" }),
      expect: { requeueAt: at(10) },
    },
    "a repeat is kept while its slot waits for a fresh address": {
      given: fleet({ addresses: [repeat] }),
      of: repeat,
      expect: { requeueAt: at(3000) },
    },
    "a repeat is given back once its slot has one": {
      given: fleet({ addresses: [repeat, { ...fresh, ordinal: 2 }] }),
      of: repeat,
      expect: { now: { kind: "quarantine", name: repeat.name, because: "Repeat", until: noon } },
    },
    "a repeat is kept while what came after it is not published": {
      given: fleet({ addresses: [repeat, { ...fresh, ordinal: 2, phase: "Verifying" }] }),
      of: repeat,
      expect: { requeueAt: at(3000) },
    },
    "a repeat is kept though another slot has a fresh address": {
      given: fleet({ count: 2, addresses: [repeat, { ...fresh, slot: 1, ordinal: 2 }] }),
      of: repeat,
      expect: { requeueAt: at(3000) },
    },
    "a repeat is kept though an older address serves": {
      given: fleet({ addresses: [{ ...old, ordinal: 0 }, repeat] }),
      of: repeat,
      expect: { requeueAt: at(3000) },
    },
    "a repeat is given back after an hour": {
      given: fleet({ addresses: [{ ...repeat, createdAt: at(-3600) }] }),
      of: { ...repeat, createdAt: at(-3600) },
      expect: { now: { kind: "quarantine", name: repeat.name, because: "Repeat", until: noon } },
    },
    "a repeat is kept for an hour after the last one, of its own slot and pool": {
      given: fleet({
        addresses: [
          { ...repeat, createdAt: at(-3600) },
          { ...repeat, name: "ip-later", createdAt: at(-60) },
          { ...repeat, name: "ip-other-slot", slot: 1, createdAt: at(-10) },
          { ...repeat, name: "ip-other-pool", pool: "pool-b", createdAt: at(-10) },
          { ...repeat, name: "ip-gone", want: "Quarantine", createdAt: at(-10) },
          { ...fresh, phase: "Verifying", createdAt: at(-10) },
        ],
      }),
      of: { ...repeat, createdAt: at(-3600) },
      expect: { requeueAt: at(3540) },
    },
    "a repeat that a person deleted is given back": {
      given: fleet({ addresses: [repeat] }),
      of: { ...repeat, deleting: true },
      expect: { now: { kind: "quarantine", name: repeat.name, because: "Repeat", until: noon } },
    },
    "a repeat of a slot that is no more is given back": {
      given: fleet({ count: 1, addresses: [{ ...repeat, slot: 1 }] }),
      of: { ...repeat, slot: 1 },
      expect: { now: { kind: "quarantine", name: repeat.name, because: "Repeat", until: noon } },
    },
    "an address is replaced by age": {
      given: fleet({ addresses: [old, { ...fresh, cause: "Age" }] }),
      of: old,
      expect: {
        now: { kind: "drain", name: old.name, because: "Age", until: plus(noon, hours(24)) },
      },
    },
    "an address that was replaced by a first one counts as replaced by hand": {
      given: fleet({ addresses: [old, { ...fresh, cause: "NewSlot" }] }),
      of: old,
      expect: {
        now: { kind: "drain", name: old.name, because: "Requested", until: plus(noon, hours(24)) },
      },
    },
    "an unpublished address of the last slot stays in the making": {
      given: fleet({ count: 2, addresses: [{ ...fresh, slot: 1, phase: "Verifying" }] }),
      of: { ...fresh, slot: 1, phase: "Verifying" },
      expect: none,
    },
    "a burnt address that a person deleted while it rests is left to be forgotten": {
      given: fleet(),
      of: dark("203.0.113.9", { reachability: [blocked("IR")], deleting: true }),
      expect: none,
    },
    "a drain is looked at again when people have had time to read the new address": {
      given: fleet(),
      of: draining("203.0.113.9", { sessions: 3, phaseSince: at(-29) }),
      expect: { requeueAt: at(1) },
    },
    "a drain without sessions ends as soon as people have had that time": {
      given: fleet(),
      of: draining("203.0.113.9", { sessions: 0, phaseSince: at(-30) }),
      expect: {
        now: {
          kind: "quarantine",
          name: old.name,
          because: "Requested",
          until: plus(noon, hours(168)),
        },
      },
    },
    "a move by hand is remembered no longer than it rests": {
      given: fleet({
        pools: [
          pool({
            quarantine: { blocked: minutes(1), retired: minutes(1), unusable: minutes(1) },
          }),
        ],
      }),
      of: draining("203.0.113.9", { cause: "Requested", createdAt: at(-5), drainUntil: noon }),
      expect: {
        now: { kind: "quarantine", name: old.name, because: "Requested", until: at(60) },
      },
    },
    "a drain is looked at again later once people have had time to read the new address": {
      given: fleet(),
      of: draining("203.0.113.9", { sessions: 3, phaseSince: at(-30) }),
      expect: { requeueAt: at(10) },
    },
    "a move by age is remembered for an hour, for the budget, however short its rest": {
      given: fleet({
        pools: [
          pool({
            quarantine: { blocked: minutes(1), retired: minutes(1), unusable: minutes(1) },
          }),
        ],
      }),
      of: draining("203.0.113.9", { cause: "Age", createdAt: at(-600), drainUntil: noon }),
      expect: {
        now: { kind: "quarantine", name: old.name, because: "Requested", until: at(3000) },
      },
    },
  };
  for (const [name, { given, of, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(retirement(given, of, noon), expect));
});

test("no drain is shorter than the DNS record's time to live", () => {
  const given = { drain: { scheduled: minutes(2), blocked: seconds(10) }, dnsTtl: seconds(60) };
  assert.equal(drainTime(given, "Requested"), minutes(2));
  assert.equal(drainTime(given, "Blocked"), seconds(60));
});
