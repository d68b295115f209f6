import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mayTest } from "../../../src/reachability/verdict.ts";
import type { AddressVerdict, VerdictInput } from "../../../src/reachability/verdict-input.ts";
import { at, blockEvidence, failed, policy, report, verdict, worked } from "./build.ts";
import { checkVerdicts, asked } from "./check-verdicts.ts";

describe("a blocked address", () => {
  const before = (given: Partial<AddressVerdict> = {}): Partial<VerdictInput> => ({
    before: [{ country: "IR", verdict: "Blocked", since: at(-7200), kind: "Address", ...given }],
  });
  const measured = before({ listeners: ["chat"] });
  const proofs = [worked("a", -60), worked("b", -50)];
  checkVerdicts({
    "stays blocked though nothing is heard of it": {
      evidence: [],
      given: measured,
      verdict: "Blocked",
    },
    "stays blocked where one place reaches it": {
      evidence: [proofs[0]!, worked("a", -30)],
      given: measured,
      verdict: "Blocked",
    },
    "is lifted where as many places reach it as a block needs": {
      evidence: proofs,
      given: measured,
      verdict: "Reachable",
      kind: undefined,
    },
    "is lifted by two places though one is enough for a block": {
      evidence: proofs.slice(0, 1),
      given: { ...measured, ...asked({ vantagePoints: 1 }) },
      verdict: "Blocked",
    },
    "stays blocked while any place fails": {
      evidence: [...proofs, failed("c", -600)],
      given: measured,
      verdict: "Blocked",
    },
    "stays blocked where the proofs may be older than the last failure": {
      evidence: proofs,
      given: before({ listeners: ["chat"], since: at(-1830) }),
      verdict: "Blocked",
    },
    "stays blocked where only another port is reached": {
      evidence: proofs.map((one) => ({ ...one, listener: "media" })),
      given: measured,
      verdict: "Blocked",
    },
    "stays blocked where places only connect": {
      evidence: proofs.map((one) => ({ ...one, outcome: { kind: "Worked", upTo: "tcp" } })),
      given: measured,
      verdict: "Blocked",
    },
    "that froze data stays blocked until data passes": {
      evidence: proofs,
      given: before({ listeners: ["chat"], kind: "Throttled" }),
      verdict: "Blocked",
    },
    "stays blocked by a person's word, whatever tests say": {
      evidence: proofs,
      given: { before: [{ country: "IR", verdict: "Blocked", since: at(-7200) }] },
      verdict: "Blocked",
    },
    "stays blocked where a person repeats what tests had said": {
      evidence: [...proofs, report("Operator", -3600)],
      given: measured,
      verdict: "Blocked",
    },
    "on one port becomes blocked as a whole once its other port fails too": {
      evidence: blockEvidence,
      given: before({ kind: "Port", listeners: ["media"] }),
      verdict: "Blocked",
      kind: "Address",
      listeners: ["chat", "media"],
    },
    "is blocked in a country that is not of the audience as well": {
      evidence: [],
      given: { ...measured, policy: { ...policy, audience: ["RU"] } },
      verdict: "Blocked",
    },
  });

  test("keeps the words and the time of its verdict, so that nothing is written", () => {
    const [known] = before({ listeners: ["chat"], message: "as it was" }).before!;
    assert.equal(verdict(blockEvidence, { before: [known!] }), known);
  });

  test("is not tested again, but from elsewhere, or on its other ports", () => {
    const of = (given: Partial<AddressVerdict>) => before(given).before!;
    const chat = { country: "IR", listener: "chat" } as const;
    assert.equal(mayTest(of({}), chat), false);
    assert.equal(mayTest(of({ listeners: ["media"] }), chat), false);
    assert.equal(mayTest(of({ verdict: "Suspected" }), chat), true);
    assert.equal(mayTest(of({}), { ...chat, country: "RU" }), true);
    assert.equal(mayTest(of({ kind: "Port", listeners: ["media"] }), chat), true);
    assert.equal(mayTest(of({ kind: "Port", listeners: ["chat"] }), chat), false);
  });
});
