import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import { formatInstant, hours, minutes } from "../../../src/values/time.ts";
import { deploymentObject } from "../../objects/deployment.ts";
import { parsedEntry } from "../../objects/ledger-entry.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { observed, planFor } from "./observed-fleet.ts";
import { at, blocked, dark, entry, fleet, hold, noon, pool, rules } from "../rotation/build.ts";
import { type GivenFleet, served, statusOf } from "./status-view.ts";

const cut = (since: number, ip = "203.0.113.9", given: Parameters<typeof entry>[1] = {}) =>
  entry(ip, {
    reachability: [blocked("IR", { since: at(since), message: "a person said so" })],
    ...given,
  });
const other = entry("203.0.113.8", { slot: 1, lane: 1 });
const none = [pool({ ranges: [] })];
const isBlocked =
  "slot 0: 203.0.113.9 is blocked in IR since 2026-11-23 11:59 UTC (a person said so); ";
const silence = {
  fails: false,
  since: at(-50),
  words: 'the load balancer has not set 203.0.113.7 yet; it says "no pool for this namespace"',
};
const coming = (given: Parameters<typeof entry>[1] = {}) =>
  entry("203.0.113.7", {
    lane: 2,
    phase: "Provisioning",
    cause: "Blocked",
    createdAt: at(-50),
    trouble: silence,
    ...given,
  });
const refusedSecret = [{ id: "secret", object: "Secret family-proxy", words: "quota exceeded" }];

function reachable(status: FleetStatus): FleetStatus["conditions"][number] {
  const condition = status.conditions.find(({ type }) => type === "Reachable");
  assert.ok(condition, "there is no condition Reachable");
  return condition;
}

/** What is cut off, and what is said of it: the words must be part of the message. */
interface Expected {
  readonly count: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly says: string;
}

