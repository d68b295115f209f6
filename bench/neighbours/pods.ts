import { fleetLabels } from "../../src/api/names.ts";
import { pods } from "../../src/kubernetes/builtin.ts";
import type { KubeObject } from "../../src/kubernetes/objects.ts";
import type { Bother, Scene } from "./bother.ts";

const podsEach = 10;

/** Pods with the labels of ours that stream an answer for as long as they are asked. */
export const endless: Bother = async (scene) => {
  const { hostile } = scene.cluster.controllers;
  return run(scene, "endless", (ip) => hostile.set(ip, "endless"));
};

/** Pods with the labels of ours that take a question and say nothing. */
export const silent: Bother = async (scene) => {
  const { hostile } = scene.cluster.controllers;
  return run(scene, "silent", (ip) => hostile.set(ip, "silent"));
};

async function run(
  { cluster, namespace }: Scene,
  kind: "endless" | "silent",
  prepare: (ip: string) => void,
): Promise<() => number> {
  const { client } = cluster.controllers;
  for (let n = 0; n < podsEach; n++) {
    const podIP = `127.33.${kind === "endless" ? 1 : 2}.${n + 1}`;
    prepare(podIP);
    const fleet = `fleet-${n}`;
    const metadata = { name: `${kind}-${n}`, namespace, labels: { ...fleetLabels(fleet) } };
    const pod = { apiVersion: "v1", kind: "Pod", metadata };
    const containers = [{ name: "proxy", image: "none" }];
    const spec = { containers, automountServiceAccountToken: false };
    const as = { fieldManager: "tenant" };
    await client.apply<KubeObject>(pods, { ...pod, spec } as KubeObject, as);
    const conditions = [{ type: "Ready", status: "True" }];
    const status = { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions };
    await client.apply<KubeObject>(pods, { ...pod, status } as KubeObject, {
      ...as,
      subresource: "status",
    });
  }
  return () => podsEach;
}
