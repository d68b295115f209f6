import type {
  CustomObject,
  Deployment,
  KubeObject,
  Secret,
  Service,
} from "../../../src/kubernetes/objects.ts";
import { addresses, fleets } from "../../../src/api/resources.ts";
import { laneCertificates, secretRevision } from "../../../src/proxy/lane-certificates.ts";
import { deployments, pods, secrets, services } from "../../../src/kubernetes/builtin.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { Reflector, type Source } from "../../../src/kubernetes/reflector.ts";
import { type ObjectKey, type Resource, resource } from "../../../src/kubernetes/resource.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { addressLabel, fleetLabel, fleetLabels, managedSelector } from "../../../src/api/names.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import type { PodStatus } from "../../../src/pods/status.ts";

const manager = "fake-controllers";

const coreEvents = resource({
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  scope: "Namespaced",
});

/** The servers of a fleet that names none, and all of them answer. */
const upstreams = (["chat-0", "chat-1", "media-0"] as const).map((name) => {
  const group = name === "media-0" ? ("media" as const) : ("chat" as const);
  return { group, name, up: 1, total: 1, since: "2026-11-01T00:00:00Z" };
});

/**
 * Plays all that a cluster has beside the operator, as fast as it can: each Deployment has one
 * ready pod at once, each Service its address. Pods and addresses are loopback addresses, where
 * `fake-data-plane.ts` answers as pods and proxies do.
 */
export class FakeControllers {
  readonly client: ApiClient;
  readonly fleets = new Store<CustomObject>();
  /** Pods that answer in their own way, by loopback address; undefined: not at all. */
  readonly supervisors = new Map<string, () => PodStatus | undefined>();
  /** Pods that answer without an end, or never, by loopback address. */
  readonly hostile = new Map<string, "endless" | "silent">();
  /** Loopback addresses at which nobody answers, as behind a firewall. */
  readonly shut = new Set<string>();
  readonly #connection: Connection;
  readonly #stop = new AbortController();
  readonly #deployments = new Store<Deployment>();
  readonly #services = new Store<Service>();
  readonly #secrets = new Store<Secret>();
  readonly #ledger = new Store<CustomObject>();
  readonly #reflectors: Source[] = [];
  /** Loopback addresses of pods, with the name of the fleet's Secret behind each. */
  readonly #pods = new Map<string, { readonly namespace: string; readonly name: string }>();
  readonly #addresses = new Map<string, string>();
  readonly #met = new Set<string>();
  /** Services whose address was refused, by the address. */
  readonly #refused = new Map<string, Service>();
  /** In MetalLB's own words, why it can't give an address; undefined: it can. */
  refusal: (address: string) => string | undefined = () => undefined;
  readonly #writes = new Map<string, number>();