describe("whether groups are cut off", () => {
  const cases: Record<string, { given: GivenFleet; expect: Expected }> = {
    "a fleet that nothing measures is reachable as far as is known, and says that nothing does": {
      given: {},
      expect: {
        count: "1/1",
        status: "True",
        reason: "NotMeasured",
        says: "nothing measures 1 of 1 from where people are. If people can't connect, report their address with the annotation proxyfleet.dev/report-blocked",
      },
    },
    "a slot that has just moved has no test result yet, and nothing is wrong": {
      given: {
        fleet: fleet({
          count: 2,
          addresses: [
            { ...served, reachability: [blocked("IR", { verdict: "Reachable" })] },
            other,
          ],
        }),
      },
      expect: {
        count: "2/2",
        status: "True",
        reason: "NotMeasured",
        says: "but there is no test result yet for 1 of 2 from where people are: a new address is tested within minutes",
      },
    },
    "a fleet that is measured, and found reachable": {
      given: {
        fleet: fleet({
          addresses: [{ ...served, reachability: [blocked("IR", { verdict: "Reachable" })] }],
        }),
      },
      expect: {
        count: "1/1",
        status: "True",
        reason: "Reachable",
        says: "no published address is found to be blocked or lost",
      },
    },
    "a suspicion cuts nobody off": {
      given: {
        fleet: fleet({
          addresses: [{ ...served, reachability: [blocked("IR", { verdict: "Suspected" })] }],
        }),
      },
      expect: { count: "1/1", status: "True", reason: "Reachable", says: "" },
    },
    "a block where nobody of the audience lives cuts nobody off, and measures nothing": {
      given: { fleet: fleet({ audience: ["TM"], addresses: [cut(-60)] }) },
      expect: { count: "1/1", status: "True", reason: "NotMeasured", says: "" },
    },
    "a blocked group whose next address is being prepared moves, and says what that waits for": {
      given: { fleet: fleet({ count: 2, addresses: [cut(-60), coming(), other] }) },
      expect: {
        count: "1/2",
        status: "False",
        reason: "Moving",
        says: `1 of 2 slots are cut off. ${isBlocked}203.0.113.7 is being prepared for it: the load balancer has not set 203.0.113.7 yet; it says "no pool for this namespace"`,
      },
    },
    "a move that takes longer than three minutes is one that something prevents": {
      given: { fleet: fleet({ addresses: [cut(-180), coming()] }) },
      expect: {
        count: "0/1",
        status: "False",
        reason: "AddressBlocked",
        says: 'it says "no pool for this namespace"',
      },
    },
    "a move whose lane the API server refuses says so in its words": {
      given: {
        fleet: fleet({ addresses: [cut(-60), coming({ trouble: undefined })] }),
        refused: refusedSecret,
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "Moving",
        says: "203.0.113.7 is being prepared for it: the API server refuses Secret family-proxy: quota exceeded",
      },
    },
    "a blocked group for which no address is free can't move": {
      given: { fleet: fleet({ count: 2, addresses: [cut(-60), other], pools: none }) },
      expect: {
        count: "1/2",
        status: "False",
        reason: "AddressBlocked",
        says: `${isBlocked}slot 0 should move and can't: pool pool-a has no free address`,
      },
    },
    "why the address that was tried last did not come about is told beside what comes next": {
      given: {
        fleet: fleet({
          addresses: [
            cut(-60),
            entry("203.0.113.5", {
              lane: 1,
              phase: "Verifying",
              unusable: true,
              trouble: { ...silence, fails: true, words: "no pool for it" },
            }),
            coming({ trouble: { ...silence, words: "it is tried" }, ordinal: 2 }),
          ],
          pools: none,
        }),
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "Moving",
        says: "203.0.113.7 is being prepared for it: it is tried; tried before, 203.0.113.5: no pool for it",
      },
    },
    "a claim that the API server refuses is no move": {
      given: {
        fleet: fleet({ addresses: [cut(-60)] }),
        refused: [{ id: "claim", object: "ProxyAddress ip-1", words: "denied by policy x" }],
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "AddressBlocked",
        says: "the API server refuses ProxyAddress ip-1: denied by policy x",
      },
    },
    "a blocked group of a paused fleet can't move, and says what a person does": {
      given: { fleet: fleet({ paused: true, addresses: [cut(-60)] }) },
      expect: {
        count: "0/1",
        status: "False",
        reason: "AddressBlocked",
        says: `${isBlocked}it does not move while spec.paused is true. To let it move, set that to false`,
      },
    },
    "a blocked group of a fleet that does not move for blocks says what a person does": {
      given: {
        fleet: fleet({ rotation: rules({ onBlocked: false }), addresses: [cut(-60)] }),
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "AddressBlocked",
        says: "spec.rotation.onBlocked is false. To move it, set the annotation proxyfleet.dev/rotate-at",
      },
    },
    "a group with one port blocked, of a fleet that does not move for that, says what a person does":
      {
        given: {
          fleet: fleet({
            rotation: rules({ onPortBlocked: false }),
            addresses: [
              entry("203.0.113.9", {
                reachability: [blocked("IR", { kind: "Port", listeners: ["media"] })],
              }),
            ],
          }),
        },
        expect: {
          count: "0/1",
          status: "False",
          reason: "AddressBlocked",
          says: "spec.rotation.onPortBlocked is false. To move it, set the annotation proxyfleet.dev/rotate-at",
        },
      },
    "groups that fail together stay, and say what a person does": {
      given: {
        fleet: fleet({
          count: 3,
          holds: [hold()],
          addresses: [0, 1, 2].map((slot) =>
            cut(-60, `203.0.113.${slot + 9}`, { slot, lane: slot }),
          ),
        }),
      },
      expect: {
        count: "0/3",
        status: "False",
        reason: "AddressBlocked",
        says: `${isBlocked}${hold().because}. Cut off as well: slots 1, 2 (status.slots says why)`,
      },
    },
    "a blocked group that waits for another one's move is about to move": {
      given: {
        fleet: fleet({
          count: 2,
          addresses: [cut(-60), coming(), cut(-30, "203.0.113.8", { slot: 1, lane: 1 })],
        }),
      },
      expect: {
        count: "0/2",
        status: "False",
        reason: "Moving",
        says: "Cut off as well: slot 1 (status.slots says why)",
      },
    },
    "a blocked group whose fresh addresses died young waits, and says until when": {
      given: {
        fleet: fleet({
          addresses: [
            dark("203.0.113.5", { ordinal: 1, drainUntil: at(-700), retiredBecause: "Blocked" }),
            cut(-60, "203.0.113.9", { ordinal: 2, cause: "Blocked", phaseSince: at(-120) }),
          ],
        }),
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "AddressBlocked",
        says: "fresh addresses of this slot were blocked soon: it moves after 2026-11-23 12:08 UTC",
      },
    },
    "a group that can't move is told of before one that moves": {
      given: {
        fleet: fleet({
          count: 2,
          addresses: [cut(-60), coming()],
          pools: none,
        }),
      },
      expect: {
        count: "0/2",
        status: "False",
        reason: "SlotsWithoutAddress",
        says: "2 of 2 slots are cut off. slot 1: it has no address; slot 1 should move and can't",
      },
    },
    "a slot that waits for its first address says what that waits for": {
      given: { fleet: fleet({ addresses: [coming()] }) },
      expect: {
        count: "0/1",
        status: "False",
        reason: "Moving",
        says: "slot 0: it has no address, and has waited for one since 2026-11-23 11:59 UTC; 203.0.113.7 is being prepared for it: the load balancer",
      },
    },
    "an address that its load balancer has taken back cuts its group off, in its own words": {
      given: {
        fleet: fleet({
          addresses: [
            entry("203.0.113.9", {
              lost: { since: at(-60), balancerHas: "none" },
              trouble: { fails: true, since: at(-60), words: "it is gone: check that it runs" },
            }),
          ],
        }),
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "AddressLost",
        says: "slot 0: since 2026-11-23 11:59 UTC, it is gone: check that it runs (ProxyAddress ip-203-0-113-9)",
      },
    },
    "an address that may come back within two minutes moves then": {
      given: {
        fleet: fleet({
          addresses: [entry("203.0.113.9", { lost: { since: at(-60), balancerHas: "another" } })],
        }),
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "Moving",
        says: "its load balancer has another address now (ProxyAddress ip-203-0-113-9); the load balancer of 203.0.113.9 has another address now: it moves after 2026-11-23 12:01 UTC",
      },
    },
    "a published address whose Service is refused serves nobody": {
      given: {
        fleet: fleet({
          addresses: [
            entry("203.0.113.9", {
              trouble: { fails: true, since: at(-60), words: "the API server refuses Service x" },
            }),
          ],
        }),
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "AddressSilent",
        says: "slot 0: 203.0.113.9 is published, and does not serve since 2026-11-23 11:59 UTC: the API server refuses Service x",
      },
    },
    "a published address that waits for something serves on": {
      given: { fleet: fleet({ addresses: [entry("203.0.113.9", { trouble: silence })] }) },
      expect: { count: "1/1", status: "True", reason: "NotMeasured", says: "" },
    },
    "without a ready pod everybody is cut off, and is told what keeps the pods": {
      given: {
        pods: { ready: 0 },
        refused: [{ id: "deployment", object: "Deployment family-proxy", words: "denied" }],
      },
      expect: {
        count: "0/1",
        status: "False",
        reason: "NoReadyPod",
        says: "none of 2 pods is ready yet: the API server refuses Deployment family-proxy: denied",
      },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const status = statusOf(given);
      const { status: value, reason, message } = reachable(status);
      assert.deepEqual(
        [status.reachable, value, reason],
        [expect.count, expect.status, expect.reason],
      );
      assert.ok(message.includes(expect.says), message);
    });

  test("says the same as long as nothing changes, however late it is", () => {
    const cutOffLong = {
      fleet: fleet({
        rotation: rules({ maxAge: minutes(30) }),
        addresses: [{ ...served, lost: { since: at(-3600), balancerHas: "none" as const } }],
        pools: none,
      }),
    };
    const said = (seconds: number) => {
      const { slots, conditions } = statusOf({ ...cutOffLong, now: at(seconds) });
      return { slots, message: conditions.map(({ message }) => message) };
    };
    assert.deepEqual(said(7), said(60));
  });
});

