import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence } from "../../../src/reachability/evidence.ts";
import type { AddressVerdict, VerdictInput } from "../../../src/reachability/verdict-input.ts";
import { policy, verdict } from "./build.ts";

/** Evidence, and what it should come to in IR. */
interface Case {
  readonly evidence: readonly Evidence[];
  readonly given?: Partial<VerdictInput>;
  readonly verdict: AddressVerdict["verdict"] | undefined;
  readonly kind?: AddressVerdict["kind"];
  readonly listeners?: AddressVerdict["listeners"];
  readonly says?: RegExp;
}

/** Tries each case as a test of its own. */
export function checkVerdicts(cases: Record<string, Case>): void {
  for (const [name, { evidence, given, ...expected }] of Object.entries(cases))
    test(name, () => {
      const got = verdict(evidence, given);
      assert.equal(got?.verdict, expected.verdict);
      if ("kind" in expected) assert.equal(got?.kind, expected.kind);
      if (expected.listeners !== undefined) assert.deepEqual(got?.listeners, expected.listeners);
      if (expected.says !== undefined) assert.match(got?.message ?? "", expected.says);
    });
}

/** A fleet that asks for something else of a block. */
export const asked = (blockedWhen: Partial<typeof policy.blockedWhen>): Partial<VerdictInput> => ({
  policy: { ...policy, blockedWhen: { ...policy.blockedWhen, ...blockedWhen } },
});
