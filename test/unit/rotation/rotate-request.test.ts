import { keptRequest } from "../../../src/cluster/kept-request.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import {
  type RotateRequest,
  isClaimedFor,
  isPublishedFor,
  rotateRequest,
} from "../../../src/rotation/rotate-request.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { at, dark, draining, entry, fleet } from "./build.ts";

describe("a person's request for fresh addresses", () => {
  const asked = (rotateAt: string, given: Partial<FleetView> = {}) =>
    fleet({ count: 12, rotateAt, ...given });
  const none = { kind: "none" } as const;
  const all = Array.from({ length: 12 }, (_, slot) => slot);
  const cases: Record<string, { given: FleetView; expect: Partial<RotateRequest> }> = {
    "is none without the annotation": { given: fleet(), expect: none },
    "is none where the annotation is empty": { given: asked(""), expect: none },
    "is none once it was answered": {
      given: asked("now", { lastHandledRotateAt: "now" }),
      expect: none,
    },
    "with another text is a new one": {
      given: asked("again", { lastHandledRotateAt: "now" }),
      expect: { kind: "slots", text: "again", slots: all },
    },
    "is for all slots": { given: asked("now"), expect: { kind: "slots", slots: all } },
    "may be for one slot": {
      given: asked("11@now"),
      expect: { kind: "slots", text: "11@now", slots: [11] },
    },
    "is for all slots where its text has no @, whatever it says": {
      given: asked("at 11, slot 1"),
      expect: { kind: "slots", slots: all },
    },
    "with no slot before the @ is refused, and moves nobody": {
      given: asked("first@now"),
      expect: {
        kind: "refused",
        text: "first@now",
        why: 'annotation proxyfleet.dev/rotate-at has "first" before its @, which is no slot: write a slot (0 to 11) before the @, such as "0@2026-11-23T10:00:00Z", or a text without @ for all slots',
      },
    },
    "with words before the slot is refused": {
      given: asked("slot 1@now"),
      expect: { kind: "refused" },
    },
    "with a negative slot is refused": { given: asked("-1@now"), expect: { kind: "refused" } },
    "with half a slot is refused": { given: asked("1.5@now"), expect: { kind: "refused" } },
    "with nothing before the @ is refused": { given: asked("@now"), expect: { kind: "refused" } },
    "with as much text as a status keeps is one": {
      given: asked("x".repeat(4096)),
      expect: { kind: "slots", slots: all },
    },
    "with more text than a status keeps is refused": {
      given: asked("x".repeat(4097)),
      expect: { kind: "refused", text: keptRequest("x".repeat(4097)) },
    },
    "with too much text is none once it was answered": {
      given: asked("x".repeat(4097), { lastHandledRotateAt: keptRequest("x".repeat(4097)) }),
      expect: none,
    },
    "with other text that is too much is another one": {
      given: asked("x".repeat(5000), { lastHandledRotateAt: keptRequest("x".repeat(4097)) }),
      expect: { kind: "refused" },
    },
    "for a slot after the last is refused": {
      given: asked("12@now"),
      expect: { kind: "refused", text: "12@now" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.partialDeepStrictEqual(rotateRequest(given), expect));
});

describe("a slot has its address for a request", () => {
  const asked = { requestedAt: "now" };
  const cases: Record<
    string,
    { given: readonly AddressView[]; isClaimed: boolean; isPublished: boolean }
  > = {
    "not before one is claimed": {
      given: [entry("203.0.113.1")],
      isClaimed: false,
      isPublished: false,
    },
    "once it is claimed, and does not publish it while it is provisioned": {
      given: [entry("203.0.113.1", { ...asked, phase: "Provisioning" })],
      isClaimed: true,
      isPublished: false,
    },
    "once it is claimed, and does not publish it while it is verified": {
      given: [entry("203.0.113.1", { ...asked, phase: "Verifying" })],
      isClaimed: true,
      isPublished: false,
    },
    "and publishes it once it serves, whatever came before": {
      given: [
        entry("203.0.113.2", { ...asked, unusable: true }),
        entry("203.0.113.3", { requestedAt: "then" }),
        entry("203.0.113.1", asked),
      ],
      isClaimed: true,
      isPublished: true,
    },
    "and has published it when it drains": {
      given: [draining("203.0.113.1", asked)],
      isClaimed: true,
      isPublished: true,
    },
    "and has published it when it is dark after a drain": {
      given: [dark("203.0.113.1", { ...asked, drainUntil: at(-60) })],
      isClaimed: true,
      isPublished: true,
    },
    "not when it went dark without a drain": {
      given: [dark("203.0.113.1", asked)],
      isClaimed: false,
      isPublished: false,
    },
    "not when it does not work": {
      given: [entry("203.0.113.1", { ...asked, unusable: true })],
      isClaimed: false,
      isPublished: false,
    },
    "not when it was used before": {
      given: [entry("203.0.113.1", { ...asked, repeat: true })],
      isClaimed: false,
      isPublished: false,
    },
    "not when it is another slot's": {
      given: [entry("203.0.113.1", { ...asked, slot: 1 })],
      isClaimed: false,
      isPublished: false,
    },
  };
  for (const [name, { given, isClaimed, isPublished }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        [isClaimedFor("now", 0, given), isPublishedFor("now", 0, given)],
        [isClaimed, isPublished],
      ),
    );
});
