import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import { verdictsOf } from "../../../src/reachability/verdict.ts";
import { hours, minutes } from "../../../src/values/time.ts";
import {
  address,
  arrivals,
  at,
  blockEvidence,
  control,
  failed,
  failure,
  input,
  noon,
  policy,
  report,
  verdict,
  worked,
} from "./build.ts";
import { checkVerdicts, asked } from "./check-verdicts.ts";

describe("an address is blocked", () => {
  checkVerdicts({
    "where enough tests from enough vantage points fail and a control sees it answer": {
      evidence: blockEvidence,
      verdict: "Blocked",
      kind: "Address",
      listeners: ["chat"],
    },
    "which a sentence explains that can be read in a hurry": {
      evidence: [
        failed("a", -900),
        failed("b", -600),
        failed("c", -300),
        failed("a", -120),
        failed("b", -60),
        control(-30),
      ],
      verdict: "Blocked",
      says: /^port 443: 5 time-outs from 3 vantage points in 14 min; the control sees it answer$/,
    },
    "where tests fail in several ways, which are counted apart": {
      evidence: [
        ...blockEvidence,
        failed("a", -35, { outcome: failure("tls", { kind: "Reset" }) }),
      ],
      verdict: "Blocked",
      says: /^port 443: 4 time-outs and 1 reset in TLS from 2 vantage points in 1 min; the control/,
    },
    "by a person's word": {
      evidence: [report("Operator", -60, { message: "all of my group" })],
      verdict: "Blocked",
      kind: undefined,
      says: /^reported by a person: all of my group$/,
    },
    "by a person's word of yesterday, when nobody led": {
      evidence: [report("Operator", -20 * 3600)],
      verdict: "Blocked",
    },
    "by a stranger's word, where the fleet lets strangers decide": {
      evidence: [report("Page", -60)],
      given: { policy: { ...policy, people: "Block" } },
      verdict: "Blocked",
    },
    "though the places reached it before": {
      evidence: [worked("a", -300), worked("b", -300), ...blockEvidence],
      verdict: "Blocked",
    },
    "though a control whose own line is down can't see it": {
      evidence: [...blockEvidence, control(-10, { outcome: failure(), reachesElse: false })],
      verdict: "Blocked",
    },
    "by one vantage point only where the fleet asks for one": {
      evidence: [failed("a", -120), failed("a", -60), failed("a", -40), control(-30)],
      given: asked({ vantagePoints: 1 }),
      verdict: "Blocked",
    },
  });
});

