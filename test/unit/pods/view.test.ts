import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { V1DeploymentStatus, V1PodStatus } from "@kubernetes/client-node";
import { isServingPod, podsView } from "../../../src/pods/view.ts";
import type { Deployment, Pod } from "../../../src/kubernetes/objects.ts";
import { deploymentObject } from "../../objects/deployment.ts";
import { podObject } from "../../objects/pod.ts";

const pod = (status: V1PodStatus, deletionTimestamp?: string): Pod =>
  podObject({
    metadata: deletionTimestamp === undefined ? {} : { deletionTimestamp },
    status,
  });
const waiting = (reason: string, message?: string): Pod =>
  pod({
    containerStatuses: [
      {
        name: "proxy",
        image: "proxy:1",
        imageID: "",
        ready: false,
        restartCount: 0,
        state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
      },
    ],
  });
const deployment = (status: V1DeploymentStatus, generation = 3): Deployment =>
  deploymentObject({ metadata: { generation }, status });
const rolledOut = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2 };

describe("a rollout", () => {
  const cases: Record<string, { given: Deployment | undefined; expect: boolean }> = {
    "is done when all pods are of the latest template": {
      given: deployment(rolledOut),
      expect: true,
    },
    "is not done before the Deployment was looked at": {
      given: deployment({ ...rolledOut, observedGeneration: 2 }),
      expect: false,
    },
    "is not done while an old pod is left": {
      given: deployment({ ...rolledOut, replicas: 3 }),
      expect: false,
    },
    "is not done while a pod is to be made": {
      given: deployment({ ...rolledOut, replicas: 1, updatedReplicas: 1 }),
      expect: false,
    },
    "is not done without a Deployment": { given: undefined, expect: false },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(podsView(2, given, []).isRolledOut, expect));
});

describe("what keeps a pod from starting", () => {
  const cases: Record<string, { given: Pod; reason: string | undefined; says?: string }> = {
    "an image that can't be pulled": {
      given: waiting("ImagePullBackOff", "Back-off pulling image"),
      reason: "ImagePullFailed",
      says: "pod family-proxy-x does not start with image proxy:1: check spec.image and its pull secrets (Back-off pulling image)",
    },
    "an image that may not be pulled": {
      given: waiting("ErrImageNeverPull"),
      reason: "ImagePullFailed",
      says: "change spec.image.pullPolicy",
    },
    "a container that crashes": {
      given: waiting("CrashLoopBackOff"),
      reason: "PodsCrash",
      says: "see kubectl logs of the pod",
    },
    "a node that nobody finds": {
      given: pod({
        conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }],
      }),
      reason: "PodsUnschedulable",
      says: "finds no node: 0/1 nodes are available. Check spec.scheduling",
    },
    "a container that is being made is no problem": {
      given: waiting("ContainerCreating"),
      reason: undefined,
    },
    "a pod that nobody looked at yet is no problem": { given: pod({}), reason: undefined },
  };
  for (const [name, { given, reason, says }] of Object.entries(cases))
    test(name, () => {
      const { problem } = podsView(2, undefined, [pod({}), given]);
      assert.equal(problem?.reason, reason);
      assert.ok((problem?.message ?? "").includes(says ?? ""), problem?.message ?? "no problem");
    });
});

test("people are sent to pods that are ready and not on their way out", () => {
  const ready: V1PodStatus = { conditions: [{ type: "Ready", status: "True" }] };
  assert.equal(isServingPod(pod(ready)), true);
  assert.equal(isServingPod(pod(ready, "2026-11-23T12:00:00Z")), false);
  assert.equal(isServingPod(pod({ conditions: [{ type: "Ready", status: "False" }] })), false);
  assert.equal(isServingPod(pod({})), false);
});
