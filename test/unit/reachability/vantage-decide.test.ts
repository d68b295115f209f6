import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { type ObservedVantagePoint, decideVantagePoint } from "../../../src/reachability/decide.ts";
import { targetsOf } from "../../../src/reachability/targets.ts";
import { type Instant, hours, plus } from "../../../src/values/time.ts";
import { vantagePointObject } from "../../objects/vantage-point.ts";
import { at, noon } from "../rotation/build.ts";
import { address, fleet, memory, vantagePoint } from "./stage.ts";

const iran = vantagePoint();
const targets = targetsOf({
  vantagePoint: iran,
  all: [iran],
  fleets: [fleet([address("203.0.113.9")])],
});
const agentSpec = { globalping: undefined, agent: { tokenSecretRef: { name: "volunteer" } } };

function raw(given: { spec?: Record<string, unknown>; status?: object } = {}): CustomObject {
  return vantagePointObject({ metadata: { uid: "vantage-uid", generation: 1 }, ...given });
}

/** What was reported before. */
function reported(status: string, reason: string, more: object = {}): { status: object } {
  const message = "as before";
  const lastTransitionTime = "2026-11-23T10:00:00Z";
  const conditions = [{ type: "Working", status, reason, message, lastTransitionTime }];
  return { status: { observedGeneration: 1, conditions, ...more } };
}

function decided(given: Partial<ObservedVantagePoint> = {}, now: Instant = at(60)) {
  const observed = { raw: raw(), targets, memory: memory(), quota: undefined, ...given };
  const plan = decideVantagePoint(observed, { now, random: () => 0.5 });
  const [write] = plan.effects.filter(({ kind }) => kind === "status");
  const [report] = plan.effects.filter(({ kind }) => kind === "event");
  assert.ok(write?.kind === "status");
  const status = write.status as { conditions: readonly Record<string, string>[] } & Record<
    string,
    unknown
  >;
  const notes = report?.kind === "event" ? report.notes : [];
  return { plan, status, working: status.conditions[0] ?? assert.fail(), notes };
}

const failing = (failures: number) =>
  memory({ answer: { kind: "failed", message: "502 Bad Gateway" }, failures });