  constructor(kubeconfig: string) {
    this.#connection = Connection.fromDefault(kubeconfig);
    this.client = new ApiClient(this.#connection, this.#stop.signal, {
      sleep,
      random: Math.random,
    });
    this.#follow(fleets, this.fleets);
    this.#follow(addresses, this.#ledger);
    this.#follow(deployments, this.#deployments, managedSelector);
    this.#follow(services, this.#services, managedSelector);
    this.#follow(secrets, this.#secrets, managedSelector);
    this.#deployments.onChange(
      ({ after }) => after !== undefined && this.#once(after, async () => this.#runPod(after)),
    );
    this.#services.onChange(
      ({ after }) => after !== undefined && this.#once(after, async () => this.#giveAddress(after)),
    );
  }

  /** Writes that were sent for other parts of a cluster so far, by `verb resource`. */
  get writes(): ReadonlyMap<string, number> {
    return this.#writes;
  }

  async start(): Promise<void> {
    for (const reflector of this.#reflectors) void reflector.run(this.#stop.signal);
    await Promise.all(this.#reflectors.map(async ({ progress }) => progress.synced));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#connection.close();
  }

  /**
   * What the pod at this loopback address has loaded: always the newest, as if the kubelet took no
   * time.
   */
  podStatus(ip: string): PodStatus | undefined {
    const own = this.supervisors.get(ip);
    return own === undefined ? this.loadedBy(this.#pods.get(ip)) : own();
  }

  /** What a pod reports that has loaded all that this Secret holds now. */
  loadedBy(place: ObjectKey | undefined): PodStatus | undefined {
    const secret = place === undefined ? undefined : this.#secrets.get(place);
    if (secret === undefined) return undefined;
    const lanes = laneCertificates(secret).map(({ lane, sha256 }) => ({
      lane,
      open: true,
      certificateSHA256: sha256,
      sessions: 0,
    }));
    return { revision: secretRevision(secret) ?? "", lanes, upstreams };
  }

  /** Certificate and key (PEM) of the lane that serves this loopback address. */
  pemBehind(ip: string): string | undefined {
    if (this.shut.has(ip)) return undefined;
    const entry = this.#ledger.get({ name: this.#addresses.get(ip) ?? "" });
    const { claimRef } = (entry?.spec ?? {}) as { claimRef?: { namespace: string; name: string } };
    if (entry === undefined || claimRef === undefined) return undefined;
    const secret = this.#secrets.get({
      namespace: claimRef.namespace,
      name: `${claimRef.name}-proxy`,
    });
    return laneCertificates(secret).find(({ address }) => address === entry.metadata.name)?.pem;
  }

  #follow<T extends KubeObject>(
    resource: Resource<T>,
    store: Store<T>,
    labelSelector?: string,
  ): void {
    const common = {
      client: this.client,
      sleep,
      random: Math.random,
      now: () => performance.now(),
    };
    this.#reflectors.push(
      new Reflector<T>({
        ...common,
        resource,
        store,
        labelSelector,
        onFailure: (error) => console.error(error),
      }),
    );
  }

  #once(object: KubeObject, act: () => Promise<void>): void {
    const uid = object.metadata.uid ?? "";
    if (this.#met.has(uid)) return;
    this.#met.add(uid);
    act().catch((error: unknown) => console.error(error));
  }

  async #runPod({ metadata, spec }: Deployment): Promise<void> {
    const { name, namespace = "", generation = 1 } = metadata;
    const fleet = metadata.labels?.[fleetLabel] ?? "";
    const n = this.#pods.size + 1;
    const podIP = `127.32.${n >> 8}.${n & 255}`;
    this.#pods.set(podIP, { namespace, name });
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `${name}-0`, namespace, labels: { ...fleetLabels(fleet) } },
    };
    const container = { name: "proxy", image: "none" };
    await this.#write(pods, {
      ...pod,
      spec: { containers: [container], automountServiceAccountToken: false },
    });
    const ready = { type: "Ready", status: "True" };
    await this.#write(
      pods,
      { ...pod, status: { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions: [ready] } },
      "status",
    );
    const replicas = spec.replicas ?? 1;
    const status = {
      observedGeneration: generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
    };
    await this.#write(
      deployments,
      { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace }, status },
      "status",
    );
  }

  /** What was in the way of an address is gone, as when another Service lets go of it. */
  async giveNow(address: string): Promise<void> {
    const service = this.#refused.get(address);
    this.refusal = () => undefined;
    if (service !== undefined) await this.#giveAddress(service);
  }

  async #giveAddress(service: Service): Promise<void> {
    const { metadata } = service;
    const { name, namespace = "" } = metadata;
    const entry = metadata.labels?.[addressLabel] ?? "";
    const address = metadata.annotations?.["metallb.io/loadBalancerIPs"] ?? "";
    const refusal = this.refusal(address);
    if (refusal !== undefined) {
      this.#refused.set(address, service);
      return this.#reportRefusal(service, refusal);
    }
    this.#addresses.set(address, entry);
    const status = { loadBalancer: { ingress: [{ ip: address }] } };
    await this.#write(
      services,
      { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, status },
      "status",
    );
  }

  /** As MetalLB does it: through the older interface of Events. */
  async #reportRefusal({ metadata }: Service, message: string): Promise<void> {
    const { name, namespace = "", uid } = metadata;
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.refused`, namespace },
      involvedObject: { apiVersion: "v1", kind: "Service", name, namespace, uid },
      type: "Warning",
      reason: "AllocationFailed",
      message,
      source: { component: "metallb-controller" },
    };
    await this.#write(coreEvents, event);
  }

  async #write(
    of: Resource<KubeObject>,
    object: KubeObject & Record<string, unknown>,
    subresource?: "status",
  ): Promise<void> {
    const key =
      subresource === undefined ? `create ${of.plural}` : `apply ${of.plural}/${subresource}`;
    this.#writes.set(key, (this.#writes.get(key) ?? 0) + 1);
    await this.client.apply(of, object, { fieldManager: manager, subresource });
  }
}
