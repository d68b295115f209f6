import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rotationEnd, verdictSamples } from "../../../src/address/io/metrics.ts";
import { viewOfEntry } from "../../../src/ledger/view.ts";
import { entryObject } from "../../objects/ledger-entry.ts";

function entry(phase: string | undefined, spec: Record<string, unknown> = {}): CustomObject {
  const status = phase === undefined ? {} : { phase };
  return entryObject({ spec: { cause: "Age", ...spec }, status });
}

const drained = { want: "Drain", drainUntil: "2026-11-23T12:00:00Z", retiredBecause: "Age" };
const dark = { want: "Quarantine", quarantineUntil: "2026-12-23T12:00:00Z", retiredBecause: "Age" };

describe("a rotation is counted once, when it is known how it ended", () => {
  const cases: Record<
    string,
    {
      before: CustomObject | undefined;
      after: CustomObject | undefined;
      expect: string | undefined;
    }
  > = {
    "its address is published": {
      before: entry("Verifying"),
      after: entry("Serving"),
      expect: "Age published",
    },
    "its address is published and replaced before anybody looked": {
      before: entry("Verifying"),
      after: entry("Draining", drained),
      expect: "Age published",
    },
    "its address did not work": {
      before: entry("Verifying"),
      after: entry("Verifying", { ...dark, retiredBecause: "Unusable" }),
      expect: "Age unusable",
    },
    "its fleet is deleted meanwhile": {
      before: entry("Provisioning"),
      after: entry("Provisioning", { ...dark, retiredBecause: "FleetDeleted" }),
      expect: "Age abandoned",
    },
    "somebody deletes its entry": {
      before: entry(undefined),
      after: undefined,
      expect: "Age abandoned",
    },
    "it goes on": { before: entry("Provisioning"), after: entry("Verifying"), expect: undefined },
    "it begins": { before: undefined, after: entry(undefined), expect: undefined },
    "the operator starts and finds it published": {
      before: undefined,
      after: entry("Serving"),
      expect: undefined,
    },
    "a published address drains": {
      before: entry("Serving"),
      after: entry("Serving", drained),
      expect: undefined,
    },
    "an address at rest is forgotten": {
      before: entry("Quarantined", dark),
      after: undefined,
      expect: undefined,
    },
  };
  for (const [name, { before, after, expect }] of Object.entries(cases))
    test(name, () => {
      const end = rotationEnd({ before, after, own: false });
      assert.equal(end === undefined ? undefined : `${end.cause} ${end.outcome}`, expect);
    });
});

describe("verdicts are counted by country", () => {
  const judged = (
    reachability: readonly object[],
    spec: Record<string, unknown> = {},
  ): CustomObject => entryObject({ spec, status: { phase: "Serving", reachability } });
  const verdict = (country: string, verdict: string): object => ({
    country,
    verdict,
    since: "2026-11-24T08:00:00Z",
  });

  const samplesOf = (entries: readonly CustomObject[]) =>
    verdictSamples(entries.flatMap((raw) => viewOfEntry(raw).view ?? []));

  test("over all addresses in use, each country for itself", () =>
    assert.deepEqual(
      samplesOf([
        judged([verdict("IR", "Blocked"), verdict("RU", "Reachable")]),
        judged([verdict("IR", "Blocked")], drained),
        judged([verdict("IR", "Reachable")]),
      ]),
      [
        [{ country: "IR", verdict: "Blocked" }, 2],
        [{ country: "RU", verdict: "Reachable" }, 1],
        [{ country: "IR", verdict: "Reachable" }, 1],
      ],
    ));
  test("without addresses at rest, and without entries that can't be read", () =>
    assert.deepEqual(
      samplesOf([
        judged([verdict("IR", "Blocked")], dark),
        judged([verdict("IR", "Blocked")], { lane: "x" }),
      ]),
      [],
    ));
});
