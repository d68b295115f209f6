import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fleet } from "../rotation/build.ts";
import { type GivenFleet, statusOf } from "./status-view.ts";

const pulling = {
  reason: "ImagePullFailed",
  message: "pod p does not start: check spec.image",
} as const;
const homeless = {
  reason: "PodsUnschedulable",
  message: "pod p-3 finds no node: 0/3 nodes are available",
} as const;

type Said = readonly [status: string, reason: string, message?: string];

describe("what a fleet says of pods that don't start", () => {
  const cases: Record<string, { given: GivenFleet; expect: Record<string, Said | undefined> }> = {
    "a pod of a scale-up that finds no node leaves a fleet that serves Ready, and nothing is stuck":
      {
        given: { pods: { wanted: 3, replicas: 3, ready: 2, problem: homeless } },
        expect: {
          Ready: ["True", "Serving"],
          PodsAvailable: [
            "False",
            "PodsUnschedulable",
            "2 of 3 pods are ready: pod p-3 finds no node",
          ],
          Stalled: undefined,
        },
      },
    "nor is a pod that does not start, while others of its kind serve": {
      given: { pods: { ready: 1, problem: pulling } },
      expect: {
        Ready: ["True", "Serving"],
        PodsAvailable: ["False", "ImagePullFailed"],
        Stalled: undefined,
      },
    },
    "new pods that can't replace the old ones are stuck, though these serve": {
      given: { pods: { isRolledOut: false, isReplacing: true, problem: pulling } },
      expect: { Ready: ["True", "Serving"], Stalled: ["True", "ImagePullFailed"] },
    },
    "new pods that find no node may still get one": {
      given: { pods: { isRolledOut: false, isReplacing: true, problem: homeless } },
      expect: { PodsAvailable: ["False", "PodsUnschedulable"], Stalled: undefined },
    },
    "until their Deployment gives up waiting": {
      given: { pods: { isReplacing: true, isOverdue: true, problem: homeless } },
      expect: { Stalled: ["True", "PodsUnschedulable"] },
    },
    "a pod of a scale-up is not stuck because a slot has no address": {
      given: { fleet: fleet(), pods: { problem: homeless } },
      expect: { Ready: ["False", "SlotsWithoutAddress"], Stalled: undefined },
    },
    "pods that all start are nothing to speak of": {
      given: {},
      expect: { PodsAvailable: undefined, Stalled: undefined },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      for (const [type, said] of Object.entries(expect)) {
        const condition = statusOf(given).conditions.find((known) => known.type === type);
        assert.deepEqual(condition && [condition.status, condition.reason], said?.slice(0, 2));
        assert.ok((condition?.message ?? "").includes(said?.[2] ?? ""), condition?.message ?? "");
      }
    });
});
