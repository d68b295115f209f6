import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Pod, Secret } from "../../../src/kubernetes/objects.ts";
import type { PodAnswer } from "../../../src/pods/answer.ts";
import { type FleetPods, laggard, someLag } from "../../../src/pods/laggard.ts";
import type { PodStatus } from "../../../src/pods/status.ts";
import { podObject } from "../../objects/pod.ts";
import { secretObject } from "../../objects/secret.ts";
import { at, noon } from "../rotation/build.ts";

const hour = 3_600;

/** What the pods should have loaded: lanes 0 and 1. */
const secret: Secret = secretObject({
  files: {
    "lanes.json": JSON.stringify({
      revision: "new",
      open: [
        { lane: 0, address: "a0", uid: "u0", certificateSHA256: "c0" },
        { lane: 1, address: "a1", uid: "u1", certificateSHA256: "c1" },
      ],
    }),
    "lane-0.pem": "pem",
    "lane-1.pem": "pem",
  },
});

type Lane = PodStatus["lanes"][number];
const lane = (number: number, given: Partial<Lane> = {}): Lane => ({
  lane: number,
  open: true,
  certificateSHA256: `c${number}`,
  ...given,
});

interface GivenPod {
  readonly name: string;
  readonly isReady?: boolean;
  readonly phase?: string;
  readonly isLeaving?: boolean;
  /** Whether its annotation has woken its kubelet. */
  readonly isWoken?: boolean;
  /** How old its answer is (s); undefined: it never answered. */
  readonly age?: number | undefined;
  /** What it answered; undefined: it did not. */
  readonly status?: Partial<PodStatus> | undefined;
  /** For how long it has lagged (s). */
  readonly lag?: number;
}

const loaded: GivenPod = {
  name: "p-1",
  age: 15,
  status: { revision: "new", uptimeSeconds: 10, lanes: [lane(0), lane(1)] },
};
/** It lacks lane 1, and has had its time. */
const late: GivenPod = {
  name: "p-2",
  age: 3,
  status: { revision: "old", uptimeSeconds: 9 * hour, lanes: [lane(0)] },
  lag: 60,
};

