import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { VerdictView } from "../../../src/ledger/view.ts";
import { blockedIn, suspectedOutage } from "../../../src/rotation/outage.ts";
import { slotsOf } from "../../../src/rotation/slots.ts";
import { at, blocked, entry, fleet } from "./build.ts";

describe("the countries in which an address is blocked", () => {
  const reachability = [
    blocked("IR"),
    blocked("RU", { verdict: "Suspected" }),
    blocked("CN"),
    blocked("DE", { verdict: "Reachable" }),
  ];
  const address = entry("203.0.113.9", { reachability });
  const cases: Record<string, { audience: readonly string[]; expect: readonly string[] }> = {
    "are all, for a fleet that is for everybody": { audience: [], expect: ["IR", "CN"] },
    "are those of its audience": { audience: ["IR", "RU", "DE"], expect: ["IR"] },
    "are none where its audience reaches it": { audience: ["DE"], expect: [] },
  };
  for (const [name, { audience, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(blockedIn({ audience }, address), expect));
});

describe("slots that fail together", () => {
  /** A fleet of as many slots, with what is said of each. */
  const fleetOf = (verdicts: readonly (readonly VerdictView[])[], audience: string[] = []) =>
    fleet({
      count: verdicts.length,
      audience,
      addresses: verdicts.map((reachability, slot) =>
        entry(`203.0.113.${slot}`, { slot, lane: slot, reachability }),
      ),
    });
  const failed = (s: number, verdict: VerdictView["verdict"] = "Blocked") => [
    blocked("IR", { since: at(s), verdict }),
  ];
  const cases: Record<
    string,
    { given: readonly (readonly VerdictView[])[]; audience?: string[]; failing: number | undefined }
  > = {
    "are an outage where three of five do": {
      given: [failed(-60), failed(-60), failed(-60), [], []],
      failing: 3,
    },
    "are an outage though they are only suspected so far": {
      given: [failed(-60, "Suspected"), failed(-60, "Suspected"), failed(-60, "Suspected")],
      failing: 3,
    },
    "are none where people reach them": {
      given: [failed(-60, "Reachable"), failed(-60, "Reachable"), failed(-60, "Reachable")],
      failing: undefined,
    },
    "are none for an audience that reaches them": {
      given: [failed(-60), failed(-60), failed(-60)],
      audience: ["RU"],
      failing: undefined,
    },
    "are an outage where the last began half an hour after the first": {
      given: [failed(-1800), failed(0), failed(-900)],
      failing: 3,
    },
    "are none where the last began later than that": {
      given: [failed(-1801), failed(0), failed(-900)],
      failing: undefined,
    },
    "are counted from when each began, whatever order they come in": {
      given: [failed(0), failed(-9000), failed(-600), failed(-1200), failed(-5000)],
      failing: 3,
    },
    "are counted from their first failure, where several countries report one": {
      given: [[...failed(-9000), blocked("RU", { since: at(-60) })], failed(-60), failed(-60)],
      failing: undefined,
    },
    "are none where they are no more than half": {
      given: [failed(-60), failed(-60), failed(-60), [], [], []],
      failing: undefined,
    },
  };
  for (const [name, { given, audience, failing }] of Object.entries(cases))
    test(name, () => {
      const view = fleetOf(given, audience);
      const outage = failing === undefined ? undefined : { failing };
      assert.deepEqual(suspectedOutage(view, slotsOf(view)), outage);
    });

  test("are none among slots without an address", () => {
    const view = fleet({ count: 4 });
    assert.equal(suspectedOutage(view, slotsOf(view)), undefined);
  });
});
