import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { appliedMarks, podMarks } from "../../../src/api/names.ts";
import type { ObservedFleet } from "../../../src/fleet/observed.ts";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import type { Turn } from "../../../src/fleet/turns.ts";
import { hashOf, hashOfObject } from "../../../src/kubernetes/difference.ts";
import type { Deployment, Pod } from "../../../src/kubernetes/objects.ts";
import { podObject } from "../../objects/pod.ts";
import { at } from "../rotation/build.ts";
import { entry, fleet as plain, observed, planFor } from "./observed-fleet.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const settings = { proxyImage: "proxyfleet/proxy:next", operatorNamespace: "proxyfleet-system" };
const waits: Turn = { kind: "waits", because: "turn", lookAt: at(60) };

/** The fleet, with what a person has changed; `generation` 2 is one that no status is about yet. */
function fleet(spec: object = {}, metadata: object = {}) {
  const { spec: before, metadata: meta } = plain;
  return {
    ...plain,
    metadata: { ...meta, ...metadata },
    spec: { ...before, ...spec },
    status: { observedGeneration: 1 },
  };
}

const planOf = (given: Partial<ObservedFleet>) => {
  const raw = given.raw ?? fleet();
  return planFor([serving], { ...given, raw, parsed: parseWhatsAppProxy(raw) });
};

function deploymentOf(given: Partial<ObservedFleet>): Deployment | undefined {
  const effect = planOf(given).effects.find(({ id }) => id === "deployment");
  return effect?.kind === "apply" ? (effect.object as Deployment) : undefined;
}

const current = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2 };

/** A Deployment as the API server has it once it was applied and rolled out. */
function stored(object: Deployment | undefined, change: Partial<Deployment> = {}): Deployment {
  assert.ok(object !== undefined);
  const annotations = {
    ...object.metadata.annotations,
    [appliedMarks.hash]: hashOfObject(object),
  };
  const metadata = { ...object.metadata, annotations, uid: "d1", generation: 1 };
  return { ...object, metadata, status: current, ...change };
}

const before = stored(deploymentOf({}));
const running = (name: string): Pod => podObject({ name, status: { phase: "Running" } });
const pods = ["p-1", "p-2"].map(running);
const withDeployment = (deployment: Deployment) => ({
  children: { ...observed([]).children, deployment },
  pods,
});
const imageOf = (deployment: Deployment | undefined) =>
  deployment?.spec.template.spec?.containers[0]?.image;
const [old, next] = ["proxyfleet/proxy:test", "proxyfleet/proxy:next"];
/** What a newer operator makes of a fleet whose turn has not come. */
const upgraded = { ...withDeployment(before), settings, turn: waits };

/** As a version left it that wrote no marks. */
function unmarked(): Deployment {
  const { [appliedMarks.hash]: hash = "" } = before.metadata.annotations ?? {};
  const annotations = { [appliedMarks.hash]: hash };
  return { ...before, metadata: { ...before.metadata, annotations } };
}