describe("an address is only suspected", () => {
  checkVerdicts({
    "while failures are too few": {
      evidence: [failed("a", -120), failed("a", -90), control(-30)],
      verdict: "Suspected",
      says: /^port 443: 2 time-outs from 1 vantage point in 30 s; the control sees it answer; a block needs 3 failures from 2 vantage points/,
    },
    "while they come from too few vantage points": {
      evidence: [failed("a", -120), failed("a", -90), failed("a", -60), control(-30)],
      verdict: "Suspected",
    },
    "though one vantage point names many places": {
      evidence: [
        ...["x", "y", "z"].flatMap((place) => [
          failed("a", -120, { place }),
          failed("a", -60, { place }),
        ]),
        control(-30),
      ],
      verdict: "Suspected",
    },
    "while all failed in the same moment": {
      evidence: [
        failed("a", -61),
        failed("b", -60),
        failed("c", -59),
        failed("d", -42),
        control(-30),
      ],
      verdict: "Suspected",
    },
    "while only the place itself vouches for its line, and at another time": {
      evidence: [
        failed("a", -900),
        failed("a", -120, { reachesElse: undefined }),
        failed("a", -60, { reachesElse: undefined }),
        control(-30),
      ],
      given: asked({ vantagePoints: 1 }),
      verdict: "Suspected",
    },
    "while the same tests came many times": {
      evidence: [
        ...[0, 1, 2, 3].map((s) => failed("a", -120 + s)),
        ...[0, 1, 2, 3].map((s) => failed("b", -124 + s)),
        control(-30),
      ],
      verdict: "Suspected",
    },
    "while no control has tried it": {
      evidence: blockEvidence.slice(0, 4),
      verdict: "Suspected",
      says: /no control has tried it that far/,
    },
    "while the control was there before it began": {
      evidence: [...blockEvidence.slice(0, 4), control(-130)],
      verdict: "Suspected",
    },
    "while the control only connects, and the failures are in TLS": {
      evidence: [
        ...blockEvidence.slice(0, 4).map((one) => ({ ...one, outcome: failure("tls") })),
        control(-30, { outcome: { kind: "Worked", upTo: "tcp" } }),
      ],
      verdict: "Suspected",
      says: /time-outs in TLS .*no control has tried it that far/,
    },
    "while as many controls fail as see it answer": {
      evidence: [...blockEvidence, control(-20, { vantagePoint: "control2", outcome: failure() })],
      verdict: "Suspected",
      says: /the controls disagree/,
    },
    "while nobody knows whether the places reach anything else": {
      evidence: blockEvidence.map((one) => ({ ...one, reachesElse: undefined })),
      verdict: "Suspected",
    },
    "by a stranger's word": { evidence: [report("Page", -60)], verdict: "Suspected" },
    "by arrivals that stop": {
      evidence: [arrivals(-60)],
      verdict: "Suspected",
      says: /^no new session for 12 min/,
    },
    "while an outage is suspected, which it says": {
      evidence: blockEvidence,
      given: { holds: new Map([["IR", { kind: "Outage", because: "all fail" }]]) },
      verdict: "Suspected",
      kind: undefined,
      says: /the control sees it answer; all fail$/,
    },
    "while the protocol is blocked, and of that kind": {
      evidence: blockEvidence,
      given: { holds: new Map([["IR", { kind: "Protocol", because: "TLS is frozen" }]]) },
      verdict: "Suspected",
      kind: "Protocol",
    },
    "by strangers who may decide, while an outage is suspected": {
      evidence: [report("Page", -60)],
      given: {
        policy: { ...policy, people: "Block" },
        holds: new Map([["IR", { kind: "Outage", because: "all fail" }]]),
      },
      verdict: "Suspected",
    },
  });
});

describe("nothing is known of an address", () => {
  checkVerdicts({
    "where a control fails too: it is no block": {
      evidence: [...blockEvidence, control(-10, { outcome: failure() })],
      verdict: "Unknown",
      says: /the control fails too/,
    },
    "where strangers speak and a control fails": {
      evidence: [report("Page", -60), arrivals(-60), control(-10, { outcome: failure() })],
      given: { policy: { ...policy, people: "Block" } },
      verdict: "Unknown",
    },
    "where the lines of the places are down": {
      evidence: blockEvidence.map((one) => ({ ...one, reachesElse: one.role === "Control" })),
      verdict: "Unknown",
      says: /reach nothing else either/,
    },
    "where one test failed": {
      evidence: [failed("a", -60), control(-30)],
      verdict: "Unknown",
      says: /one test from IR failed/,
    },
    "where only a control in the country itself reaches it": {
      evidence: [failed("a", -60), control(-30, { country: "IR" })],
      verdict: "Unknown",
    },
    "where all that is known is old": {
      evidence: [failed("a", -1801), worked("a", -1805)],
      verdict: "Unknown",
      says: /^no test from IR in the last 30m$/,
    },
  });

  test("and no verdict is given where nothing was tried", () => {
    assert.equal(verdict([control(-10)]), undefined);
    assert.equal(verdict([failed("a", -10, { address: "203.0.113.10" })]), undefined);
    assert.equal(verdict([failed("a", -10, { country: "RU" })]), undefined);
  });
});

describe("an address is reached", () => {
  checkVerdicts({
    "where a place reaches it": {
      evidence: [worked("a", -60)],
      verdict: "Reachable",
      says: /^1 vantage point reaches it$/,
    },
    "where those that failed reach it again": {
      evidence: [...blockEvidence, worked("a", -20), worked("b", -20)],
      verdict: "Reachable",
      says: /^2 vantage points reach it$/,
    },
    "though people of another country don't": {
      evidence: [...blockEvidence.map((one) => ({ ...one, country: "RU" })), worked("c", -60)],
      verdict: "Reachable",
    },
    "though one test failed since": {
      evidence: [worked("a", -60), failed("a", -30)],
      verdict: "Reachable",
    },
    "where a test answers a stranger's word": {
      evidence: [report("Page", -60), arrivals(-50), worked("a", -30)],
      verdict: "Reachable",
    },
    "where a test since arrivals stopped answers that they are still few": {
      evidence: [arrivals(-10, { since: at(-90) }), worked("a", -60)],
      verdict: "Reachable",
    },
    "where what the fleet ignores speaks against it": {
      evidence: [worked("a", -90), report("Page", -60), arrivals(-50)],
      given: { policy: { ...policy, people: "Ignore", traffic: "Ignore" } },
      verdict: "Reachable",
    },
    "by a place that contradicts itself": {
      evidence: [...blockEvidence, worked("a", -60), worked("b", -40)],
      verdict: "Reachable",
    },
  });
});

