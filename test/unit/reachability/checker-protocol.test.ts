import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  checkerRequests,
  mostTests,
  readAnswer,
} from "../../../src/reachability/sources/checker-protocol.ts";
import type { Target } from "../../../src/reachability/sources/source.ts";
import { instant } from "../../../src/values/time.ts";

const page = readFileSync(new URL("../../../docs/checker.md", import.meta.url), "utf8");
const [requestOnPage, answerOnPage] = [...page.matchAll(/```json\n(.*?)```/gs)].map(
  ([, json = ""]) => JSON.parse(json) as object,
);
const control = { host: "1.1.1.1", port: 443 };
const target: Target = {
  address: "203.0.113.9",
  ports: [
    { listener: "chat", port: 443 },
    { listener: "media", port: 587 },
  ],
  certificateSHA256: "9f86d0…",
  mediaServerName: "whatsapp.net",
};
const shared = {
  at: instant(0),
  vantagePoint: "home",
  country: "IR",
  role: "Probe",
} as const;

describe("the page on checkers", () => {
  test("shows the request as it is sent", () =>
    assert.deepEqual(
      checkerRequests([target], control).map((request) => JSON.parse(request) as object),
      [requestOnPage],
    ));

  test("shows an answer that is understood", () => {
    const read = readAnswer(answerOnPage, [target], shared);
    assert.partialDeepStrictEqual(read, {
      kind: "read",
      evidence: [
        { listener: "chat", outcome: { kind: "Worked", upTo: "certificate" } },
        { listener: "media", outcome: { kind: "Failed", at: "tls" }, place: "Tehran DSL" },
      ],
    });
  });

  test("says how much is asked for at once", () =>
    assert.match(page, new RegExp(`at most ${mostTests} tests`)));
});

describe("a checker's answer", () => {
  const read = (result: object, more: object = {}) => {
    const one = { address: target.address, listener: "chat" };
    const results = [{ ...one, ...result }];
    return readAnswer({ version: 1, results, ...more }, [target], shared);
  };
  const worked = { kind: "Worked", upTo: "tcp" };
  const failed = (failure: object) => ({ kind: "Failed", at: "transfer", failure });

  const good: Record<string, object> = {
    "has no place": { outcome: worked },
    "has a field that we don't know": { outcome: worked, latency: 12 },
    "saw it stand still": { outcome: failed({ kind: "Frozen", afterBytes: 16_384 }) },
    "saw it crawl": { outcome: failed({ kind: "Slow", bytesPerSecond: 100 }) },
  };
  for (const [what, result] of Object.entries(good))
    test(`is read where it ${what}`, () => assert.equal(read(result).kind, "read"));

  const bad: Record<string, object> = {
    "freezes after less than nothing": { outcome: failed({ kind: "Frozen", afterBytes: -1 }) },
    "freezes, nobody knows when": { outcome: failed({ kind: "Frozen" }) },
    "fails in a way that we don't know": { outcome: failed({ kind: "Sad" }) },
    "tests a port that was not asked for": { outcome: worked, listener: "plainChat" },
    "names a place by an IPv6 address": { outcome: worked, place: "2001:db8::1" },
    "names a place at length": { outcome: worked, place: "x".repeat(33) },
    "breaks a line": { outcome: worked, place: "a\nb" },
  };
  for (const [what, result] of Object.entries(bad))
    test(`is refused where it ${what}`, () => assert.equal(read(result).kind, "refused"));

  test("is read under an address's usual text", () => {
    const ours = { ...target, address: "2001:db8::1" };
    const results = [{ address: "2001:0DB8:0::1", listener: "chat", outcome: worked }];
    const answer = readAnswer({ version: 1, results }, [ours], shared);
    assert.partialDeepStrictEqual(answer, { evidence: [{ address: "2001:db8::1" }] });
  });

  test("has a bounded problem, whatever it holds", () => {
    const answer = read({ outcome: worked, address: "x".repeat(100_000) });
    assert.ok(answer.kind === "refused" && answer.problem.length < 200);
  });
});

test("tests are asked for in requests of a bounded size, and none twice", () => {
  const targets = Array.from({ length: 70 }, (_, index) => ({
    ...target,
    address: `203.0.113.${index}`,
  }));
  const requests = checkerRequests(targets, control).map(
    (request) => (JSON.parse(request) as { tests: object[] }).tests,
  );
  assert.deepEqual(
    requests.map(({ length }) => length),
    [64, 64, 12],
  );
  assert.equal(new Set(requests.flat().map((each) => JSON.stringify(each))).size, 140);
});
