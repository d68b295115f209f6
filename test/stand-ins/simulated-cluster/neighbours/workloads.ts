import { createHash } from "node:crypto";
import { deployments, pods } from "../../../../src/kubernetes/builtin.ts";
import type { Deployment, Pod } from "../../../../src/kubernetes/objects.ts";
import { keyOf } from "../../../../src/kubernetes/resource.ts";
import type { Random } from "../../../../src/values/random.ts";
import { isSame } from "../../../../src/simulator/server/json.ts";
import type { SimulatedApiServer, StoredChange } from "../../../../src/simulator/server/server.ts";

const hashLabel = "pod-template-hash";
const letters = "bcdfghjklmnpqrstvwxz2456789";

/**
 * The Deployment controller, the scheduler and the kubelet. At each `step` pods that are missing
 * appear, new ones become ready, deleted ones go, and a changed template is rolled out one by one.
 */
export class SimulatedWorkloads {
  readonly #server: SimulatedApiServer;
  readonly #random: Random;
  readonly #unready = new Set<string>();
  #made = 0;
  #isQuiet = false;

  constructor(server: SimulatedApiServer, random: Random) {
    this.#server = server;
    this.#random = random;
    server.onChange(({ resource }: StoredChange) => {
      if (resource.kind === "Pod" || resource.kind === "Deployment") this.#isQuiet = false;
    });
  }

  /** Does what is to be done for each pod and each Deployment now. */
  step(): void {
    if (this.#isQuiet) return;
    this.#isQuiet = true;
    for (const pod of this.#server.list(pods)) this.#runPod(pod);
    for (const deployment of this.#server.list(deployments))
      if (deployment.metadata.deletionTimestamp === undefined) this.#rollOut(deployment);
  }

  /** A pod is gone at once, with its node for example. */
  kill(pod: Pod): void {
    this.#server.delete(pods, keyOf(pod), { isEnded: true });
  }

  /** A pod's readiness probe fails from now on, or succeeds again. */
  setReady(pod: Pod, isReady: boolean): void {
    if (isReady) this.#unready.delete(pod.metadata.name);
    else this.#unready.add(pod.metadata.name);
    this.#isQuiet = false;
  }

  /** Every pod may be ready again. */
  mend(): void {
    this.#unready.clear();
    this.#isQuiet = false;
  }

  #runPod(pod: Pod): void {
    const { name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) return this.kill(pod);
    const status = isReady(pod) ? "True" : "False";
    const wanted = this.#unready.has(name) ? "False" : "True";
    if (pod.status?.podIP !== undefined && status === wanted) return undefined;
    const podIP = pod.status?.podIP ?? this.#nextIp();
    const conditions = [{ type: "Ready", status: wanted }];
    const change = { status: { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions } };
    this.#server.patch(pods, keyOf(pod), { manager: "kubelet", subresource: "status", change });
    return undefined;
  }

  #rollOut(deployment: Deployment): void {
    const { namespace, uid } = deployment.metadata;
    const wanted = deployment.spec.replicas ?? 1;
    const hash = hashOf(deployment);
    const own = this.#server
      .list(pods, { namespace })
      .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
    const staying = own.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const fresh = staying.filter(({ metadata }) => metadata.labels?.[hashLabel] === hash);
    const old = staying.filter((pod) => !fresh.includes(pod));
    const room = old.length === 0 ? wanted : wanted + 1;
    const missing = Math.min(wanted - fresh.length, room - staying.length);
    for (let count = 0; count < missing; count++) this.#makePod(deployment, hash);
    const spare = staying.filter(isReady).length - wanted;
    const ending = [...old, ...fresh.slice(wanted)].slice(
      0,
      Math.max(spare, fresh.length - wanted),
    );
    for (const pod of ending) this.#server.delete(pods, keyOf(pod));
    this.#report(deployment, {
      staying: staying.length,
      fresh: fresh.length,
      ready: staying.filter(isReady).length,
    });
  }

  #report(
    deployment: Deployment,
    counts: { readonly staying: number; readonly fresh: number; readonly ready: number },
  ): void {
    const status = {
      observedGeneration: deployment.metadata.generation,
      replicas: counts.staying,
      updatedReplicas: counts.fresh,
      readyReplicas: counts.ready,
    };
    if (isSame(deployment.status, status)) return;
    this.#server.patch(deployments, keyOf(deployment), {
      manager: "kube-controller-manager",
      subresource: "status",
      change: { status },
    });
  }

  #makePod({ metadata, spec }: Deployment, hash: string): void {
    const { name, namespace = "", uid = "" } = metadata;
    const { labels = {}, annotations } = spec.template.metadata ?? {};
    const ending = Array.from(
      { length: 5 },
      () => letters[Math.floor(this.#random() * letters.length)],
    );
    // A ReplicaSet in between would say nothing more.
    const owner = { apiVersion: "apps/v1", kind: "Deployment", name, uid, controller: true };
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${name}-${hash}-${ending.join("")}`,
        namespace,
        labels: { ...labels, [hashLabel]: hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [owner],
      },
      spec: { containers: spec.template.spec?.containers ?? [], nodeName: "node-1" },
    };
    this.#server.create(pods, pod, { manager: "kube-controller-manager" });
  }

  #nextIp(): string {
    const n = ++this.#made;
    return `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
  }
}

/** Whether a pod is ready, and not on its way out. */
export function isReady({ status, metadata }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" && metadata.deletionTimestamp === undefined;
}

const hashes = new WeakMap<object, string>();

function hashOf({ spec }: Deployment): string {
  const known = hashes.get(spec.template);
  if (known !== undefined) return known;
  const hash = createHash("sha256")
    .update(JSON.stringify(spec.template))
    .digest("hex")
    .slice(0, 10);
  hashes.set(spec.template, hash);
  return hash;
}