describe("a test that works", () => {
  const frozen = (s: number, vantagePoint: string) =>
    failed(vantagePoint, s, {
      outcome: failure("transfer", { kind: "Frozen", afterBytes: 16_384 }),
    });
  checkVerdicts({
    "does not disprove a failure at a later step": {
      evidence: [
        ...[-120, -60].flatMap((s) => [frozen(s, "a"), frozen(s, "b")]),
        worked("a", -40),
        worked("b", -40),
        control(-30),
      ],
      verdict: "Blocked",
      kind: "Throttled",
      says: /^port 443: 4 transfers frozen after 16 KB from 2 vantage points in 1 min/,
    },
    "disproves it at the same step": {
      evidence: [
        ...[-120, -60].flatMap((s) => [frozen(s, "a"), frozen(s, "b")]),
        worked("a", -40, { outcome: { kind: "Worked", upTo: "transfer" } }),
        control(-30),
      ],
      verdict: "Suspected",
    },
  });
});

describe("a block is", () => {
  const onMedia = blockEvidence.map((one) => ({ ...one, listener: "media" as const }));
  const slow = failure("transfer", { kind: "Slow", bytesPerSecond: 300 });
  checkVerdicts({
    "of a port, where another port works": {
      evidence: [...onMedia, worked("a", -60), worked("b", -60)],
      verdict: "Blocked",
      kind: "Port",
      listeners: ["media"],
      says: /^port 587: 4 time-outs/,
    },
    "of the address, where the other port fails too, though less often": {
      evidence: [...onMedia, failed("a", -60)],
      verdict: "Blocked",
      kind: "Address",
      listeners: ["chat", "media"],
    },
    "of the address, where nobody knows of the other port": {
      evidence: onMedia,
      verdict: "Blocked",
      kind: "Address",
      listeners: ["media"],
    },
    "of data, where it only passes too slowly": {
      evidence: blockEvidence.map((one) =>
        one.role === "Probe" ? { ...one, outcome: slow } : one,
      ),
      verdict: "Blocked",
      kind: "Throttled",
    },
    "of data, where one handshake fails as well": {
      evidence: [
        ...blockEvidence.map((one) => (one.role === "Probe" ? { ...one, outcome: slow } : one)),
        failed("a", -40, { outcome: failure("tls") }),
        control(-30),
      ],
      verdict: "Blocked",
      kind: "Throttled",
    },
    "of the address, where data is frozen for some and others time out": {
      evidence: [...blockEvidence, failed("c", -50, { outcome: slow })],
      verdict: "Blocked",
      kind: "Address",
    },
  });
});