describe("the condition Working", () => {
  const worked = reported("True", "Measures", { lastResult: "2026-11-23T11:30:00Z" });
  const cases: Record<
    string,
    { given: Partial<ObservedVantagePoint>; now?: Instant; expect: string; says: RegExp }
  > = {
    "of one that works names the service, and no time": {
      given: {},
      expect: "True Measures",
      says: /^Globalping answers, and tests what is published$/,
    },
    "of one whose service does not test everything says why": {
      given: { memory: memory({ answer: { kind: "worked", message: "the quota was too low" } }) },
      expect: "True Measures",
      says: /^Globalping answers, but did not test everything: the quota was too low$/,
    },
    "of a new one": {
      given: { memory: undefined },
      expect: "Unknown NotAskedYet",
      says: /wait a minute/,
    },
    "under a new leader is as before": {
      given: { raw: raw(reported("False", "ServiceFails")), memory: undefined },
      expect: "False ServiceFails",
      says: /^as before$/,
    },
    "of a changed spec under a new leader is not as before": {
      given: {
        raw: raw(reported("False", "ServiceFails", { observedGeneration: 0 })),
        memory: undefined,
      },
      expect: "Unknown NotAskedYet",
      says: /wait a minute/,
    },
    "of one that had nothing to test, and has now": {
      given: { raw: raw(reported("Unknown", "NothingToMeasure")), memory: undefined },
      expect: "Unknown NotAskedYet",
      says: /wait a minute/,
    },
    "of one that can't be read": {
      given: { raw: raw({ spec: { interval: "soon" } }) },
      expect: "False InvalidSpec",
      says: /^VantagePoint globalping-ir: spec\.interval "soon"/,
    },
    "of one whose service fails again and again has its words, and when results came last": {
      given: { memory: failing(2) },
      expect: "False ServiceFails",
      says: /^Globalping: 502 Bad Gateway\. Results came last at 2026-11-23 12:00 UTC\. It is tried again/,
    },
    "after the first failure is as before: a packet may be lost": {
      given: { raw: raw(worked), memory: failing(1) },
      expect: "True Measures",
      says: /^as before$/,
    },
    "of one that fails, and never worked": {
      given: { memory: { ...failing(1), last: undefined } },
      expect: "False ServiceFails",
      says: /No results have come yet\./,
    },
    "of one that fails, and worked under another leader": {
      given: { raw: raw(worked), memory: { ...failing(2), last: undefined } },
      expect: "False ServiceFails",
      says: /Results came last at 2026-11-23 11:30 UTC\./,
    },
    "of one whose service has no probe there is no failure, and says so": {
      given: {
        raw: raw({ spec: { asn: 197_207 } }),
        memory: memory({ answer: { kind: "noProbes", message: "No matching IPv4 probes" } }),
      },
      expect: "Unknown NoProbes",
      says: /^Globalping has no probe for network 197207 in IR now \(No matching IPv4 probes\)\. That says nothing of any address.*or leave out spec\.asn$/,
    },
    "of one whose quota is used up says until when": {
      given: { quota: { left: 0, renewedAt: plus(noon, hours(1)) } },
      now: at(700),
      expect: "False QuotaSpent",
      says: /^Globalping gives no more tests before 2026-11-23 13:00 UTC: set a token/,
    },
    "of one that waits for its interval says nothing of the quota": {
      given: { quota: { left: 0, renewedAt: at(120) } },
      expect: "True Measures",
      says: /answers/,
    },
    "of one without a token has the Secret's name": {
      given: { memory: memory({ answer: { kind: "tokenMissing", message: "no Secret a/b" } }) },
      expect: "False TokenMissing",
      says: /^no Secret a\/b$/,
    },
    "of one that this version can't ask": {
      given: { memory: memory({ answer: { kind: "notImplemented" } }) },
      expect: "False NotImplemented",
      says: /can't use spec\.globalping: use another source, or upgrade/,
    },
    "of one that has nothing to test": {
      given: { targets: [] },
      expect: "Unknown NothingToMeasure",
      says: /^no published address of a fleet for IR is to be tested from here/,
    },
    "of an agent that was never heard": {
      given: { raw: raw({ spec: agentSpec }), memory: memory({ last: undefined }) },
      expect: "Unknown AgentSilent",
      says: /has not sent any results yet: start `proxyfleet probe`/,
    },
    "of an agent where none are served": {
      given: {
        raw: raw({ spec: agentSpec }),
        memory: memory({ answer: { kind: "agentsNotServed" } }),
      },
      expect: "False AgentsNotServed",
      says: /set ingestion\.enabled=true/,
    },
    "of an agent that sends": {
      given: { raw: raw({ spec: agentSpec }) },
      now: at(2_399),
      expect: "True Measures",
      says: /^the agent sends its results$/,
    },
    "of an agent that is silent for three intervals and ten minutes": {
      given: { raw: raw({ spec: agentSpec }) },
      now: at(2_400),
      expect: "False AgentSilent",
      says: /sent results at 2026-11-23 12:00 UTC, and none since/,
    },
    "of an agent under a new leader goes by the time that was stored": {
      given: {
        raw: raw({ spec: agentSpec, status: { lastResult: "2026-11-23T11:50:00Z" } }),
        memory: undefined,
      },
      expect: "True Measures",
      says: /sends its results/,
    },
    "of an agent without a token has the Secret's name": {
      given: {
        raw: raw({ spec: agentSpec }),
        memory: memory({ answer: { kind: "tokenMissing", message: "no Secret a/b" } }),
      },
      expect: "False TokenMissing",
      says: /^no Secret a\/b$/,
    },
  };
  for (const [name, { given, now, expect, says }] of Object.entries(cases))
    test(name, () => {
      const { working } = decided(given, now);
      assert.equal(`${working["status"]} ${working["reason"]}`, expect);
      assert.match(working["message"] ?? "", says);
    });
});

