import { childName, fleetLabel } from "../../api/names.ts";
import { deployments, pods, secrets } from "../../kubernetes/builtin.ts";
import type { Deployment, Pod, Secret } from "../../kubernetes/objects.ts";
import { type ObjectKey, keyOf } from "../../kubernetes/resource.ts";
import type { PodStatus } from "../../pods/status.ts";
import { memoizeWeakly } from "../../values/memoize.ts";
import { seconds } from "../../values/time.ts";
import type { SimulatedApiServer } from "../server/server.ts";
import type { Agenda } from "../world/agenda.ts";

/** A lane as the fleet's Secret opens it. */
interface OpenLane {
  readonly lane: number;
  /** Name of the ledger entry. */
  readonly address: string;
  readonly certificateSHA256: string;
}

interface LanesFile {
  readonly revision: string;
  readonly maxConnections: number;
  readonly open: readonly OpenLane[];
}

/** Images are pulled, and HAProxy begins. */
const startTakes = seconds(5);

export interface WorldPodsOptions {
  readonly server: SimulatedApiServer;
  readonly agenda: Agenda;
  /** How many people are connected to a ledger entry's address now. */
  readonly sessions: (entry: string) => number;
}

/** The pods of all fleets. They are ready soon after their Deployment, and never fail. */
export class WorldPods {
  readonly #options: WorldPodsOptions;
  readonly #listeners = new Set<(pod: Pod) => void>();
  #made = 0;

  constructor(options: WorldPodsOptions) {
    this.#options = options;
    const { server, agenda } = options;
    server.onChange(({ type, resource, after }) => {
      if (resource.kind === "Deployment" && type === "ADDED")
        agenda.timer(startTakes, () => this.#start(keyOf(after)));
    });
  }

  /** Calls `listener` with each pod that has become ready. */
  onReady(listener: (pod: Pod) => void): void {
    this.#listeners.add(listener);
  }

  /** What the supervisor of a pod says: it has loaded what its fleet's Secret holds. */
  status(pod: Pod): PodStatus {
    const { open, revision, maxConnections } = this.#fileOf(pod);
    const isFirst = pod.metadata.name.endsWith("-0");
    return {
      revision,
      maxConnections: { wanted: maxConnections, granted: maxConnections },
      uptimeSeconds: Math.floor(this.#options.agenda.elapsedMs() / 1_000),
      upstreams: [],
      lanes: open.map(({ lane, address, certificateSHA256 }) => ({
        lane,
        open: true,
        address,
        certificateSHA256,
        sessions: isFirst ? this.#options.sessions(address) : 0,
      })),
    };
  }

  #fileOf({ metadata: { namespace, labels } }: Pod): LanesFile {
    const name = childName(labels?.[fleetLabel] ?? "");
    const secret = this.#options.server.get(secrets, { namespace, name });
    return secret === undefined ? noLanes : lanesOf(secret);
  }

  #start(key: ObjectKey): void {
    const { server } = this.#options;
    const deployment = server.get(deployments, key);
    if (deployment === undefined) return;
    const replicas = deployment.spec.replicas ?? 1;
    for (let index = 0; index < replicas; index++) this.#make(deployment, index);
    const { generation: observedGeneration } = deployment.metadata;
    const status = {
      observedGeneration,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
    };
    const change = { status };
    server.patch(deployments, key, { manager: "controllers", subresource: "status", change });
  }

  #make({ metadata, spec }: Deployment, index: number): void {
    const { server } = this.#options;
    const { name, namespace = "", uid = "" } = metadata;
    const { labels = {}, annotations } = spec.template.metadata ?? {};
    const owner = { apiVersion: "apps/v1", kind: "Deployment", name, uid, controller: true };
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${name}-${index}`,
        namespace,
        labels,
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [owner],
      },
      spec: { containers: spec.template.spec?.containers ?? [], nodeName: "node-1" },
    };
    server.create(pods, pod, { manager: "controllers" });
    const podIP = `10.0.${this.#made >> 8}.${this.#made++ & 255}`;
    const conditions = [{ type: "Ready", status: "True" }];
    const change = { status: { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions } };
    const ready = server.patch(pods, keyOf(pod), {
      manager: "kubelet",
      subresource: "status",
      change,
    });
    for (const listener of this.#listeners) listener(ready);
  }
}

const noLanes: LanesFile = { revision: "", maxConnections: 0, open: [] };

const lanesOf = memoizeWeakly(({ data }: Secret): LanesFile => {
  const encoded = data?.["lanes.json"];
  if (encoded === undefined) return noLanes;
  return JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as LanesFile;
});