function podOf({
  name,
  isReady = true,
  phase = "Running",
  isLeaving,
  isWoken = true,
}: GivenPod): Pod {
  return podObject({
    name,
    metadata: {
      uid: `uid-${name}`,
      annotations: isWoken ? { "proxyfleet.dev/config-revision": "new" } : {},
      ...(isLeaving === true ? { deletionTimestamp: "2026-11-23T11:59:00Z" } : {}),
    },
    status: { phase, conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
  });
}

function answerOf({ status, age, lag }: GivenPod): PodAnswer | undefined {
  if (age === undefined) return undefined;
  if (status === undefined) return { at: at(-age), status: undefined };
  const { revision = "old", lanes = [], uptimeSeconds: to = 0, ...rest } = status;
  const isTold = "uptimeSeconds" in status;
  return {
    at: at(-age),
    status: { revision, lanes, ...(isTold ? { uptimeSeconds: to } : {}), ...rest },
    lag: lag === undefined ? undefined : { revision, from: to - lag, to },
  };
}

function fleetOf(pods: readonly GivenPod[], given: Partial<FleetPods> = {}): FleetPods {
  const answers = pods.flatMap((pod) => {
    const answer = answerOf(pod);
    return answer === undefined ? [] : [[pod.name, answer] as const];
  });
  return {
    replicas: 2,
    pods: pods.map(podOf),
    answers: new Map(answers),
    secret,
    lastEviction: undefined,
    ...given,
  };
}

const evicted = (fleet: FleetPods) => laggard(fleet, noon)?.metadata.name;

describe("a pod that lags is evicted", () => {
  const other = { ...loaded, name: "p-3" };
  const cases: Record<string, FleetPods> = {
    "after a minute by its own clock, where another one shows that it can be done": fleetOf([
      loaded,
      late,
    ]),
    "though pods of its fleet have ended long ago and were never cleared away": fleetOf([
      loaded,
      late,
      { name: "p-0", phase: "Failed", isReady: false },
    ]),
    "where it shows another certificate on a lane": fleetOf([
      loaded,
      {
        ...late,
        status: { ...late.status, lanes: [lane(0), lane(1, { certificateSHA256: "c9" })] },
      },
    ]),
    "where its lane is still closed": fleetOf([
      loaded,
      { ...late, status: { ...late.status, lanes: [lane(0), lane(1, { open: false })] } },
    ]),
    "after three minutes where nothing woke its kubelet": fleetOf([
      loaded,
      { ...late, isWoken: false, lag: 180 },
    ]),
    "alone, and the first by name, where others lag too": fleetOf([
      { ...late, name: "p-9" },
      loaded,
      late,
    ]),
    "again, where its budget refused before": fleetOf([loaded, { ...late, name: "p-1b" }, late], {
      lastEviction: { uid: "uid-p-2", at: at(-1) },
    }),
    "an hour after the one before, by every clock": fleetOf(
      [loaded, late, other].map((pod) => ({
        ...pod,
        status: { ...pod.status, uptimeSeconds: 2 * hour },
      })),
      { lastEviction: { uid: "gone", at: at(-hour) } },
    ),
  };
  for (const [name, fleet] of Object.entries(cases))
    test(name, () => assert.equal(evicted(fleet), "p-2"));
});

describe("no pod is evicted", () => {
  const refused = { revision: "new", message: "unknown keyword" };
  const others = (given: Partial<GivenPod>) =>
    fleetOf([loaded, late, { ...loaded, name: "p-3", ...given }]);
  const old = [loaded, late].map((pod) => ({
    ...pod,
    status: { ...pod.status, uptimeSeconds: 2 * hour },
  }));
  const cases: Record<string, FleetPods> = {
    "before its minute is over": fleetOf([loaded, { ...late, lag: 59 }]),
    "whose kubelet nothing woke, before three minutes are over": fleetOf([
      loaded,
      { ...late, isWoken: false, lag: 179 },
    ]),
    "that did not answer when it was asked last, however late it is": fleetOf([
      loaded,
      { ...late, status: undefined },
    ]),
    "that was never asked": fleetOf([loaded, { ...late, age: undefined }]),
    "that refused what is new": fleetOf([loaded, { ...late, status: { ...late.status, refused } }]),
    "of which nobody knows how long it has lagged: it does not say its uptime": fleetOf([
      loaded,
      { name: "p-2", age: 3, status: { revision: "old", lanes: [lane(0)] } },
    ]),
    "whose last answer is old": fleetOf([loaded, { ...late, age: 5 }]),
    "whose last answer comes from the future: the clock jumped": fleetOf([
      loaded,
      { ...late, age: -1 },
    ]),
    "that serves every lane, and lags with the rest": fleetOf([
      loaded,
      { ...late, status: { ...late.status, lanes: [lane(0), lane(1)] } },
    ]),
    "that has loaded what is wanted meanwhile": fleetOf([
      loaded,
      { ...late, status: { ...late.status, revision: "new" } },
    ]),
    "of a fleet that has only this one: everybody would be cut off": fleetOf([late], {
      replicas: 1,
    }),
    "while all lag: a new one would lag too": fleetOf([late, { ...late, name: "p-3" }]),
    "while another one is silent": others({ status: undefined }),
    "while another one was never asked": others({ age: undefined }),
    "while another one answered long ago": others({ age: 60 }),
    "while another one answered in the future": others({ age: -1 }),
    "while another one refuses a configuration": others({ status: { ...loaded.status, refused } }),
    "while another one is not ready": others({ isReady: false }),
    "while another one is on its way out": others({ isLeaving: true }),
    "while another one is on its way in": others({ phase: "Pending", isReady: false }),
    "while one is missing": fleetOf([loaded, late], { replicas: 3 }),
    "where nobody knows what they should have loaded": fleetOf([loaded, late], {
      secret: undefined,
    }),
    "within the hour after another one": fleetOf(old, {
      lastEviction: { uid: "gone", at: at(1 - hour) },
    }),
    "after another one that was evicted in the future: the clock was set back": fleetOf(old, {
      lastEviction: { uid: "gone", at: at(1) },
    }),
    "after another one at a time that can't be read": fleetOf(old, {
      lastEviction: { uid: "gone", at: undefined },
    }),
    "while one is younger than an hour after another one: a clock that jumped proves nothing":
      fleetOf(
        [{ ...loaded, status: { ...loaded.status, uptimeSeconds: hour - 1 } }, old[1] as GivenPod],
        { lastEviction: { uid: "gone", at: at(-40 * 24 * hour) } },
      ),
    "while one does not say how long it has run, after another one": fleetOf(
      [{ ...loaded, status: { revision: "new", lanes: [] } }, old[1] as GivenPod],
      { lastEviction: { uid: "gone", at: at(-2 * hour) } },
    ),
  };
  for (const [name, fleet] of Object.entries(cases))
    test(name, () => assert.equal(evicted(fleet), undefined));
});

describe("a fleet is looked at again", () => {
  const cases: Record<string, { pods: readonly GivenPod[]; expect: boolean }> = {
    "while a pod lags": { pods: [loaded, { ...late, lag: 0 }], expect: true },
    "not while none does": { pods: [loaded], expect: false },
    "not for one that no longer serves": { pods: [{ ...late, isLeaving: true }], expect: false },
  };
  for (const [name, { pods, expect }] of Object.entries(cases))
    test(name, () => assert.equal(someLag(fleetOf(pods)), expect));
});
