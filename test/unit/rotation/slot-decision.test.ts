import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type SlotDecision, decideSlots } from "../../../src/rotation/slot-decision.ts";
import { rotateRequest } from "../../../src/rotation/rotate-request.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { at, blocked, dark, draining, entry, fleet, hold, hours, noon, rules } from "./build.ts";

const decisionOf = (given: FleetView, slot = 0): SlotDecision =>
  decideSlots(given, rotateRequest(given), noon)[slot]!.decision;
const serving = entry("203.0.113.9");

/**
 * Addresses of one slot, the last of which serves and is blocked: when each was claimed and
 * published (seconds from noon), and why.
 */
function chain(...claims: readonly (readonly [number, "NewSlot" | "Blocked"])[]): AddressView[] {
  return claims.map(([since, cause], index) => {
    const ip = `203.0.113.${index + 1}`;
    const born = { cause, ordinal: index, createdAt: at(since) };
    const isLast = index === claims.length - 1;
    return isLast
      ? entry(ip, { ...born, phaseSince: at(since), reachability: [blocked("IR")] })
      : dark(ip, { ...born, retiredBecause: "Blocked", drainUntil: at(since + 60) });
  });
}

const isBlocked = entry("203.0.113.9", { reachability: [blocked("IR")] });
const protocol = { kind: "Protocol", protocol: "NoTlsPasses" } as const;
const afterOutage = (...mayGo: string[]) =>
  hold({ why: { kind: "AfterOutage" }, mayGo: new Set(mayGo) });

