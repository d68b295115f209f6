import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeLog, encodeLog } from "../../../src/reachability/evidence-encoding.ts";
import {
  type EvidenceLog,
  type LogLimits,
  allEvidence,
  emptyLog,
  forgetOthers,
  remember,
  usualLimits,
} from "../../../src/reachability/evidence-log.ts";
import type { Evidence } from "../../../src/reachability/evidence.ts";
import { minutes } from "../../../src/values/time.ts";
import {
  address,
  arrivals,
  at,
  blockEvidence,
  control,
  failed,
  failure,
  noon,
  report,
  worked,
  policy,
} from "./build.ts";

const limits = usualLimits([policy.blockedWhen]);
const heard = (
  evidence: readonly Evidence[],
  given: Partial<LogLimits> = {},
  log: EvidenceLog = emptyLog,
): EvidenceLog => remember(log, evidence, { now: noon, limits: { ...limits, ...given } });
const times = (log: EvidenceLog) => allEvidence(log).map((one) => (one.at - noon) / 1000);
const sent = (log: EvidenceLog, who: string) =>
  allEvidence(log).filter((one) => one.kind === "test" && one.vantagePoint === who).length;

describe("what is remembered", () => {
  test("is kept by address", () => {
    const other = failed("a", -60, { address: "203.0.113.10" });
    const log = heard([failed("a", -60), other, report("Page", -30), arrivals(-20)]);
    assert.deepEqual([...log.keys()], [address, "203.0.113.10"]);
    assert.deepEqual(log.get("203.0.113.10"), [other]);
    assert.equal(log.get(address)?.length, 3);
  });

  test("goes when it is too old, also where nothing new is heard of its address", () => {
    const log = heard([failed("a", -60), failed("b", -1000), failed("b", -1801)]);
    assert.deepEqual(times(log), [-60, -1000]);
    const later = remember(log, [], { now: at(900), limits });
    assert.deepEqual(times(later), [-60]);
    assert.deepEqual(remember(later, [], { now: at(3600), limits }), emptyLog);
  });

  test("is dated no later than it was heard", () => {
    assert.deepEqual(times(heard([failed("a", 9000)])), [0]);
  });

  test("is kept once, in whatever order its fields came", () => {
    const one = failed("a", -60);
    const turned = Object.fromEntries(Object.entries(one).toReversed()) as unknown as Evidence;
    const log = heard([one, one, turned], {}, heard([one]));
    assert.equal(allEvidence(log).length, 1);
  });

  test("is the newest of each port and place", () => {
    const ofChat = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => failed("a", -10 * n));
    const log = heard([...ofChat.toReversed(), failed("a", -90, { listener: "media" })]);
    assert.deepEqual(times(log), [-10, -20, -30, -40, -50, -60, -90]);
  });

  test("is as much as any fleet asks of a block", () => {
    const asked = (within: number, failures: number) => ({ within: minutes(within), failures });
    assert.deepEqual(usualLimits([asked(30, 3), asked(5, 100)]), {
      ...limits,
      perSeries: 100,
      keepFor: minutes(30),
    });
    assert.equal(limits.perSeries, 6);
  });

  test("is a trusted person's word for a day, also where nothing else lasts so long", () => {
    const log = heard([report("Operator", -86_000), report("Operator", -86_401)]);
    assert.deepEqual(times(log), [-86_000]);
    assert.deepEqual(times(heard([report("Page", -1801)])), []);
  });

  test("is cut where it is too long to be of use", () => {
    const [one] = allEvidence(heard([report("Page", -60, { message: "x".repeat(9000) })]));
    assert.equal(one?.kind === "report" && one.message.length, 512);
    const [two] = allEvidence(heard([failed("a", -60, { place: "p".repeat(9000) })]));
    assert.equal(two?.kind === "test" && two.place?.length, 253);
  });

  test("goes with an address that is nobody's any more", () => {
    const log = heard([failed("a", -60), failed("a", -60, { address: "203.0.113.10" })]);
    assert.deepEqual([...forgetOthers(log, new Set([address])).keys()], [address]);
  });
});

describe("a flood", () => {
  const flood = Array.from({ length: 500 }, (_, index) =>
    failed("flood", -index, { place: `p${index % 50}` }),
  );

  test("from one vantage point pushes out nothing of another's, at one address", () => {
    const own = Array.from({ length: 60 }, (_, index) =>
      failed("a", -900 - index, { place: `p${index}` }),
    );
    const few = { perAddress: 100 };
    const quiet = heard([...own, flood[0]!], few);
    const loud = heard([...own, ...flood], few);
    assert.equal(sent(loud, "a"), sent(quiet, "a"));
    assert.equal(sent(loud, "a"), 50);
    assert.equal(sent(loud, "flood"), 50);
  });

  test("over all addresses pushes out nothing of another's either", () => {
    const everywhere = flood.map((one, index) => ({
      ...one,
      address: `198.51.100.${index % 250}`,
    }));
    const log = heard([...everywhere, failed("a", -1700), report("Page", -1700)], { inAll: 60 });
    assert.equal(sent(log, "flood"), 20);
    assert.equal(sent(log, "a"), 1);
    assert.equal(allEvidence(log).length, 22);
  });

  test("changes no share: that depends on how many send", () => {
    const own = Array.from({ length: 40 }, (_, index) =>
      failed("a", -index, { address: `198.51.100.${index}` }),
    );
    const kept = (all: readonly Evidence[]) => sent(heard(all, { inAll: 60 }), "a");
    assert.equal(kept([...own, ...flood.slice(0, 1)]), 30);
    assert.equal(kept([...own, ...flood]), 30);
  });

  test("over the share page pushes out no test and no word of a person who is trusted", () => {
    const clicks = Array.from({ length: 500 }, (_, index) =>
      report("Page", -index / 10, { message: `${index}` }),
    );
    const log = heard([...clicks, report("Operator", -1700), arrivals(-1700), failed("a", -1700)]);
    assert.equal(allEvidence(log).length, limits.perSeries + 3);
  });

  test("of more senders than there is room for is bounded as well", () => {
    const senders = Array.from({ length: 300 }, (_, index) => failed(`v${index}`, -index));
    assert.equal(allEvidence(heard(senders, { perAddress: 100 })).length, 100);
    assert.equal(allEvidence(heard(senders, { inAll: 50 })).length, 50);
  });
});