describe("a public service", () => {
  const places = (failing: number, working: number, given: Partial<TestEvidence> = {}) =>
    Array.from({ length: failing + working }, (_, index) => {
      const place = `p${index}`;
      const tries = [-120, -60].map((s) =>
        index < failing ? failed("globalping", s, { place }) : worked("globalping", s, { place }),
      );
      return tries.map((one) => ({ ...one, ...given }));
    }).flat();
  checkVerdicts({
    "counts by its places, where most of them fail": {
      evidence: [...places(3, 2), control(-30)],
      verdict: "Blocked",
      says: /^port 443: 6 time-outs from 3 vantage points/,
    },
    "counts for nothing where half of them reach the address": {
      evidence: [...places(2, 2), control(-30)],
      verdict: "Suspected",
      says: /4 time-outs from 2 vantage points in 1 min \(2 vantage points reach it\)/,
    },
    "can't block with one place": {
      evidence: [...places(1, 0), control(-30)],
      verdict: "Suspected",
    },
    "is heard without the places that reach nothing at all": {
      evidence: [...places(3, 0, { reachesElse: undefined }), control(-30)],
      verdict: "Suspected",
    },
    "is heard without those places though others fail that have a line": {
      evidence: [
        failed("globalping", -120, { place: "p0" }),
        failed("globalping", -60, { place: "p1" }),
        failed("globalping", -40, { place: "p2", reachesElse: undefined }),
        control(-30),
      ],
      verdict: "Suspected",
    },
    "is heard on places that reach another address of ours": {
      evidence: [
        ...places(3, 0, { reachesElse: undefined }),
        ...["p0", "p1", "p2"].map((place) =>
          worked("globalping", -300, { place, address: "203.0.113.10" }),
        ),
        control(-30),
      ],
      verdict: "Blocked",
    },
    "is not heard on places that reached something only long before": {
      evidence: [
        ...places(3, 0, { reachesElse: undefined }),
        ...["p0", "p1", "p2"].map((place) =>
          worked("globalping", -421, { place, address: "203.0.113.10" }),
        ),
        control(-30),
      ],
      verdict: "Suspected",
    },
  });
});

describe("a failure of a place of which nobody knows whether its line works", () => {
  const dim = (s: number) => failed("dim", s, { reachesElse: undefined });
  checkVerdicts({
    "counts, where another place vouches for it": {
      evidence: [failed("a", -90), failed("b", -60), dim(-50), control(-30)],
      verdict: "Blocked",
    },
    "is no vantage point of its own": {
      evidence: [failed("a", -90), failed("a", -60), dim(-50), dim(-40), control(-30)],
      verdict: "Suspected",
    },
  });
});

describe("late results", () => {
  checkVerdicts({
    "count when they were made": {
      evidence: blockEvidence.map((one) => ({ ...one, at: at((one.at - noon) / 1000 - 86_400) })),
      verdict: "Unknown",
    },
    "of the future are of now": {
      evidence: blockEvidence.map((one) =>
        one.vantagePoint === "control" ? { ...one, at: at(86_400) } : one,
      ),
      verdict: "Blocked",
    },
    "of the future don't make a block last": {
      evidence: [failed("a", 9000), failed("a", 9100), failed("b", 9200), control(9300)],
      verdict: "Suspected",
    },
  });
});

describe("a verdict", () => {
  test("dates from the first failure that counts", () => {
    assert.equal(verdict(blockEvidence)?.since, at(-120));
  });

  test("is given for each country of the audience, and for all where it is for everybody", () => {
    const everywhere = [worked("a", -60), worked("r", -60, { country: "RU" })];
    const countries = (audience: readonly string[]) =>
      verdictsOf(input(everywhere, { policy: { ...policy, audience } })).map((one) => one.country);
    assert.deepEqual(countries(["IR"]), ["IR"]);
    assert.deepEqual(countries(["RU", "CN"]), ["RU"]);
    assert.deepEqual(countries([]), ["IR", "RU"]);
  });

  test("that did not change keeps its words and its time", () => {
    const reached = {
      country: "IR",
      verdict: "Reachable",
      since: at(-900),
      message: "yes",
    } as const;
    assert.equal(verdict([worked("a", -60)], { before: [reached] }), reached);
    const suspected = { ...reached, verdict: "Suspected", listeners: ["chat"] } as const;
    assert.equal(verdict(blockEvidence.slice(0, 4), { before: [suspected] }), suspected);
    const onMedia = { ...suspected, listeners: ["media"] } as const;
    assert.equal(verdict(blockEvidence.slice(0, 4), { before: [onMedia] })?.since, at(-120));
  });

  test("heeds a window of any length", () => {
    const old = [...blockEvidence.slice(0, 4), control(-30)].map((one) => ({
      ...one,
      at: at((one.at - noon) / 1000 - 3600),
    }));
    assert.equal(verdict(old)?.verdict, "Unknown");
    assert.equal(verdict(old, asked({ within: hours(2) }))?.verdict, "Blocked");
    assert.equal(verdict(old, asked({ within: minutes(61) }))?.verdict, "Suspected");
  });

  test(`names no other address than ${address}`, () => {
    const other = blockEvidence.map((one) => ({ ...one, address: "203.0.113.10" }));
    assert.equal(verdict([...other, worked("a", -10)])?.verdict, "Reachable");
  });
});
