import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type {
  V1ContainerState,
  V1ContainerStatus,
  V1DeploymentStatus,
  V1PodCondition,
  V1PodStatus,
} from "@kubernetes/client-node";
import { isServingPod, mayHoldSessions, podsView } from "../../../src/pods/view.ts";
import type { Deployment, Pod } from "../../../src/kubernetes/objects.ts";
import { deploymentObject } from "../../objects/deployment.ts";
import { podObject } from "../../objects/pod.ts";

const pod = (status: V1PodStatus, deletionTimestamp?: string): Pod =>
  podObject({
    metadata: deletionTimestamp === undefined ? {} : { deletionTimestamp },
    status,
  });
const container = (state?: V1ContainerState): V1ContainerStatus => ({
  name: "proxy",
  image: "proxy:1",
  imageID: "",
  ready: false,
  restartCount: 0,
  ...(state === undefined ? {} : { state }),
});
const waiting = (reason: string, message?: string): Pod => {
  const why = { reason, ...(message === undefined ? {} : { message }) };
  return pod({ containerStatuses: [container({ waiting: why })] });
};
const untouched = deploymentObject({ metadata: { generation: 3 } });
const deployment = (status: V1DeploymentStatus): Deployment => ({ ...untouched, status });
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
    "is not done while nobody looked at the Deployment yet": { given: untouched, expect: false },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(podsView(2, given, []).isRolledOut, expect));
});

describe("pods of an earlier template", () => {
  const cases: Record<string, { given: Deployment | undefined; expect: boolean }> = {
    "are to be replaced while one is left": {
      given: deployment({ ...rolledOut, replicas: 3, updatedReplicas: 1 }),
      expect: true,
    },
    "are none while pods of the latest one are to be made": {
      given: deployment({ ...rolledOut, replicas: 1, updatedReplicas: 1 }),
      expect: false,
    },
    "are not known before the Deployment was looked at": {
      given: deployment({ ...rolledOut, observedGeneration: 2, replicas: 3 }),
      expect: false,
    },
    "are none without a Deployment": { given: undefined, expect: false },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(podsView(2, given, []).isReplacing, expect));
});

describe("a Deployment", () => {
  const overdue = (status: "True" | "False", reason: string) =>
    podsView(2, deployment({ conditions: [{ type: "Progressing", status, reason }] }), [])
      .isOverdue;

  test("says when it has given up waiting for new pods", () =>
    assert.equal(overdue("False", "ProgressDeadlineExceeded"), true));
  test("has not given up while it makes progress, or where it says something else", () =>
    assert.deepEqual(
      [overdue("True", "ReplicaSetUpdated"), overdue("False", "FailedCreate")],
      [false, false],
    ));
});

describe("the pods of a fleet", () => {
  const counts = (given: Deployment | undefined) => {
    const { wanted, replicas, ready } = podsView(4, given, []);
    return { wanted, replicas, ready };
  };

  test("are counted by their Deployment, all of them and those that are ready", () =>
    assert.deepEqual(counts(deployment({ ...rolledOut, replicas: 3, readyReplicas: 1 })), {
      wanted: 4,
      replicas: 3,
      ready: 1,
    }));

  test("are none while there is no Deployment, or it has counted none", () => {
    const none = { wanted: 4, replicas: 0, ready: 0 };
    assert.deepEqual([counts(undefined), counts(deployment({}))], [none, none]);
  });
});