describe("a written log", () => {
  const log = heard([
    ...blockEvidence,
    worked("globalping", -60, { place: "p1", listener: "media", reachesElse: undefined }),
    failed("a", -61.5, { outcome: failure("transfer", { kind: "Frozen", afterBytes: 16_384 }) }),
    failed("b", -70, { outcome: failure("transfer", { kind: "Slow", bytesPerSecond: 0.5 }) }),
    failed("c", -70, { outcome: failure("certificate", { kind: "WrongCertificate" }) }),
    control(-9, { outcome: failure("tls", { kind: "Reset" }), reachesElse: false }),
    report("Operator", -60, { message: "the whole group" }),
    report("Page", -60, { country: "RU" }),
    arrivals(-60, { since: at(-600) }),
  ]);

  test("is read as it was", () => {
    const again = remember(emptyLog, decodeLog(encodeLog(log, noon)), { now: noon, limits });
    assert.deepEqual(again, log);
  });

  test("is small: a test takes some 40 bytes", () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      failed(`agent-${index % 9}`, -index, { address: `198.51.100.${index % 200}` }),
    );
    assert.ok(encodeLog(heard(many), noon).length < 50_000);
  });

  test("never takes more bytes than it may, and then keeps something of each sender", () => {
    const flood = Array.from({ length: 3000 }, (_, index) =>
      failed("flood", -index / 10, { address: `198.51.${index % 9}.${index % 250}` }),
    );
    const text = encodeLog(
      heard([...flood, failed("a", -1700), report("Page", -1700)]),
      noon,
      9000,
    );
    assert.ok(text.length <= 9000);
    const kept = heard(decodeLog(text));
    assert.equal(sent(kept, "a"), 1);
    assert.equal(allEvidence(kept).filter(({ kind }) => kind === "report").length, 1);
    assert.ok(sent(kept, "flood") > 50);
  });

  test("counts bytes and not letters", () => {
    const persian = Array.from({ length: 6 }, (_, index) =>
      report("Page", -index, { message: "مسدود".repeat(50) }),
    );
    const text = encodeLog(heard(persian), noon, 2000);
    assert.ok(new TextEncoder().encode(text).length <= 2000);
    assert.ok(decodeLog(text).length > 0);
  });

  const row = [0, 60_000, 0, -1, 1, 0, 0, 1, 0, 1, 0];
  const text = (given: object) =>
    JSON.stringify({
      version: 1,
      at: noon,
      names: ["a", "IR", "nowhere"],
      evidence: { [address]: [row] },
      ...given,
    });
  const withRow = (...given: readonly unknown[]) => text({ evidence: { [address]: [given] } });
  const changed = (index: number, value: unknown) => withRow(...row.with(index, value as number));

  test("of one test is read", () => {
    assert.deepEqual(decodeLog(text({})), [failed("a", -60)]);
  });

  const unreadable: Record<string, string> = {
    "is no JSON": "{",
    "is no object": "7",
    "is of another version": text({ version: 2 }),
    "has no names": text({ names: undefined }),
    "names an address that is none": text({ evidence: { elsewhere: [row] } }),
    "names an address in an unusual text": text({ evidence: { "203.0.113.009": [row] } }),
    "has a row that is too short": withRow(0, 60_000),
    "has a row of another kind": changed(0, 3),
    "has a vantage point without a name": changed(2, 9),
    "has a country that is none": changed(4, 2),
    "has a role that is none": changed(5, 2),
    "has a listener that is none": changed(6, 3),
    "has a step that is none": changed(8, 5),
    "has a failure that is none": changed(9, 7),
    "has a chance that is none": withRow(2, 60_000, 2, "none"),
    "has a reporter that is none": withRow(1, 60_000, 2, 1, ""),
    "has a report of no country": withRow(1, 60_000, 1, 2, ""),
    "has a message that is too long": withRow(1, 60_000, 1, 1, "x".repeat(513)),
  };
  for (const [name, given] of Object.entries(unreadable))
    test(`that ${name} says nothing`, () => assert.deepEqual(decodeLog(given), []));

  test("is read where one row of it can't be", () => {
    const given = text({ evidence: { [address]: [row, "?", row.with(0, 9)] } });
    assert.deepEqual(decodeLog(given), [failed("a", -60)]);
  });
});
