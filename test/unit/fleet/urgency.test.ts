import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import { pacingOf } from "../../../src/fleet/report.ts";
import { urgencyOf } from "../../../src/fleet/urgency.ts";

const since = { lastTransitionTime: "2026-11-23T12:00:00Z", observedGeneration: 1 };
const ready = (
  status: "True" | "False",
  reason: FleetStatus["conditions"][number]["reason"] = "Serving",
): FleetStatus["conditions"] => [{ type: "Ready", status, reason, message: "", ...since }];
const upstream = (status: "True" | "False" | "Unknown"): FleetStatus["conditions"][number] => ({
  type: "UpstreamReachable",
  status,
  reason: "AllServersUp",
  message: "",
  ...since,
});
const row = (phase: string): FleetStatus["addresses"][number] => ({
  address: "203.0.113.9",
  slot: 0,
  phase,
  since: "2026-11-23T12:00:00Z",
});
const status = (given: Partial<FleetStatus> = {}): FleetStatus => ({
  observedGeneration: 1,
  replicas: 2,
  readyReplicas: 2,
  selector: "",
  serving: "1/1",
  reachable: "1/1",
  slots: [],
  conditions: ready("True"),
  addresses: [row("Serving")],
  ...given,
});

describe("a status is written at once", () => {
  const urgent: Record<string, { before: FleetStatus | undefined; after: FleetStatus }> = {
    "when it is the first": { before: undefined, after: status() },
    "when it is of a new generation": {
      before: status(),
      after: status({ observedGeneration: 2 }),
    },
    "when it answers a person's request": {
      before: status(),
      after: status({ lastHandledRotateAt: "now" }),
    },
    "when it answers a person's report": {
      before: status(),
      after: status({ lastHandledReport: "203.0.113.9 IR now" }),
    },
    "when the fleet becomes Ready": {
      before: status({ conditions: ready("False") }),
      after: status(),
    },
    "when a condition is there for the first time": {
      before: status(),
      after: status({ conditions: [...ready("True"), upstream("True")] }),
    },
    "when a condition is no longer there": {
      before: status({ conditions: [...ready("True"), upstream("True")] }),
      after: status(),
    },
    "when something goes wrong while the fleet comes up": {
      before: status({ conditions: [...ready("False"), upstream("Unknown")] }),
      after: status({ conditions: [...ready("False"), upstream("False")] }),
    },
    "when something is well again": {
      before: status({ conditions: [...ready("False"), upstream("False")] }),
      after: status({ conditions: [...ready("False"), upstream("True")] }),
    },
    "when it turns out that all is well with a fleet that is up": {
      before: status({ conditions: [...ready("True"), upstream("Unknown")] }),
      after: status({ conditions: [...ready("True"), upstream("True")] }),
    },
    "when it is no longer Ready": {
      before: status(),
      after: status({ conditions: ready("False") }),
    },
    "when people are not to use an address any more, even if the fleet is not up": {
      before: status({ conditions: ready("False") }),
      after: status({ conditions: ready("False"), addresses: [row("Draining")] }),
    },
    "when a fleet that is up has another address": {
      before: status(),
      after: status({ addresses: [row("Serving"), row("Draining")] }),
    },
  };
  for (const [name, { before, after }] of Object.entries(urgent))
    test(name, () => assert.equal(urgencyOf(before, after), "now"));
});

describe("a status may wait for what is urgent", () => {
  const comingUp = { conditions: ready("False", "NoReadyPod") };
  const patient: Record<string, { before: FleetStatus; after: FleetStatus }> = {
    "when one more pod is ready": { before: status({ readyReplicas: 1 }), after: status() },
    "when a fleet that comes up waits for something else now": {
      before: status(comingUp),
      after: status({ conditions: ready("False", "SlotsWithoutAddress") }),
    },
    "when it turns out that all is well with what nobody knew of yet": {
      before: status({ conditions: [...ready("False"), upstream("Unknown")] }),
      after: status({ conditions: [...ready("False"), upstream("True")] }),
    },
    "when an address of a fleet that comes up makes progress": {
      before: status({ ...comingUp, addresses: [row("Provisioning")] }),
      after: status({ ...comingUp, addresses: [row("Verifying")] }),
    },
  };
  for (const [name, { before, after }] of Object.entries(patient))
    test(name, () => assert.equal(urgencyOf(before, after), "eventually"));
});

test("a status with one more published address waits only for what comes with it", () => {
  const comingUp = { conditions: ready("False", "SlotsWithoutAddress") };
  const [before, after] = ["Verifying", "Serving"].map((phase) =>
    status({ ...comingUp, addresses: [row(phase)] }),
  );
  assert.equal(urgencyOf(before, after!), "soon");
});

describe("how long a status may wait", () => {
  const debounced = (quietMs: number, longestMs: number) => ({
    kind: "debounce" as const,
    quietMs,
    longestMs,
  });
  const comingUp = { conditions: ready("False", "SlotsWithoutAddress") };
  const verifying = status({ ...comingUp, addresses: [row("Verifying")] });
  const cases: Record<
    string,
    { before: FleetStatus; after: FleetStatus; waits: readonly object[] }
  > = {
    "is not at all where people wait for it": {
      before: status(),
      after: status({ conditions: ready("False") }),
      waits: [],
    },
    "is a few seconds, or longer while much else waits for the operator": {
      before: status({ readyReplicas: 1 }),
      after: status(),
      waits: [debounced(1_000, 5_000), debounced(60_000, 60_000)],
    },
    "is a few seconds in any case where an address is new to people": {
      before: verifying,
      after: status(comingUp),
      waits: [debounced(1_000, 5_000), debounced(5_000, 5_000)],
    },
  };
  for (const [name, { before, after, waits }] of Object.entries(cases))
    test(name, () => {
      const known = before as Parameters<typeof pacingOf>[0];
      const found = [false, true].map((isBusy) => pacingOf(known, after, isBusy));
      assert.deepEqual(found, waits.length === 0 ? [undefined, undefined] : waits);
    });
});