test("a fleet whose group moves is looked at when that has taken too long, and then no more", () => {
  const status = { phase: "Serving", reachability: [{ country: "IR", verdict: "Blocked" }] };
  const since = (second: number) => {
    const [verdict] = status.reachability;
    const reachability = [{ ...verdict, since: formatInstant(at(second)) }];
    const published = parsedEntry({
      metadata: liveMeta("uid-0"),
      status: { ...status, phaseSince: "2026-11-23T11:00:00Z", reachability },
    });
    const next = parsedEntry({
      address: "203.0.113.7",
      lane: 1,
      metadata: liveMeta("uid-1"),
      status: { phase: "Verifying", phaseSince: "2026-11-23T11:59:00Z" },
    });
    const deployment = deploymentObject({ status: { readyReplicas: 2 } });
    const children = { ...observed([]).children, deployment };
    return planFor([published, next], { children }).requeueAt;
  };
  assert.equal(since(-60), at(120));
  assert.equal(since(-180), undefined);
});

describe("the slots of a fleet, as a person asks for them", () => {
  test("name the address, where it is blocked, how many burnt, and what comes next", () => {
    const view = fleet({
      count: 2,
      audience: ["IR"],
      rotation: rules({ maxAge: hours(48) }),
      pools: none,
      addresses: [
        dark("203.0.113.4", { retiredBecause: "Blocked" }),
        dark("203.0.113.5"),
        cut(-60),
        { ...other, phaseSince: noon },
      ],
    });
    const [first, second] = statusOf({ fleet: view }).slots;
    assert.deepEqual(
      { ...first, message: "" },
      { slot: 0, address: "203.0.113.9", blockedIn: ["IR"], burnt: 2, message: "" },
    );
    assert.ok(first?.message.startsWith(isBlocked), first?.message ?? "no slot");
    assert.deepEqual(second, {
      slot: 1,
      address: "203.0.113.8",
      burnt: 0,
      next: { at: "2026-11-25T12:00:00Z", reason: "by age (maxAge 48h)" },
      message:
        "203.0.113.8 has served since 2026-11-23 12:00 UTC; it moves by age after 2026-11-25 12:00 UTC",
    });
  });

  test("are cut where somebody's words are too long for the API server", () => {
    const trouble = { fails: true, since: at(-60), words: "x".repeat(5000) };
    const [slot] = statusOf({ fleet: fleet({ addresses: [{ ...served, trouble }] }) }).slots;
    assert.equal(slot?.message.length, 2048);
  });
});