describe("whether a slot moves: the first check that gives a decision wins", () => {
  const cases: Record<string, { given: FleetView; expect: Partial<SlotDecision> }> = {
    "a slot that nothing asks of stays": {
      given: fleet({ addresses: [serving] }),
      expect: { kind: "stay", because: "nothing asks for a move" },
    },
    "a slot without an address moves": {
      given: fleet(),
      expect: { kind: "move", cause: "NewSlot", requestedAt: undefined },
    },
    "a slot without an address moves, though the fleet is paused": {
      given: fleet({ paused: true }),
      expect: { kind: "move", cause: "NewSlot" },
    },
    "a slot whose only address drains has none": {
      given: fleet({ addresses: [draining("203.0.113.9")] }),
      expect: { kind: "move", cause: "NewSlot" },
    },
    "a slot waits for the address that is in the making": {
      given: fleet({ addresses: [entry("203.0.113.7", { phase: "Verifying" })] }),
      expect: { kind: "stay", because: "203.0.113.7 is being prepared" },
    },
    "an address in the making that is unusable holds nothing up": {
      given: fleet({ addresses: [entry("203.0.113.7", { phase: "Verifying", unusable: true })] }),
      expect: { kind: "move", cause: "NewSlot" },
    },
    "an address in the making that a person deleted holds nothing up": {
      given: fleet({
        addresses: [entry("203.0.113.7", { phase: "Provisioning", deleting: true })],
      }),
      expect: { kind: "move", cause: "NewSlot" },
    },
    "a published address whose entry was deleted is replaced, though the fleet is paused": {
      given: fleet({ paused: true, addresses: [entry("203.0.113.9", { deleting: true })] }),
      expect: {
        kind: "move",
        cause: "Requested",
        because: "the ledger entry ip-203-0-113-9 was deleted",
      },
    },
    "a deleted entry waits for room to drain, as any move": {
      given: fleet({
        addresses: [
          entry("203.0.113.9", { deleting: true }),
          draining("203.0.113.1"),
          draining("203.0.113.2"),
        ],
      }),
      expect: { kind: "stay", because: "two of its addresses still drain" },
    },
    "an address whose load balancer has another one now gets two minutes to come back": {
      given: fleet({
        addresses: [entry("203.0.113.9", { lost: { since: at(-119), balancerHas: "another" } })],
      }),
      expect: {
        kind: "stay",
        next: { at: at(1), reason: "its load balancer has another address" },
      },
    },
    "an address whose load balancer has another one now is replaced, though the fleet is paused": {
      given: fleet({
        paused: true,
        addresses: [entry("203.0.113.9", { lost: { since: at(-120), balancerHas: "another" } })],
      }),
      expect: {
        kind: "move",
        cause: "NewSlot",
        because: "the load balancer of 203.0.113.9 has another address now",
      },
    },
    "an address whose load balancer has none now stays: an outage of the provider passes": {
      given: fleet({
        addresses: [entry("203.0.113.9", { lost: { since: at(-3600), balancerHas: "none" } })],
      }),
      expect: { kind: "stay", because: "nothing asks for a move" },
    },
    "an address that its load balancer has taken back, and no other one, is replaced, though the fleet is paused":
      {
        given: fleet({
          paused: true,
          addresses: [
            entry("203.0.113.9", {
              lost: { since: at(-120), balancerHas: "none", alone: true },
            }),
          ],
        }),
        expect: {
          kind: "move",
          cause: "NewSlot",
          because: "the load balancer has taken back 203.0.113.9, while others of its pool are set",
        },
      },
    "a paused fleet does not answer a request": {
      given: fleet({ paused: true, rotateAt: "now", addresses: [serving] }),
      expect: { kind: "stay", because: "the fleet is paused" },
    },
    "a request waits while two addresses drain": {
      given: fleet({
        rotateAt: "now",
        addresses: [serving, draining("203.0.113.1"), draining("203.0.113.2")],
      }),
      expect: { kind: "stay", because: "two of its addresses still drain" },
    },
    "an address that is to drain, but serves still, takes up room": {
      given: fleet({
        rotateAt: "now",
        addresses: [serving, draining("203.0.113.1"), entry("203.0.113.2", { want: "Drain" })],
      }),
      expect: { kind: "stay", because: "two of its addresses still drain" },
    },
    "an address whose successor was just published takes up room before it drains": {
      given: fleet({
        rotateAt: "now",
        addresses: [
          serving,
          draining("203.0.113.1"),
          entry("203.0.113.2", { phaseSince: at(-4000) }),
        ],
      }),
      expect: { kind: "stay", because: "two of its addresses still drain" },
    },
    "a dark address takes up no room": {
      given: fleet({
        rotateAt: "now",
        addresses: [serving, draining("203.0.113.1"), dark("203.0.113.2")],
      }),
      expect: { kind: "move", cause: "Requested", requestedAt: "now" },
    },
    "a request for all moves the slot": {
      given: fleet({ rotateAt: "now", addresses: [serving] }),
      expect: {
        kind: "move",
        cause: "Requested",
        requestedAt: "now",
        because: "asked by hand (now)",
      },
    },
    "a request for this slot moves it": {
      given: fleet({ rotateAt: "0@now", addresses: [serving] }),
      expect: { kind: "move", requestedAt: "0@now" },
    },
    "a request for another slot does not": {
      given: fleet({ count: 2, rotateAt: "1@now", addresses: [serving] }),
      expect: { kind: "stay" },
    },
    "a request for a slot that does not exist moves nothing": {
      given: fleet({ rotateAt: "1@now", addresses: [serving] }),
      expect: { kind: "stay" },
    },
    "a request that was answered is none": {
      given: fleet({ rotateAt: "now", lastHandledRotateAt: "now", addresses: [serving] }),
      expect: { kind: "stay" },
    },
    "an empty annotation is none": {
      given: fleet({ rotateAt: "", addresses: [serving] }),
      expect: { kind: "stay" },
    },
    "a request that the slot has its address for is not served twice": {
      given: fleet({ rotateAt: "now", addresses: [entry("203.0.113.9", { requestedAt: "now" })] }),
      expect: { kind: "stay" },
    },
    "a request whose address has gone dark since is not served twice": {
      given: fleet({
        rotateAt: "now",
        addresses: [serving, dark("203.0.113.7", { requestedAt: "now", drainUntil: at(-60) })],
      }),
      expect: { kind: "stay" },
    },
    "a request whose address was unusable is served with another": {
      given: fleet({
        rotateAt: "now",
        addresses: [
          serving,
          dark("203.0.113.7", { requestedAt: "now", retiredBecause: "Unusable" }),
        ],
      }),
      expect: { kind: "move", requestedAt: "now" },
    },
    "a request whose address went dark before it was published is served with another": {
      given: fleet({
        rotateAt: "now",
        addresses: [serving, dark("203.0.113.7", { requestedAt: "now" })],
      }),
      expect: { kind: "move", requestedAt: "now" },
    },
    "a slot without an address answers the request too": {
      given: fleet({ rotateAt: "now" }),
      expect: { kind: "move", cause: "NewSlot", requestedAt: "now" },
    },
    "what replaces the address of an open request answers that request again": {
      given: fleet({
        count: 2,
        rotateAt: "now",
        addresses: [entry("203.0.113.9", { requestedAt: "now", deleting: true })],
      }),
      expect: { kind: "move", cause: "Requested", requestedAt: "now" },
    },
    "a slot that is blocked moves": {
      given: fleet({ addresses: [entry("203.0.113.9", { reachability: [blocked("IR")] })] }),
      expect: { kind: "move", cause: "Blocked", because: "203.0.113.9 is blocked in IR" },
    },
    "a blocked slot moves at once, though its window is closed and it is young": {
      given: fleet({
        rotation: rules({
          maxAge: hours(48),
          minAge: hours(6),
          windows: [{ cron: "0 2 * * *", duration: hours(1), timeZone: "UTC" }],
        }),
        addresses: [entry("203.0.113.9", { phaseSince: at(-5), reachability: [blocked("IR")] })],
      }),
      expect: { kind: "move", cause: "Blocked" },
    },
    "a blocked slot does not wait for room to drain": {
      given: fleet({
        addresses: [
          entry("203.0.113.9", { reachability: [blocked("IR")] }),
          draining("203.0.113.1"),
          draining("203.0.113.2"),
        ],
      }),
      expect: { kind: "move", cause: "Blocked" },
    },
    "a block outside of the audience moves nothing": {
      given: fleet({
        audience: ["TM"],
        addresses: [entry("203.0.113.9", { reachability: [blocked("IR")] })],
      }),
      expect: { kind: "stay" },
    },
    "a block in one country of the audience is enough": {
      given: fleet({
        audience: ["TM", "IR"],
        addresses: [entry("203.0.113.9", { reachability: [blocked("IR")] })],
      }),
      expect: { kind: "move", cause: "Blocked" },
    },
    "a suspicion moves nothing": {
      given: fleet({
        addresses: [
          entry("203.0.113.9", { reachability: [blocked("IR", { verdict: "Suspected" })] }),
        ],
      }),
      expect: { kind: "stay" },
    },
    "a block moves nothing where onBlocked is false": {
      given: fleet({
        rotation: rules({ onBlocked: false }),
        addresses: [entry("203.0.113.9", { reachability: [blocked("IR")] })],
      }),
      expect: { kind: "stay" },
    },
    "a block moves nothing while the fleet is paused": {
      given: fleet({
        paused: true,
        addresses: [entry("203.0.113.9", { reachability: [blocked("IR")] })],
      }),
      expect: { kind: "stay", because: "the fleet is paused" },
    },
    "a fresh address that was blocked soon is replaced at once, if the one before it lived long": {
      given: fleet({ addresses: chain([-40_000, "NewSlot"], [-600, "Blocked"]) }),
      expect: { kind: "move", cause: "Blocked" },
    },
    "after one that died young the slot rests for ten minutes from its publication on": {
      given: fleet({ addresses: chain([-1000, "NewSlot"], [-300, "Blocked"]) }),
      expect: {
        kind: "stay",
        next: {
          at: at(-300 + 600),
          reason: "blocked; waits since fresh addresses were blocked soon",
        },
      },
    },
    "after three that died young, for forty": {
      given: fleet({
        addresses: chain(
          [-9000, "NewSlot"],
          [-6000, "Blocked"],
          [-4000, "Blocked"],
          [-900, "Blocked"],
        ),
      }),
      expect: {
        kind: "stay",
        next: {
          at: at(-900 + 2400),
          reason: "blocked; waits since fresh addresses were blocked soon",
        },
      },
    },
    "the rest is over after its time": {
      given: fleet({ addresses: chain([-1000, "NewSlot"], [-600, "Blocked"]) }),
      expect: { kind: "move", cause: "Blocked" },
    },
    "a blocked slot stays while an outage is suspected in that country": {
      given: fleet({ holds: [hold()], addresses: [isBlocked] }),
      expect: { kind: "stay", because: hold().because },
    },
    "a blocked slot waits a moment while others begin to fail, and says until when": {
      given: fleet({
        holds: [hold({ why: { kind: "Spreading" }, until: at(60) })],
        addresses: [isBlocked],
      }),
      expect: {
        kind: "stay",
        because: hold().because,
        next: { at: at(60), reason: "blocked, unless it turns out to be an outage" },
      },
    },
    "it moves if it is blocked in another country too": {
      given: fleet({
        holds: [hold()],
        addresses: [entry("203.0.113.9", { reachability: [blocked("IR"), blocked("TR")] })],
      }),
      expect: { kind: "move", cause: "Blocked", because: "203.0.113.9 is blocked in TR" },
    },
    "it moves after the outage when its turn has come": {
      given: fleet({ holds: [afterOutage("proxies/family/0")], addresses: [isBlocked] }),
      expect: { kind: "move", cause: "Blocked" },
    },
    "it stays after the outage until its turn has come": {
      given: fleet({ holds: [afterOutage("proxies/family/1")], addresses: [isBlocked] }),
      expect: { kind: "stay", because: hold().because },
    },
    "it stays while the protocol is blocked: a fresh address would not help": {
      given: fleet({ holds: [hold({ why: protocol })], addresses: [isBlocked] }),
      expect: { kind: "stay", because: hold().because },
    },
    "a person may move it all the same": {
      given: fleet({
        holds: [hold({ why: protocol })],
        addresses: [isBlocked],
        rotateAt: "now",
      }),
      expect: { kind: "move", cause: "Requested" },
    },
    "during an outage a request waits too": {
      given: fleet({ holds: [hold()], addresses: [isBlocked], rotateAt: "now" }),
      expect: { kind: "stay", because: hold().because },
    },
    "during an outage an old address stays: who can't connect would miss the move": {
      given: fleet({
        holds: [hold()],
        rotation: rules({ maxAge: hours(1) }),
        addresses: [serving],
      }),
      expect: { kind: "stay", because: hold().because },
    },
    "an old address moves": {
      given: fleet({ rotation: rules({ maxAge: hours(1) }), addresses: [serving] }),
      expect: {
        kind: "move",
        cause: "Age",
        because:
          "203.0.113.9 has served since 2026-11-23 11:00 UTC, and should move every 1h (spec.rotation.maxAge)",
      },
    },
    "an old address stays while two clocks differ, since none of them may be right": {
      given: fleet({
        rotation: rules({ maxAge: hours(1) }),
        addresses: [serving],
        clocksDiffer: true,
      }),
      expect: {
        kind: "stay",
        because:
          "203.0.113.9 has served since 2026-11-23 11:00 UTC; its move by age is due, and waits, since the time may be wrong: see the condition ClocksAgree",
      },
    },
    "but a block moves it, whatever the clocks say": {
      given: fleet({
        addresses: [{ ...serving, reachability: [blocked("IR")] }],
        clocksDiffer: true,
      }),
      expect: { kind: "move", cause: "Blocked" },
    },
    "a younger one says when": {
      given: fleet({ rotation: rules({ maxAge: hours(3) }), addresses: [serving] }),
      expect: { kind: "stay", next: { at: at(7200), reason: "by age (maxAge 3h)" } },
    },
    "an old address outside of its windows waits for the next": {
      given: fleet({
        rotation: rules({
          maxAge: hours(1),
          windows: [{ cron: "0 2 * * *", duration: hours(4), timeZone: "Asia/Tehran" }],
        }),
        addresses: [serving],
      }),
      expect: {
        kind: "stay",
        next: { at: at(10.5 * 3600), reason: "by age (maxAge 1h), when a window opens" },
      },
    },
    "inside of a window it moves": {
      given: fleet({
        rotation: rules({
          maxAge: hours(1),
          windows: [{ cron: "0 15 * * *", duration: hours(4), timeZone: "Asia/Tehran" }],
        }),
        addresses: [serving],
      }),
      expect: { kind: "move", cause: "Age" },
    },
    "minAge holds, whatever the jitter": {
      given: fleet({
        rotation: rules({ maxAge: hours(2), minAge: hours(2), jitterPercent: 100 }),
        addresses: [serving],
      }),
      expect: { kind: "stay" },
    },
    "a window that never opens is reported": {
      given: fleet({
        rotation: rules({
          maxAge: hours(1),
          windows: [{ cron: "0 0 31 2 *", duration: hours(4), timeZone: "UTC" }],
        }),
        addresses: [serving],
      }),
      expect: {
        kind: "stay",
        because:
          "203.0.113.9 has served since 2026-11-23 11:00 UTC, and no window for its next move ever opens",
      },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.partialDeepStrictEqual(decisionOf(given), expect));
});

test("a request for a slot that does not exist says which slots there are", () => {
  const request = rotateRequest(fleet({ count: 3, rotateAt: "3@now" }));
  assert.equal(
    request.kind === "refused" && request.why,
    'annotation proxyfleet.dev/rotate-at names slot 3, which the fleet does not have: write a slot (0 to 2) before the @, such as "0@2026-11-23T10:00:00Z", or a text without @ for all slots',
  );
});
