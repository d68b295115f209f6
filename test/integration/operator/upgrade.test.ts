import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fleetLabels, podMarks } from "../../../src/api/names.ts";
import type { Deployment } from "../../../src/kubernetes/objects.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { fleet, pool } from "../samples.ts";
import { childPaths, conditionOf, fleetPath, read } from "./fleet-objects.ts";
import { type RunningOperator, apply, startOperator } from "./operator.ts";

const path = childPaths["Deployment"]?.("family") ?? "";
const current = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2 };
let server: ApiServer;
let operator: RunningOperator | undefined;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await server.call("POST", "/api/v1/namespaces", namespaceObject("proxyfleet-system"));
});
after(async () => {
  await operator?.stop();
  await server.stop();
});

/** Another version of the operator runs from now on. */
async function run(proxyImage: string, isHeld: boolean): Promise<void> {
  await operator?.stop();
  const rollouts = { isHeld, percent: 5 };
  operator = startOperator(server.kubeconfig, { leaderElection: false, proxyImage, rollouts });
}

async function deployment(): Promise<Deployment> {
  return (await read<Deployment>(server, path)) ?? assert.fail("there is no Deployment");
}

const imageIn = ({ spec }: Deployment) => spec.template.spec?.containers[0]?.image;

/** A pod as its kubelet would report it. */
async function runPod(name: string): Promise<void> {
  const spec = { containers: [{ name: "proxy", image: "none" }] };
  await apply(server, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: fleetLabels("family") },
    spec: { ...spec, automountServiceAccountToken: false },
  });
  const conditions = [{ type: "Ready", status: "True" }];
  const status = { phase: "Running", conditions };
  await server.patch(`/api/v1/namespaces/default/pods/${name}/status`, { status });
}

test("pods of an earlier operator stay as the API server has them until it is their turn", async (t) => {
  let before: Deployment;

  await t.test("after an upgrade, their Deployment waits", async () => {
    await run("proxy:1", false);
    await apply(server, pool(), fleet());
    await waitFor("the Deployment", async () => (await read(server, path)) !== undefined);
    for (const name of ["p-1", "p-2"]) await runPod(name);
    await server.patch(`${path}/status`, { status: current });
    await operator?.stop();
    // As an operator left it that wrote no marks.
    const annotations = Object.fromEntries(Object.values(podMarks).map((mark) => [mark, null]));
    await server.patch(path, { metadata: { annotations } });
    before = await deployment();
    await run("proxy:2", true);
    await waitFor("PodsCurrent to say that they are held", async () =>
      (await conditionOf(server, "family", "PodsCurrent"))?.startsWith("False RolloutHeld"),
    );
    await waitFor("the marks", async () => {
      const { annotations = {} } = (await deployment()).metadata;
      return Object.values(podMarks).every((mark) => mark in annotations);
    });
    assert.deepEqual((await deployment()).spec, before.spec);
  });

  await t.test("the fleet can be scaled meanwhile", async () => {
    await server.patch(fleetPath("family"), { spec: { replicas: 4 } });
    await waitFor("4 replicas", async () => (await deployment()).spec.replicas === 4);
    assert.deepEqual((await deployment()).spec.template, before.spec.template);
  });

  await t.test("when they are let go, they are replaced, and nothing else changes", async () => {
    const generation = (await deployment()).metadata.generation ?? 0;
    const status = { ...current, observedGeneration: generation };
    await server.patch(`${path}/status`, { status });
    await run("proxy:2", false);
    await waitFor("other pods", async () => imageIn(await deployment()) === "proxy:2");
    const { metadata, spec } = await deployment();
    assert.equal(metadata.annotations?.[podMarks.rollout], "InTurn");
    const expected = structuredClone(before.spec.template);
    for (const container of expected.spec?.containers ?? []) container.image = "proxy:2";
    assert.deepEqual(spec.template, expected);
  });
});
