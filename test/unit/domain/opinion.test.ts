import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Opinion, opinionOn } from "../../../src/domain/opinion.ts";
import { rotateRequest } from "../../../src/domain/rotate-request.ts";
import type { FleetView } from "../../../src/domain/views.ts";
import { at, dark, draining, entry, fleet } from "./build.ts";

const serving = entry("203.0.113.9");

describe("whether a slot moves: the first check with an opinion decides", () => {
  const cases: Record<string, { given: FleetView; expect: Partial<Opinion> }> = {
    "a slot that nothing asks of stays": {
      given: fleet({ addresses: [serving] }),
      expect: { kind: "stay", because: "nothing asks for a move" },
    },
    "a slot without an address moves": { given: fleet(), expect: { kind: "move", cause: "NewSlot", requestedAt: undefined } },
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
      given: fleet({ addresses: [entry("203.0.113.7", { phase: "Provisioning", deleting: true })] }),
      expect: { kind: "move", cause: "NewSlot" },
    },
    "a published address whose entry was deleted is replaced, though the fleet is paused": {
      given: fleet({ paused: true, addresses: [entry("203.0.113.9", { deleting: true })] }),
      expect: { kind: "move", cause: "Requested", because: "the ledger entry ip-203-0-113-9 was deleted" },
    },
    "a deleted entry waits for room to drain, as any move": {
      given: fleet({ addresses: [entry("203.0.113.9", { deleting: true }), draining("203.0.113.1"), draining("203.0.113.2")] }),
      expect: { kind: "stay", because: "two of its addresses still drain" },
    },
    "a paused fleet does not answer a request": {
      given: fleet({ paused: true, rotateAt: "now", addresses: [serving] }),
      expect: { kind: "stay", because: "the fleet is paused" },
    },
    "a request waits while two addresses drain": {
      given: fleet({ rotateAt: "now", addresses: [serving, draining("203.0.113.1"), draining("203.0.113.2")] }),
      expect: { kind: "stay", because: "two of its addresses still drain" },
    },
    "an address that is told to drain, but serves still, takes up room": {
      given: fleet({ rotateAt: "now", addresses: [serving, draining("203.0.113.1"), entry("203.0.113.2", { want: "Drain" })] }),
      expect: { kind: "stay", because: "two of its addresses still drain" },
    },
    "an address whose successor was just published takes up room, though nobody told it to drain yet": {
      given: fleet({
        rotateAt: "now",
        addresses: [serving, draining("203.0.113.1"), entry("203.0.113.2", { phaseSince: at(-4000) })],
      }),
      expect: { kind: "stay", because: "two of its addresses still drain" },
    },
    "a dark address takes up no room": {
      given: fleet({ rotateAt: "now", addresses: [serving, draining("203.0.113.1"), dark("203.0.113.2")] }),
      expect: { kind: "move", cause: "Requested", requestedAt: "now" },
    },
    "a request for all moves the slot": {
      given: fleet({ rotateAt: "now", addresses: [serving] }),
      expect: { kind: "move", cause: "Requested", requestedAt: "now", because: "asked by hand (now)" },
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
    "an empty annotation is none": { given: fleet({ rotateAt: "", addresses: [serving] }), expect: { kind: "stay" } },
    "a request that the slot has its address for is not served twice": {
      given: fleet({ rotateAt: "now", addresses: [entry("203.0.113.9", { requestedAt: "now" })] }),
      expect: { kind: "stay" },
    },
    "a request whose address has gone dark since is not served twice": {
      given: fleet({ rotateAt: "now", addresses: [serving, dark("203.0.113.7", { requestedAt: "now", drainUntil: at(-60) })] }),
      expect: { kind: "stay" },
    },
    "a request whose address was unusable is served with another": {
      given: fleet({ rotateAt: "now", addresses: [serving, dark("203.0.113.7", { requestedAt: "now", retiredBecause: "Unusable" })] }),
      expect: { kind: "move", requestedAt: "now" },
    },
    "a request whose address went dark before anybody was told of it is served with another": {
      given: fleet({ rotateAt: "now", addresses: [serving, dark("203.0.113.7", { requestedAt: "now" })] }),
      expect: { kind: "move", requestedAt: "now" },
    },
    "a slot without an address answers the request too": {
      given: fleet({ rotateAt: "now" }),
      expect: { kind: "move", cause: "NewSlot", requestedAt: "now" },
    },
    "what replaces the address of an open request answers it again, so that it is not asked a second time": {
      given: fleet({ count: 2, rotateAt: "now", addresses: [entry("203.0.113.9", { requestedAt: "now", deleting: true })] }),
      expect: { kind: "move", cause: "Requested", requestedAt: "now" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.partialDeepStrictEqual(opinionOn(given, 0, rotateRequest(given)), expect));
});

test("a request for a slot that does not exist says which slots there are", () => {
  const request = rotateRequest(fleet({ count: 3, rotateAt: "3@now" }));
  assert.equal(
    request.kind === "refused" && request.why,
    'proxyfleet.dev/rotate-at "3@now" names slot 3, but the fleet has slots 0 to 2: name one of these',
  );
});
