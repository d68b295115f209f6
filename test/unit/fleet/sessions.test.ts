import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { podAsks } from "../../../src/fleet/asks.ts";
import type { ObservedFleet } from "../../../src/fleet/observed.ts";
import { lanesAreClosed, withSessions } from "../../../src/fleet/sessions.ts";
import type { PodAnswer } from "../../../src/pods/answer.ts";
import type { PodStatus } from "../../../src/pods/status.ts";
import { podObject } from "../../objects/pod.ts";
import { at, noon } from "../rotation/build.ts";
import { entry, fleet, observed } from "./observed-fleet.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const draining = entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" });
const [first, second] = ["ip-203-0-113-1", "ip-203-0-113-2"];
const pod = (name: string, isReady = true) =>
  podObject({
    name,
    status: { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
  });
const leaving = (name: string) =>
  podObject({
    name,
    metadata: { deletionTimestamp: "2026-11-23T12:05:00Z" },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  });
const gone = (name: string) => podObject({ name, status: { phase: "Failed" } });
const pods = ["p-1", "p-2"].map((name) => pod(name));

type Lane = PodStatus["lanes"][number];

const lane = (number: number, address: string, sessions?: number): Lane => ({
  lane: number,
  open: true,
  address,
  ...(sessions === undefined ? {} : { sessions }),
});
const answer = (lanes: readonly Lane[], at = noon): PodAnswer => ({
  at,
  status: { revision: "r", lanes: [...lanes] },
});

/** The fleet, one address of which drains, with what its pods answered. */
function answered(
  answers: Readonly<Record<string, PodAnswer>>,
  given: Partial<ObservedFleet> = {},
): ObservedFleet {
  return observed([serving, draining], {
    pods,
    answers: new Map(Object.entries(answers)),
    ...given,
  });
}

describe("the open sessions of each address", () => {
  const some = answer([lane(0, first, 3), lane(1, second, 4)]);
  const cases: Record<string, { given: ObservedFleet; expect: readonly (number | undefined)[] }> = {
    "are added up over all pods": {
      given: answered({ "p-1": some, "p-2": answer([lane(1, second, 5)]) }),
      expect: [3, 9],
    },
    "are none where no pod counts any": {
      given: answered({ "p-1": answer([lane(0, first)]), "p-2": answer([]) }),
      expect: [0, 0],
    },
    "are not those of an address that had its lane before": {
      given: answered({ "p-1": answer([lane(1, first, 7)]), "p-2": answer([lane(0, second, 7)]) }),
      expect: [0, 0],
    },
    "are not known where a pod has not answered": {
      given: answered({ "p-1": some }),
      expect: [undefined, undefined],
    },
    "are not known where a pod answered too long ago": {
      given: answered({ "p-1": some, "p-2": answer([], at(-5)) }),
      expect: [undefined, undefined],
    },
    "are not known where a pod could not say": {
      given: answered({ "p-1": some, "p-2": { at: noon, status: undefined } }),
      expect: [undefined, undefined],
    },
    "are not known where there is no pod": {
      given: answered({}, { pods: [] }),
      expect: [undefined, undefined],
    },
    "are counted on a pod, too, that people are not sent to any more": {
      given: answered(
        { "p-1": some, "p-2": answer([lane(1, second, 6)]) },
        { pods: [pod("p-1"), pod("p-2", false)] },
      ),
      expect: [3, 10],
    },
    "are not known where a pod is silent that is not ready any more": {
      given: answered({ "p-1": some }, { pods: [pod("p-1"), pod("p-2", false)] }),
      expect: [undefined, undefined],
    },
    "are not known where a pod is silent that is on its way out, as in a rolling update": {
      given: answered({ "p-1": answer([]) }, { pods: [pod("p-1"), leaving("p-2")] }),
      expect: [undefined, undefined],
    },
    "need no word of a pod that has ended": {
      given: answered({ "p-1": some }, { pods: [pod("p-1"), gone("p-2")] }),
      expect: [3, 4],
    },
    "are not counted where nothing drains": {
      given: observed([serving], { pods, answers: new Map([["p-1", some]]) }),
      expect: [undefined],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        withSessions(given, noon).map(({ sessions }) => sessions),
        expect,
      ),
    );
});

describe("pods are asked for their sessions", () => {
  const ended = {
    ...fleet,
    metadata: { ...fleet.metadata, deletionTimestamp: "2026-11-23T11:59:00Z" },
  };
  const cases: Record<string, { given: ObservedFleet; expect: readonly string[] }> = {
    "where an address drains": { given: answered({}), expect: ["proxies/p-1", "proxies/p-2"] },
    "where the fleet is being deleted": {
      given: observed([serving], { pods, raw: ended }),
      expect: ["proxies/p-1", "proxies/p-2"],
    },
    "not where nothing drains": { given: observed([serving], { pods }), expect: [] },
    "not where the fleet is gone": {
      given: observed([serving], { pods, raw: undefined }),
      expect: [],
    },
    "not those that have just answered": {
      given: answered({ "p-1": answer([]), "p-2": answer([], at(-5)) }),
      expect: ["proxies/p-2"],
    },
    "those, too, that people are not sent to any more": {
      given: answered({}, { pods: [pod("p-1", false), leaving("p-2")] }),
      expect: ["proxies/p-1", "proxies/p-2"],
    },
    "not those that have ended": {
      given: answered({}, { pods: [gone("p-1"), pod("p-2")] }),
      expect: ["proxies/p-2"],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        podAsks(given, noon, { asksPods: false }),
        expect.map((pod) => ({ kind: "podStatus", pod })),
      ),
    );
});

describe("all lanes are closed", () => {
  const shut = (number: number): Lane => ({ lane: number, open: false });
  const cases: Record<string, { given: ObservedFleet; expect: boolean }> = {
    "where every pod says so": {
      given: answered({ "p-1": answer([shut(0), shut(1)]), "p-2": answer([]) }),
      expect: true,
    },
    "not where one has one open": {
      given: answered({ "p-1": answer([shut(0), lane(1, second)]), "p-2": answer([shut(0)]) }),
      expect: false,
    },
    "not where one does not say": { given: answered({ "p-1": answer([shut(0)]) }), expect: false },
    "not where one on its way out does not say": {
      given: answered({ "p-1": answer([]) }, { pods: [pod("p-1"), leaving("p-2")] }),
      expect: false,
    },
    "where there is no pod": { given: answered({}, { pods: [] }), expect: true },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(lanesAreClosed(given, noon), expect));
});
