import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ObservedFleet } from "../../../src/fleet/observed.ts";
import type { PodDisruptionBudget } from "../../../src/kubernetes/objects.ts";
import type { PodAnswer } from "../../../src/pods/answer.ts";
import type { Effect } from "../../../src/runtime/effect.ts";
import { podObject } from "../../objects/pod.ts";
import { secretObject } from "../../objects/secret.ts";
import { at, noon } from "../rotation/build.ts";
import { entry, fleet, planFor } from "./observed-fleet.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const annotation = "proxyfleet.dev/last-eviction";
const secret = secretObject({
  files: {
    "lanes.json": JSON.stringify({
      revision: "new",
      open: [{ lane: 0, address: "a0", uid: "uid-0", certificateSHA256: "c0" }],
    }),
    "lane-0.pem": "pem",
  },
});

function budget(annotations: Readonly<Record<string, string>> = {}): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: {
      name: "family-proxy",
      namespace: "proxies",
      uid: "pdb",
      resourceVersion: "3",
      annotations,
    },
    spec: {},
  };
}

const pods = ["p-1", "p-2"].map((name) =>
  podObject({
    name,
    metadata: {
      uid: `uid-${name}`,
      resourceVersion: "9",
      annotations: { "proxyfleet.dev/config-revision": "new" },
    },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  }),
);
const lanes = [{ lane: 0, open: true, certificateSHA256: "c0" }];
const answers = new Map<string, PodAnswer>([
  ["p-1", { at: noon, status: { revision: "new", uptimeSeconds: 700, lanes } }],
  [
    "p-2",
    {
      at: noon,
      status: { revision: "old", uptimeSeconds: 700, lanes: [] },
      lag: { revision: "old", from: 640, to: 700 },
    },
  ],
]);

function plan(given: Partial<ObservedFleet> = {}, disruptionBudget = budget()) {
  const children = {
    secret,
    deployment: undefined,
    disruptionBudget,
    networkPolicy: undefined,
    share: undefined,
    ...given.children,
  };
  return planFor([serving], { pods, answers, ...given, children });
}

/** What is done about a pod that lags: each effect's kind, and what it needs. */
function evictions(effects: readonly Effect[]): readonly Effect[] {
  return effects.filter(({ id }) => id.includes("evict"));
}

describe("the eviction of a pod that lags", () => {
  test("is noted on the fleet's budget first, in the state that was seen", () => {
    const [note, evict, event, ...others] = evictions(plan().effects);
    assert.deepEqual(others, []);
    assert.partialDeepStrictEqual(note, {
      kind: "apply",
      object: {
        kind: "PodDisruptionBudget",
        metadata: { annotations: { [annotation]: "uid-p-2 2026-11-23T12:00:00Z" } },
      },
      state: { uid: "pdb", resourceVersion: "3" },
      fieldManager: "proxyfleet-pods",
      optional: true,
    });
    assert.partialDeepStrictEqual(evict, {
      kind: "evict",
      key: { name: "p-2", namespace: "proxies" },
      state: { uid: "uid-p-2", resourceVersion: "9" },
      needs: [note?.id],
      optional: true,
    });
    assert.partialDeepStrictEqual(event, {
      kind: "event",
      notes: [{ type: "Warning", reason: "PodEvicted" }],
      needs: [evict?.id],
    });
  });

  test("is tried again where the budget refused it, or the operator died before it", () => {
    const noted = budget({ [annotation]: "uid-p-2 2026-11-23T11:59:50Z" });
    const [evict] = evictions(plan({}, noted).effects);
    assert.partialDeepStrictEqual(evict, { kind: "evict", needs: [] });
  });

  const cases: Record<string, { given: Partial<ObservedFleet>; budget?: PodDisruptionBudget }> = {
    "after another one within the hour": {
      given: {},
      budget: budget({ [annotation]: "uid-gone 2026-11-23T11:30:00Z" }),
    },
    "where the note can't be read": { given: {}, budget: budget({ [annotation]: "yesterday" }) },
    "while the fleet is being deleted": {
      given: deleted({ ...fleet.metadata, deletionTimestamp: "2026-11-23T11:59:00Z" }),
    },
    "where nothing could note it": {
      given: {
        children: {
          secret,
          deployment: undefined,
          disruptionBudget: undefined,
          networkPolicy: undefined,
          share: undefined,
        },
      },
    },
    "where no pod answers at all, as when a policy keeps the operator out": {
      given: {
        answers: new Map(
          pods.map(({ metadata }) => [metadata.name, { at: noon, status: undefined }]),
        ),
      },
    },
  };
  for (const [name, { given, budget: noted }] of Object.entries(cases))
    test(`does not come ${name}`, () =>
      assert.deepEqual(evictions(plan(given, noted).effects), []));

  test("is looked for again in ten seconds while a pod lags", () =>
    assert.equal(plan().requeueAt, at(10)));
});

function deleted(metadata: typeof fleet.metadata): Partial<ObservedFleet> {
  const raw = { ...fleet, metadata };
  return { raw, parsed: parseWhatsAppProxy(raw) };
}