describe("a vantage point's status", () => {
  const since = (seconds: number) => memory({ last: { at: at(seconds), results: 6 } });
  const stored = (reason: string) =>
    raw(reported("True", reason, { lastResult: "2026-11-23T12:00:00Z", results: 4 }));
  const cases: Record<
    string,
    { given: Partial<ObservedVantagePoint>; expect: readonly unknown[] }
  > = {
    "has no time of results before there are any": {
      given: { memory: memory({ last: undefined }) },
      expect: [undefined, undefined],
    },
    "has the time of the first results, in whole minutes": {
      given: { memory: since(119) },
      expect: ["2026-11-23T12:01:00Z", 6],
    },
    "keeps the time for ten minutes, so that a settled one is not written": {
      given: { raw: stored("Measures"), memory: since(599) },
      expect: ["2026-11-23T12:00:00Z", 4],
    },
    "has a new time after ten minutes": {
      given: { raw: stored("Measures"), memory: since(600) },
      expect: ["2026-11-23T12:10:00Z", 6],
    },
    "has a new time at once where there is other news": {
      given: { raw: stored("NoProbes"), memory: since(60) },
      expect: ["2026-11-23T12:01:00Z", 6],
    },
    "keeps the time under a new leader": {
      given: { raw: stored("Measures"), memory: undefined },
      expect: ["2026-11-23T12:00:00Z", 4],
    },
    "keeps the time while its spec can't be read": {
      given: { raw: { ...stored("Measures"), spec: {} } },
      expect: ["2026-11-23T12:00:00Z", 4],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const { status } = decided(given, at(600));
      assert.deepEqual([status["lastResult"], status["results"]], expect);
    });
  test("says what a service leaves out as often as it has a new time, and no more", () => {
    const message = "the quota was too low for 3 of 8 addresses";
    const partly = {
      answer: { kind: "worked", message },
      last: { at: at(599), results: 6 },
    } as const;
    const soon = decided({ raw: stored("Measures"), memory: memory(partly) }, at(599));
    assert.equal(soon.working["message"], "as before");
    const last = { at: at(600), results: 6 };
    const later = decided(
      { raw: stored("Measures"), memory: memory({ ...partly, last }) },
      at(600),
    );
    assert.match(later.working["message"] ?? "", /3 of 8/);
  });
  test("names the source, for a column", () =>
    assert.equal(decided({ raw: raw({ spec: agentSpec }) }).status["source"], "agent"));
});

describe("an Event", () => {
  const cases: Record<string, { given: Partial<ObservedVantagePoint>; expect: readonly string[] }> =
    {
      "does not say that a new one works": { given: {}, expect: [] },
      "says that one stopped to work": {
        given: { raw: raw(reported("True", "Measures")), memory: failing(2) },
        expect: ["Warning ServiceFails"],
      },
      "does not say so again": {
        given: { raw: raw(reported("False", "ServiceFails")), memory: failing(3) },
        expect: [],
      },
      "says that it works again": {
        given: { raw: raw(reported("False", "ServiceFails")) },
        expect: ["Normal Measures"],
      },
      "does not say that there is nothing to test": {
        given: { raw: raw(reported("True", "Measures")), targets: [] },
        expect: [],
      },
    };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        decided(given).notes.map(({ type, reason }) => `${type} ${reason}`),
        expect,
      ),
    );
});

describe("a plan", () => {
  test("asks for a round when it is due, with what is to be tested", () => {
    const { plan } = decided({}, at(600));
    assert.deepEqual(plan.asks, [
      { vantagePoint: plan.asks[0]?.vantagePoint, targets, isQuick: false },
    ]);
  });
  test("looks again when the next round is due", () => {
    const { plan } = decided();
    assert.deepEqual([plan.asks, plan.requeueAt], [[], at(600)]);
  });
  test("looks again when an agent counts as silent", () => {
    const known = memory({ fullAt: at(2_000) });
    const { plan } = decided({ raw: raw({ spec: agentSpec }), memory: known }, at(2_300));
    assert.equal(plan.requeueAt, at(2_400));
  });
  test("asks nobody for one that can't be read", () =>
    assert.deepEqual(decided({ raw: raw({ spec: { interval: "soon" } }) }).plan.asks, []));
});
