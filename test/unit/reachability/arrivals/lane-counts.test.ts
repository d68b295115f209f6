import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type FleetSeen,
  LaneCounts,
  type PodSeen,
} from "../../../../src/reachability/arrivals/lane-counts.ts";
import { minutes, plus, seconds } from "../../../../src/values/time.ts";
import { monday } from "./steady.ts";

/** What a lane has counted. */
interface Lane {
  readonly entry: string;
  readonly sessions: number;
  readonly failures?: number;
}

/** A pod's answer; undefined where it is silent. */
type Answer = { readonly lanes: readonly Lane[]; readonly uptime?: number; readonly age?: number };

/** Looks once a minute, at what each pod answered. */
function counted(looks: readonly Readonly<Record<string, Answer | undefined>>[], ownTests = 0) {
  const counts = new LaneCounts();
  const published = { slot: "ns/f/0", published: "new", draining: ["old"], ownTests };
  const slots = [published, { slot: "ns/f/1", published: "b", draining: [], ownTests: 0 }];
  let last = new Map<string, unknown>();
  for (const [each, look] of looks.entries()) {
    const now = plus(monday, minutes(each));
    const pods = Object.entries(look).map(([pod, answer]) => podSeen(pod, answer, now));
    const fleet: FleetSeen = { fleet: "ns/f", pods, slots };
    last = new Map(counts.step([fleet], now));
  }
  return Object.fromEntries(last);
}

function podSeen(pod: string, answer: Answer | undefined, now: typeof monday): PodSeen {
  if (answer === undefined) return { pod, answer: undefined };
  const lanes = answer.lanes.map(({ entry, sessions, failures = 0 }, lane) => ({
    lane,
    open: true,
    address: entry,
    sessionsTotal: sessions,
    handshakeFailures: failures,
  }));
  const status = { revision: "r", uptimeSeconds: answer.uptime ?? 1000, lanes };
  return { pod, answer: { at: plus(now, seconds(-(answer.age ?? 5))), status } };
}

const had = (sessions: number, more: Partial<Answer> = {}): Answer => ({
  lanes: [{ entry: "new", sessions }],
  ...more,
});

describe("new sessions of a slot", () => {
  const none = { arrivals: 0, failures: 0, onAllLanes: 0 };
  const cases: Record<string, [ReturnType<typeof counted>, ReturnType<typeof counted>]> = {
    "are what all pods have counted since the look before": [
      counted([
        { a: had(10), b: had(100) },
        { a: had(13), b: had(104) },
      ]),
      { "ns/f/0": { arrivals: 7, failures: 0, onAllLanes: 7 }, "ns/f/1": none },
    ],
    "on an old address are the group's, and not the new address's": [
      counted([
        {
          a: {
            lanes: [
              { entry: "new", sessions: 1 },
              { entry: "old", sessions: 9 },
            ],
          },
        },
        {
          a: {
            lanes: [
              { entry: "new", sessions: 3 },
              { entry: "old", sessions: 15 },
            ],
          },
        },
      ]),
      { "ns/f/0": { arrivals: 2, failures: 0, onAllLanes: 8 }, "ns/f/1": none },
    ],
    "on a lane that is new are all that it counted": [
      counted([{ a: { lanes: [{ entry: "old", sessions: 9 }] } }, { a: had(4) }]),
      { "ns/f/0": { arrivals: 4, failures: 0, onAllLanes: 4 }, "ns/f/1": none },
    ],
    "are not those whose handshake failed": [
      counted([
        { a: { lanes: [{ entry: "new", sessions: 4, failures: 1 }] } },
        { a: { lanes: [{ entry: "new", sessions: 5, failures: 31 }] } },
      ]),
      { "ns/f/0": { arrivals: 1, failures: 30, onAllLanes: 1 }, "ns/f/1": none },
    ],
    "are not those of our own tests, also where a test is reported late": [
      counted([{ a: had(4) }, { a: had(4) }], 2),
      { "ns/f/0": { arrivals: -2, failures: 0, onAllLanes: -2 }, "ns/f/1": none },
    ],
  };
  for (const [name, [actual, expected]] of Object.entries(cases))
    test(name, () => assert.deepEqual(actual, expected));
});

describe("new sessions are not known", () => {
  const cases: Record<string, ReturnType<typeof counted>> = {
    "from one look": counted([{ a: had(4) }]),
    "where a pod is silent": counted([
      { a: had(4), b: had(4) },
      { a: had(5), b: undefined },
    ]),
    "where a pod was silent the look before": counted([
      { a: had(4), b: had(4) },
      { a: had(5), b: undefined },
      { a: had(6), b: had(60) },
    ]),
    "where an answer is old": counted([{ a: had(4) }, { a: had(5, { age: 50 }) }]),
    "where a pod is new": counted([{ a: had(4) }, { a: had(5), b: had(3) }]),
    "where a pod is gone": counted([{ a: had(4), b: had(4) }, { a: had(5) }]),
    "where another pod took its place": counted([{ a: had(4) }, { b: had(5) }]),
    "where a pod started again": counted([{ a: had(4) }, { a: had(9, { uptime: 3 }) }]),
    "where a count fell": counted([{ a: had(40) }, { a: had(9) }]),
    "where there is no pod": counted([{ a: had(4) }, {}]),
    "where there was no pod the look before": counted([{}, {}]),
  };
  for (const [name, actual] of Object.entries(cases))
    test(name, () => assert.deepEqual(actual, {}));
});

test("a fleet that was missing for a look has a gap, and no lump after it", () => {
  const counts = new LaneCounts();
  const fleet = (sessions: number, at: typeof monday): FleetSeen => ({
    fleet: "ns/f",
    pods: [podSeen("a", had(sessions), at)],
    slots: [{ slot: "ns/f/0", published: "new", draining: [], ownTests: 0 }],
  });
  const at = (minute: number) => plus(monday, minutes(minute));
  counts.step([fleet(1, at(0))], at(0));
  assert.equal(counts.step([], at(1)).size, 0);
  assert.equal(counts.step([fleet(90, at(2))], at(2)).size, 0);
  assert.equal(counts.step([fleet(91, at(3))], at(3)).get("ns/f/0")?.arrivals, 1);
});
