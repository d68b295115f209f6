import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parsePodStatus } from "../../../src/pods/status.ts";

const least = { revision: "r1", lanes: [] };
const lane = { lane: 0, open: true };
const upstream = {
  group: "chat",
  name: "chat-0",
  up: 1,
  total: 2,
  since: "2026-11-23T11:00:00Z",
};
const full = {
  revision: "r1",
  refused: { revision: "r2", message: "line 7: unknown keyword" },
  maxConnections: { wanted: 27_500, granted: 7_800, tightest: "files" },
  oldWorkers: 1,
  upstreams: [upstream, { ...upstream, group: "media", name: "media-0" }],
  lanes: [
    {
      ...lane,
      address: "ip-203-0-113-9",
      certificateSHA256: "c".repeat(64),
      sessions: 1,
      sessionsTotal: 9,
      bytesIn: 100,
      bytesOut: 200,
      handshakeFailures: 3,
      refused: 4,
      full: true,
    },
  ],
};

describe("what a pod says of itself is read whole", () => {
  const cases: Record<string, object> = {
    "all that a supervisor can say": full,
    "by one that has loaded its first configuration and knows nothing else": least,
    "by one whose configuration nobody refused": { ...least, refused: null },
    "by one that counts nothing on its lanes": { ...least, lanes: [lane] },
  };
  for (const [name, given] of Object.entries(cases))
    test(name, () => assert.deepEqual(parsePodStatus(given), given));

  test("and what a newer one says besides is left out", () =>
    assert.deepEqual(parsePodStatus({ ...least, mood: "good" }), least));
});

describe("no answer of a supervisor", () => {
  const cases: Record<string, unknown> = {
    "is one that names no configuration": { lanes: [] },
    "is one that knows no lanes": { revision: "r1" },
    "is one with a lane that is neither open nor shut": { ...least, lanes: [{ lane: 0 }] },
    "is one with an upstream that there is not": {
      ...least,
      upstreams: [{ ...upstream, group: "voice" }],
    },
    "is one with more lanes than a fleet has": {
      ...least,
      lanes: Array.from({ length: 257 }, () => lane),
    },
    "is one with a lane beyond those": { ...least, lanes: [{ ...lane, lane: 256 }] },
    "is one with an address as long as a book": {
      ...least,
      lanes: [{ ...lane, address: "a".repeat(257) }],
    },
    "is one with more upstreams than a spec has": {
      ...least,
      upstreams: Array.from({ length: 65 }, () => upstream),
    },
    "is a page of something else": "<html>",
  };
  for (const [name, given] of Object.entries(cases))
    test(name, () => assert.throws(() => parsePodStatus(given), { name: "PodAnswerError" }));
});

describe("what a stranger says in the place of a supervisor", () => {
  const counted = (sessionsTotal: number) =>
    parsePodStatus({ ...least, lanes: [{ ...lane, sessionsTotal }] }).lanes[0]?.sessionsTotal;

  test("takes no counter back, and none beyond what can be counted", () =>
    assert.deepEqual([-5, 1e300, 2.5].map(counted), [0, Number.MAX_SAFE_INTEGER, 2]));

  test("is not repeated at length", () => {
    const refused = { revision: "r2", message: "x".repeat(100_000) };
    assert.equal(parsePodStatus({ ...least, refused }).refused?.message.length, 4_096);
    const wrong = {
      ...least,
      lanes: Array.from({ length: 200 }, () => ({ open: "y".repeat(900) })),
    };
    assert.throws(
      () => parsePodStatus(wrong),
      (error: Error) => error.message.length < 200,
    );
  });
});