describe("a newer operator", () => {
  test("leaves pods as they are until it is their fleet's turn", () =>
    assert.equal(deploymentOf(upgraded), undefined));

  test("replaces them then", () => {
    const made = deploymentOf({ ...upgraded, turn: { kind: "now" } });
    assert.equal(imageOf(made), next);
    assert.equal(made?.metadata.annotations?.[podMarks.rollout], "InTurn");
  });

  test("lets a fleet that waits be scaled", () => {
    const made = deploymentOf({ ...upgraded, raw: fleet({ replicas: 5 }, { generation: 2 }) });
    assert.deepEqual([made?.spec.replicas, imageOf(made)], [5, old]);
    assert.deepEqual(made?.spec.template, before.spec.template);
  });

  test("makes the pods of a new fleet at once", () => {
    const made = deploymentOf({ settings, turn: waits });
    assert.equal(imageOf(made), next);
    assert.equal(made?.metadata.annotations?.[podMarks.rollout], "Asked");
  });

  const changes: Record<string, object> = {
    image: { image: { tag: "mine" } },
    resources: { resources: { limits: { memory: "2Gi" } } },
    scheduling: { scheduling: { nodeSelector: { a: "b" } } },
    podMetadata: { podMetadata: { annotations: { "example.org/now": "1" } } },
    limits: { limits: { maxConnections: 9_000 } },
  };
  for (const [field, spec] of Object.entries(changes))
    test(`follows a change of spec.${field} at once`, () => {
      const made = deploymentOf({ ...upgraded, raw: fleet(spec, { generation: 2 }) });
      assert.notDeepEqual(made?.spec.template, before.spec.template);
      assert.equal(made?.metadata.annotations?.[podMarks.rollout], "Asked");
    });

  test("does not take it for a change that an earlier version marked without maxConnections", () => {
    const parsed = parseWhatsAppProxy(plain);
    assert.ok(parsed.ok);
    const { image, resources, scheduling, podMetadata } = parsed.value.spec;
    const earlier = hashOf([image, resources, scheduling, podMetadata]);
    const annotations = { ...before.metadata.annotations, [podMarks.spec]: earlier };
    const marked = { ...before, metadata: { ...before.metadata, annotations } };
    const made = deploymentOf({ ...upgraded, ...withDeployment(marked) });
    assert.deepEqual(made?.spec.template, before.spec.template);
    assert.notEqual(made?.metadata.annotations?.[podMarks.spec], earlier);
  });

  test("does not take another change of the spec for one that asks for other pods", () => {
    const raw = fleet({ rotation: { maxAge: "24h" } }, { generation: 2 });
    assert.equal(deploymentOf({ ...upgraded, raw }), undefined);
  });

  test("puts its marks on a Deployment that has none, and leaves its pods as they are", () => {
    const made = deploymentOf({ ...upgraded, ...withDeployment(unmarked()) });
    assert.deepEqual(made?.spec.template, before.spec.template);
    const settled = stored(made);
    assert.equal(deploymentOf({ ...upgraded, ...withDeployment(settled) }), undefined);
    const asked = fleet(changes["image"], { generation: 2 });
    const changed = deploymentOf({ ...upgraded, ...withDeployment(settled), raw: asked });
    assert.equal(imageOf(changed), "proxyfleet/proxy:mine");
  });

  test("follows a change that came before its marks", () => {
    const raw = fleet(changes["image"], { generation: 2 });
    const made = deploymentOf({ ...upgraded, ...withDeployment(unmarked()), raw });
    assert.equal(imageOf(made), "proxyfleet/proxy:mine");
  });

  test("replaces pods at once to which nobody can be connected", () => {
    const waiting = { waiting: { reason: "CrashLoopBackOff" } };
    const crashing = { name: "proxy", image: old, imageID: "", ready: false, restartCount: 9 };
    const dead = ["p-1", "p-2"].map((name) =>
      podObject({
        name,
        status: { phase: "Running", containerStatuses: [{ ...crashing, state: waiting }] },
      }),
    );
    const pending = podObject({ name: "p-2", status: { phase: "Pending" } });
    const [first = pending] = dead;
    assert.equal(imageOf(deploymentOf({ ...upgraded, pods: dead })), next);
    assert.equal(imageOf(deploymentOf({ ...upgraded, pods: [first, pending] })), next);
    assert.equal(deploymentOf({ ...upgraded, pods: [first, running("p-2")] }), undefined);
    // One pod is not known here: people may be connected to it.
    assert.equal(deploymentOf({ ...upgraded, pods: [first] }), undefined);
    const held = fleet({}, { annotations: { "proxyfleet.dev/hold-rollout": "incident 7" } });
    assert.equal(deploymentOf({ ...upgraded, pods: dead, raw: held }), undefined);
    const rollouts = { isHeld: true, percent: 5 };
    const heldForAll = { ...upgraded, pods: dead, settings: { ...settings, rollouts } };
    assert.equal(deploymentOf(heldForAll), undefined);
  });

  test("mends what somebody edited in pods that are current, whoever has a turn", () => {
    const foreign = structuredClone(before);
    foreign.spec.template.spec = { containers: [], serviceAccountName: "theirs" };
    assert.equal(imageOf(deploymentOf({ ...withDeployment(foreign), turn: waits })), old);
  });
});

describe("a fleet whose pods are those of an earlier operator says", () => {
  const said = (given: Partial<ObservedFleet>) => {
    const { effects } = planOf({ ...upgraded, ...given });
    const effect = effects.find(({ kind }) => kind === "status");
    assert.ok(effect?.kind === "status");
    const { conditions } = effect.status as FleetStatus;
    const found = conditions.find(({ type }) => type === "PodsCurrent");
    return found && `${found.status} ${found.reason}: ${found.message}`;
  };
  const inTurn = (status: object) => {
    const made = deploymentOf({ ...upgraded, turn: { kind: "now" } });
    return withDeployment(stored(made, { status: { ...current, ...status } }));
  };
  const overdue = {
    type: "Progressing",
    status: "False",
    reason: "ProgressDeadlineExceeded",
  } as const;
  const cases: Record<string, { given: Partial<ObservedFleet>; says: RegExp | undefined }> = {
    "that it waits for its turn, and how to go without": {
      given: {},
      says: /^False WaitsForTurn: .*serve as before.*spec\.podMetadata\.annotations/,
    },
    "when its windows open": {
      given: { turn: { ...waits, because: "window", opensAt: at(3600) } },
      says: /^False OutsideWindows: .*open at 2026-11-23T13:00:00Z/,
    },
    "that its windows never open": {
      given: { turn: { ...waits, because: "window", opensAt: undefined } },
      says: /^False OutsideWindows: .*none of these ever opens: correct them/,
    },
    "that a person holds it, by which annotation": {
      given: { turn: { ...waits, because: "held" } },
      says: /^False RolloutHeld: .*proxyfleet\.dev\/hold-rollout holds them: remove it/,
    },
    "that all are held, by which flag": {
      given: { turn: { ...waits, because: "heldForAll" } },
      says: /^False RolloutHeld: .*--hold-rollouts/,
    },
    "that its pods are being replaced": {
      given: inTurn({ replicas: 3, updatedReplicas: 1 }),
      says: /^False BeingReplaced: /,
    },
    "that the new ones don't come up": {
      given: inTurn({ replicas: 3, updatedReplicas: 1, conditions: [overdue] }),
      says: /^False RolloutStuck: .*other fleets go on/,
    },
    "nothing once they are replaced": { given: inTurn({}), says: undefined },
    "nothing where its turn has come and nothing happened yet": {
      given: { turn: { kind: "now" } },
      says: undefined,
    },
  };
  for (const [name, { given, says }] of Object.entries(cases))
    test(name, () => {
      const condition = said(given);
      if (says === undefined) assert.equal(condition, undefined);
      else assert.match(condition ?? "no condition", says);
    });

  test("when to look again", () => assert.equal(planOf(upgraded).requeueAt, at(60)));
});
