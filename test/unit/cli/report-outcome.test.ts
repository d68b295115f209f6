import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { reportBlockedAnnotation } from "../../../src/api/names.ts";
import {
  type ReportOutcome,
  type SentReport,
  reportOutcome,
} from "../../../src/cli/report-outcome.ts";
import { parsedFleet } from "../../objects/fleet.ts";

const since = "2026-11-28T10:00:00Z";
const report: SentReport = {
  text: "203.0.113.12 IR now",
  address: "203.0.113.12",
  country: "IR",
  slot: 1,
};
const blocked = { address: "203.0.113.12", slot: 1, phase: "Serving", since, blockedIn: ["IR"] };
const draining = { ...blocked, phase: "Draining" };
const { blockedIn: _blockedIn, ...unblocked } = blocked;
const making = { address: "203.0.113.44", slot: 1, phase: "Verifying", since };
const slotOn = (address: string) => [{ slot: 1, address, burnt: 1, message: "words" }];

/** A condition that is True. */
function condition(type: string) {
  const rest = { reason: "Because", message: "", lastTransitionTime: since, observedGeneration: 1 };
  return { type, status: "True", ...rest };
}

interface Given {
  readonly sent?: Partial<SentReport>;
  readonly spec?: object;
  readonly annotation?: string;
  readonly status: object;
}

describe("the outcome of a report", () => {
  const lastHandledReport = report.text;
  const answered = { lastHandledReport, addresses: [blocked], slots: slotOn(report.address) };
  const moving: ReportOutcome = { kind: "moving", message: "words" };
  const held: ReportOutcome = { kind: "held", message: "words" };
  const moved: ReportOutcome = { kind: "moved", slot: 1, to: "203.0.113.44" };

  const cases: Record<string, Given & { expect: ReportOutcome }> = {
    "is open before the operator has answered": {
      status: { lastHandledReport: "203.0.113.12 IR before" },
      expect: { kind: "open" },
    },
    "is open while nothing was answered at all": {
      annotation: report.text,
      status: {},
      expect: { kind: "open" },
    },
    "is that another report took its place": {
      annotation: "203.0.113.9 IR later",
      status: {},
      expect: { kind: "replaced", by: "203.0.113.9 IR later" },
    },
    "is a refusal where the address does not count as blocked": {
      status: { ...answered, addresses: [unblocked] },
      expect: { kind: "refused" },
    },
    "is a refusal where it is blocked elsewhere only": {
      status: { ...answered, addresses: [{ ...blocked, blockedIn: ["TM"] }] },
      expect: { kind: "refused" },
    },
    "is a refusal where the fleet never had the address": {
      sent: { slot: undefined },
      status: { ...answered, addresses: [] },
      expect: { kind: "refused" },
    },
    "is a move under way": { status: answered, expect: moving },
    "is a move to the address that people use now": {
      status: { ...answered, addresses: [draining], slots: slotOn("203.0.113.44") },
      expect: moved,
    },
    "is a move, too, where the old address is dark already": {
      status: { ...answered, addresses: [], slots: slotOn("203.0.113.44") },
      expect: moved,
    },
    "is a move of the slot that the status named only later": {
      sent: { slot: undefined },
      status: { ...answered, addresses: [draining], slots: slotOn("203.0.113.44") },
      expect: moved,
    },
    "is no move because another slot has another address": {
      status: { ...answered, slots: [{ slot: 0, address: "203.0.113.44", burnt: 0, message: "" }] },
      expect: { kind: "moving", message: "" },
    },
    "is a hold while an outage is suspected": {
      status: { ...answered, conditions: [condition("OutageSuspected")] },
      expect: held,
    },
    "is a hold while the protocol is blocked": {
      status: { ...answered, conditions: [condition("ProtocolBlocked")] },
      expect: held,
    },
    "is a hold where no address is left": {
      status: { ...answered, conditions: [condition("PoolExhausted")] },
      expect: held,
    },
    "is no hold by a condition that keeps nobody": {
      status: { ...answered, conditions: [condition("Reconciling")] },
      expect: moving,
    },
    "is no hold while the next address is in the making": {
      status: {
        ...answered,
        addresses: [blocked, making],
        conditions: [condition("OutageSuspected")],
      },
      expect: moving,
    },
    "is a hold where only another slot's address is in the making": {
      status: {
        ...answered,
        addresses: [blocked, { ...making, slot: 0 }],
        conditions: [condition("OutageSuspected")],
      },
      expect: held,
    },
    "is a hold in a paused fleet": { spec: { paused: true }, status: answered, expect: held },
    "is a hold where blocks move nobody": {
      spec: { rotation: { onBlocked: false } },
      status: answered,
      expect: held,
    },
  };
  for (const [name, { sent, spec, annotation, status, expect }] of Object.entries(cases))
    test(name, () => {
      const annotations = { [reportBlockedAnnotation]: annotation ?? report.text };
      const fleet = parsedFleet({ spec: { ...spec }, metadata: { annotations }, status });
      assert.deepEqual(reportOutcome(fleet, { ...report, ...sent }), expect);
    });
});
