import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StatusEffect } from "../../../src/runtime/effect.ts";
import type { Plan } from "../../../src/runtime/plan.ts";
import { type ObservedAddress, decideVerdicts } from "../../../src/reachability/decide-verdicts.ts";
import type { Evidence } from "../../../src/reachability/evidence.ts";
import type { CountryFindings } from "../../../src/reachability/hold.ts";
import { contactsOf } from "../../../src/reachability/witness.ts";
import { minutes, plus, seconds } from "../../../src/values/time.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { address as published } from "./stage.ts";
import { address, at, blockEvidence, failed, noon, policy, services, worked } from "./build.ts";

const nothing: CountryFindings = { outage: undefined, protocol: undefined, hold: undefined };
const report = {
  kind: "report",
  by: "Operator",
  address,
  country: "IR",
  message: "nobody connects",
} as const;

interface Given extends Partial<Omit<ObservedAddress, "findings">> {
  readonly evidence?: readonly Evidence[];
  readonly verdicts?: Readonly<Record<string, string>>;
  readonly found?: CountryFindings;
}

function observed({ evidence = [], verdicts = {}, found, ...given }: Given): ObservedAddress {
  const { entry, view } = published(address, { verdicts });
  return {
    raw: entryObject({ address }),
    entry,
    input: {
      address,
      evidence,
      contacts: contactsOf(evidence, { now: noon, services }),
      services,
      ports: [{ listener: "chat", port: 443 }],
      policy,
      before: view.reachability,
    },
    report: undefined,
    isPublished: true,
    findings: () => found ?? nothing,
    ...given,
  };
}

const decide = (given: Given): Plan => decideVerdicts(observed(given), { now: noon });
const statusOf = ({ effects }: Plan) =>
  effects.find((effect): effect is StatusEffect => effect.kind === "status");
function rowsOf(plan: Plan): readonly object[] | undefined {
  const status: { readonly reachability?: readonly object[] } = statusOf(plan)?.status ?? {};
  return status.reachability;
}
const reasonsOf = ({ effects }: Plan) =>
  effects.flatMap((effect) =>
    effect.kind === "event" ? effect.notes.map(({ reason }) => reason) : [],
  );

describe("what the ledger says of an address", () => {
  test("is nothing where nothing was heard", () => {
    assert.deepEqual(decide({}), { ...decide({}), effects: [], requeueAt: undefined });
  });

  test("is written by reachability alone, and is of verdicts alone", () => {
    const plan = decide({ evidence: [worked("a", -60)] });
    assert.equal(statusOf(plan)?.fieldManager, "proxyfleet-reachability");
    assert.deepEqual(Object.keys(statusOf(plan)?.status ?? {}), ["reachability"]);
    assert.partialDeepStrictEqual(rowsOf(plan), [{ country: "IR", verdict: "Reachable" }]);
    assert.deepEqual(reasonsOf(plan), [], "that a fresh address works is no news");
  });

  test("is not written again while it is the same", () => {
    const plan = decide({ evidence: [worked("a", -60)], verdicts: { IR: "Reachable" } });
    assert.deepEqual(plan.effects, []);
  });

  test("keeps the verdicts of other countries beside one that changes", () => {
    const plan = decide({ evidence: blockEvidence, verdicts: { RU: "Blocked" } });
    assert.partialDeepStrictEqual(rowsOf(plan), [
      { country: "IR", verdict: "Blocked", kind: "Address", listeners: ["chat"] },
      { country: "RU", verdict: "Blocked" },
    ]);
  });

  test("is a suspicion while the country is held, until the hold ends", () => {
    const until = at(120);
    const outage = { kind: "FailTogether", because: "all fail at once", until } as const;
    const hold = { kind: "Outage", because: outage.because } as const;
    const plan = decide({ evidence: blockEvidence, found: { ...nothing, outage, hold } });
    assert.partialDeepStrictEqual(rowsOf(plan), [{ country: "IR", verdict: "Suspected" }]);
    assert.deepEqual(reasonsOf(plan), ["Suspected"]);
    assert.equal(plan.requeueAt, until);
  });

  test("is looked at again when evidence has aged, and not for each piece of it", () => {
    const first = failed("a", -60);
    const { requeueAt } = decide({ evidence: [first, worked("b", -1)] });
    assert.equal(requeueAt, plus(first.at, minutes(30)) + 1);
    const old = failed("a", -1799);
    assert.equal(decide({ evidence: [old] }).requeueAt, plus(noon, seconds(30)));
  });

  const news: Record<string, { given: Given; expect: readonly string[] }> = {
    "a suspicion is news": {
      given: { evidence: [failed("a", -60), failed("b", -30)] },
      expect: ["Suspected"],
    },
    "that it is still suspected is none": {
      given: { evidence: [failed("a", -60), failed("b", -30)], verdicts: { IR: "Suspected" } },
      expect: [],
    },
    "a block is none: the fleet reports it, with what comes of it": {
      given: { evidence: blockEvidence },
      expect: [],
    },
    "that it is reached again is news": {
      given: { evidence: [worked("a", -60)], verdicts: { IR: "Suspected" } },
      expect: ["ReachableAgain"],
    },
  };
  for (const [name, { given, expect }] of Object.entries(news))
    test(name, () => assert.deepEqual(reasonsOf(decide(given)), expect));
});

describe("a person's report", () => {
  const blocked = { country: "IR", verdict: "Blocked", since: "2026-11-23T12:00:00Z" };
  const message = "reported by a person: nobody connects";

  test("is a verdict at once, whatever tests say", () =>
    assert.deepEqual(rowsOf(decide({ report, evidence: [worked("a", -1)] })), [
      { ...blocked, message },
    ]));

  test("counts also for a country that the fleet is not for", () =>
    assert.partialDeepStrictEqual(rowsOf(decide({ report: { ...report, country: "RU" } })), [
      { ...blocked, country: "RU" },
    ]));

  test("counts also of an address that nobody uses any more, which keeps its other verdicts", () => {
    const dark = { report, isPublished: false, verdicts: { RU: "Blocked" } };
    assert.partialDeepStrictEqual(rowsOf(decide(dark)), [blocked, { country: "RU" }]);
    assert.deepEqual(decide({ isPublished: false, evidence: blockEvidence }).effects, []);
  });
});