describe("what keeps a pod from starting", () => {
  const cases: Record<string, { given: Pod; reason: string | undefined; says?: string }> = {
    "an image that can't be pulled": {
      given: waiting("ImagePullBackOff", "Back-off pulling image"),
      reason: "ImagePullFailed",
      says: "pod family-proxy-x does not start with image proxy:1: check spec.image and its pull secrets (Back-off pulling image)",
    },
    "an image that could not be pulled the first time": {
      given: waiting("ErrImagePull"),
      reason: "ImagePullFailed",
      says: "check spec.image and its pull secrets (ErrImagePull)",
    },
    "an image whose name is none": {
      given: waiting("InvalidImageName"),
      reason: "ImagePullFailed",
      says: "correct spec.image (InvalidImageName)",
    },
    "a container that can't be configured": {
      given: waiting("CreateContainerConfigError", 'secret "keys" not found'),
      reason: "PodsCantStart",
      says: 'see kubectl describe pod (secret "keys" not found)',
    },
    "a container that waits beside one that runs and one that nobody looked at": {
      given: pod({
        containerStatuses: [
          container(),
          container({ running: {} }),
          container({ waiting: { reason: "CrashLoopBackOff" } }),
        ],
      }),
      reason: "PodsCrash",
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
    "a node that nobody finds, whatever else is not so": {
      given: pod({
        conditions: [
          { type: "Initialized", status: "True" },
          { type: "PodScheduled", status: "False" },
        ],
      }),
      reason: "PodsUnschedulable",
      says: "finds no node: . Check",
    },
    "a pod that has a node and is not ready yet is no problem": {
      given: pod({
        conditions: [
          { type: "Ready", status: "False" },
          { type: "PodScheduled", status: "True" },
        ],
      }),
      reason: undefined,
    },
    "a container that is being made is no problem": {
      given: waiting("ContainerCreating"),
      reason: undefined,
    },
    "a pod that is on its way out is no problem": {
      given: pod(
        { containerStatuses: [container({ waiting: { reason: "CrashLoopBackOff" } })] },
        "2026-11-23T12:00:00Z",
      ),
      reason: undefined,
    },
    "a pod that nobody looked at yet is no problem": { given: podObject(), reason: undefined },
  };
  for (const [name, { given, reason, says }] of Object.entries(cases))
    test(name, () => {
      const { problem } = podsView(2, undefined, [pod({}), given]);
      assert.equal(problem?.reason, reason);
      assert.ok((problem?.message ?? "").includes(says ?? ""), problem?.message ?? "no problem");
    });
});

describe("why there is no pod to ask", () => {
  const failed = (status: "True" | "False", message?: string) => ({
    type: "ReplicaFailure",
    status,
    reason: "FailedCreate",
    ...(message === undefined ? {} : { message }),
  });
  const problem = (
    conditions: NonNullable<V1DeploymentStatus["conditions"]>,
    pods: readonly Pod[] = [],
  ) => podsView(2, deployment({ conditions }), pods).problem;

  test("is told in the words of the quota, policy or webhook that refuses pods", () => {
    const { reason, message } = problem([failed("True", "exceeded quota: pods=0")]) ?? {};
    assert.equal(reason, "PodsNotCreated");
    assert.match(message ?? "", /refused before they exist: exceeded quota: pods=0\. Change the/);
  });
  test("is told by its reason where there are no words", () =>
    assert.match(problem([failed("True")])?.message ?? "", /before they exist: FailedCreate/));
  test("is nothing once pods are created again", () => {
    assert.equal(problem([failed("False", "it was")]), undefined);
    assert.equal(problem([]), undefined);
  });
  test("is told after why a pod that exists does not start", () =>
    assert.equal(
      problem([failed("True", "exceeded quota")], [waiting("CrashLoopBackOff")])?.reason,
      "PodsCrash",
    ));
});

describe("people are sent to a pod", () => {
  const scheduled: V1PodCondition = { type: "PodScheduled", status: "True" };
  const unready: V1PodCondition = { type: "Ready", status: "False" };
  const ready: V1PodCondition = { type: "Ready", status: "True" };
  const gated: V1PodCondition = { type: "example.org/gate", status: "False" };
  const cases: Record<string, { given: Pod; expect: boolean }> = {
    "that is ready": { given: pod({ conditions: [scheduled, ready] }), expect: true },
    "that is ready, whatever else is not so": {
      given: pod({ conditions: [gated, ready] }),
      expect: true,
    },
    "but to none that has a node and is not ready": {
      given: pod({ conditions: [scheduled, unready] }),
      expect: false,
    },
    "but to none that is on its way out": {
      given: pod({ conditions: [ready] }, "2026-11-23T12:00:00Z"),
      expect: false,
    },
    "but to none without conditions": { given: pod({}), expect: false },
    "but to none that nobody looked at yet": { given: podObject(), expect: false },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(isServingPod(given), expect));
});

describe("people may be connected to a pod", () => {
  const cases: Record<string, { given: Pod; expect: boolean }> = {
    "that runs, ready or not": { given: pod({ phase: "Running" }), expect: true },
    "that was told to go: it keeps its people for minutes": {
      given: pod({ phase: "Running" }, "2026-11-23T12:00:00Z"),
      expect: true,
    },
    "of which nobody knows, as when its node does not answer": {
      given: pod({ phase: "Unknown" }),
      expect: true,
    },
    "that nobody looked at yet": { given: podObject(), expect: true },
    "but not that has never started": { given: pod({ phase: "Pending" }), expect: false },
    "but not that has failed": { given: pod({ phase: "Failed" }), expect: false },
    "but not that has ended": { given: pod({ phase: "Succeeded" }), expect: false },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(mayHoldSessions(given), expect));
});
