import { addresses, fleets } from "../../../src/api/resources.ts";
import type { KubernetesApi } from "../../../src/kubernetes/api.ts";
import {
  deployments,
  networkPolicies,
  pods,
  secrets,
  services,
} from "../../../src/kubernetes/builtin.ts";
import { events } from "../../../src/kubernetes/events.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import type { ObjectKey, Resource } from "../../../src/kubernetes/resource.ts";
import { fleet, ledgerEntry } from "../samples.ts";

/** An object with whatever parts its kind has. */
interface Parts extends KubeObject {
  [part: string]: unknown;
}

/** One call of a client. What it answers, or how it is refused, is compared. */
export type Operation = (client: KubernetesApi) => Promise<unknown>;

const address = (name = "ip-203-0-113-9"): ObjectKey => ({ name });
const inDefault = (name: string): { namespace: string; name: string } => ({
  namespace: "default",
  name,
});

const secret = (name: string, data: Record<string, string>, metadata: object = {}): Parts => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { ...inDefault(name), ...metadata },
  type: "Opaque",
  data,
});

const create =
  (of: Resource<KubeObject>, object: KubeObject | Parts, manager = "ours"): Operation =>
  async (client) =>
    client.create(of, object, manager);
const apply =
  (of: Resource<KubeObject>, object: KubeObject | Parts, manager = "ours"): Operation =>
  async (client) =>
    client.apply(of, object, { fieldManager: manager });
const status =
  (of: Resource<KubeObject>, object: KubeObject | Parts, manager = "ours"): Operation =>
  async (client) =>
    client.apply(of, object, { fieldManager: manager, subresource: "status" });
const read =
  (of: Resource<KubeObject>, key: ObjectKey): Operation =>
  async (client) =>
    client.get(of, key);

/** Somebody reports about an object with this uid. */
const report =
  (name: string, uid: string): Operation =>
  async (client) => {
    const regarding = { apiVersion: "v1", kind: "Service", ...inDefault("s"), uid };
    const event = {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: inDefault(name),
      eventTime: "2026-11-23T12:00:00.000000Z",
      action: "Tested",
      reason: "Tested",
      reportingController: "example.org/test",
      reportingInstance: "test",
      type: "Warning",
      note: "a test",
      regarding,
    };
    await client.create(events, event, "somebody");
  };
const reportsAbout =
  (uid: string): Operation =>
  async (client) => {
    const fieldSelector = `regarding.uid=${uid}`;
    const { items } = await client.list(events, { namespace: "default", fieldSelector });
    return { metadata: {}, names: items.map(({ metadata }) => metadata.name).toSorted() };
  };

/** With the preconditions of the state that is there now, some of them replaced. */
const withState = (
  of: Resource<KubeObject>,
  key: ObjectKey,
  call: (
    client: KubernetesApi,
    state: { uid: string; resourceVersion: string },
  ) => Promise<unknown>,
): Operation => {
  return async (client) => {
    const { uid = "", resourceVersion = "" } = (await client.get(of, key))?.metadata ?? {};
    return call(client, { uid, resourceVersion });
  };
};
const patch = (
  of: Resource<KubeObject>,
  key: ObjectKey,
  change: { readonly metadata: object } & Record<string, unknown>,
): Operation =>
  withState(of, key, async (client, state) =>
    client.patch(of, key, { state, change, fieldManager: "patcher" }),
  );
const remove = (of: Resource<KubeObject>, key: ObjectKey): Operation =>
  withState(of, key, async (client, state) => client.delete(of, key, state));

/** Makes the fields that a create set the applier's own, as the operator does before it applies. */
const takeOver = (of: Resource<KubeObject>, key: ObjectKey): Operation =>
  withState(of, key, async (client, state) => {
    const found = (await client.get(of, key)) as
      { metadata: { managedFields: { operation: string }[] } } | undefined;
    const managedFields = (found?.metadata.managedFields ?? []).map((entry) => ({
      ...entry,
      operation: "Apply",
    }));
    return client.patch(of, key, {
      state,
      change: { metadata: { managedFields } },
      fieldManager: "ours",
    });
  });

const stale = { uid: "11111111-1111-4111-8111-111111111111", resourceVersion: "1" };
const wrongVersion = { resourceVersion: "999999999" };

const condition = (type: string, status: string): object => ({
  type,
  status,
  reason: "Tested",
  message: "",
  lastTransitionTime: "2026-11-23T12:00:00Z",
});
const verdict = (country: string, verdict: string): object => ({
  country,
  verdict,
  since: "2026-11-23T12:00:00Z",
});
const entryStatus = (fields: object): Parts => ({
  ...ledgerEntry(),
  spec: undefined,
  status: fields,
});
const fleetStatus = (fields: object): Parts => ({
  ...fleet(),
  spec: undefined,
  status: fields,
});
const labelled = (labels: object, finalizers?: readonly string[]): Parts =>
  ({
    ...ledgerEntry(),
    spec: undefined,
    metadata: { name: "ip-203-0-113-9", labels, finalizers },
  }) as unknown as Parts;
const entrySpec = (spec: object): Parts => ({ ...ledgerEntry(), spec });

const service = (ports: readonly object[], selector: object): Parts => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: inDefault("s"),
  spec: { type: "ClusterIP", clusterIP: "None", ports, selector },
});
const port = (name: string, port: number): object => ({
  name,
  port,
  targetPort: port,
  protocol: "TCP",
});
const deployment = (spec: object, env: readonly object[] = []): Parts => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: inDefault("d"),
  spec: {
    ...spec,
    selector: { matchLabels: { app: "d" } },
    template: {
      metadata: { labels: { app: "d" } },
      spec: { containers: [{ name: "c", image: "none", ...(env.length === 0 ? {} : { env }) }] },
    },
  },
});
const pod = (metadata: object = {}, parts: object = {}): Parts => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...inDefault("p"), ...metadata },
  ...parts,
});
const policy = (ports: readonly number[]): Parts => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: inDefault("n"),
  spec: {
    podSelector: { matchLabels: { app: "d" } },
    policyTypes: ["Ingress"],
    ingress: ports.map((each) => ({ ports: [{ protocol: "TCP", port: each }] })),
  },
});

/** Sequences of calls. A real API server and the simulated one must give the same answers. */
export const sequences: Readonly<Record<string, readonly Operation[]>> = {
  "Events are found by the uid of what they are about": [
    report("one", stale.uid),
    report("other", "22222222-2222-4222-8222-222222222222"),
    report("more", stale.uid),
    reportsAbout(stale.uid),
    reportsAbout("33333333-3333-4333-8333-333333333333"),
  ],
  "a create, and the same name again": [
    create(secrets, secret("a", { x: "MQ==" })),
    create(secrets, secret("a", { x: "Mg==" })),
    read(secrets, inDefault("a")),
  ],
  "applying what is not there": [
    apply(secrets, secret("b", { x: "MQ==" })),
    apply(secrets, secret("b", { x: "MQ==" })),
    apply(secrets, secret("b", { y: "MQ==" })),
    apply(secrets, secret("b", {})),
  ],
  "two managers of one object": [
    apply(secrets, secret("c", { x: "MQ==", y: "MQ==" }, { labels: { a: "1" } })),
    apply(secrets, secret("c", { y: "MQ==", z: "MQ==" }, { labels: { b: "1" } }), "theirs"),
    apply(secrets, secret("c", { z: "Mg==" })),
    apply(secrets, secret("c", {}), "theirs"),
    apply(secrets, secret("c", {})),
  ],
  "applying after a create": [
    create(secrets, secret("d", { x: "MQ==", y: "MQ==" }, { labels: { a: "1", b: "1" } })),
    apply(secrets, secret("d", { x: "Mg==" }, { labels: { a: "2" } })),
    takeOver(secrets, inDefault("d")),
    apply(secrets, secret("d", { x: "Mg==" }, { labels: { a: "2" } })),
    apply(secrets, secret("d", {})),
  ],
  "applying to another object, or another state": [
    create(secrets, secret("e", { x: "MQ==" })),
    apply(secrets, secret("e", { x: "Mg==" }, stale)),
    apply(secrets, secret("e", { x: "Mg==" }, wrongVersion)),
    apply(secrets, secret("nowhere", { x: "Mg==" }, stale)),
    async (client) =>
      client.patch(secrets, inDefault("e"), {
        state: stale,
        change: { metadata: {} },
        fieldManager: "ours",
      }),
    async (client) => client.delete(secrets, inDefault("e"), stale),
    async (client) => client.delete(secrets, inDefault("nowhere"), stale),
    async (client) =>
      client.patch(secrets, inDefault("nowhere"), {
        state: stale,
        change: { metadata: {} },
        fieldManager: "ours",
      }),
    read(secrets, inDefault("e")),
  ],
  "merge patches": [
    create(secrets, secret("f", { x: "MQ==", y: "MQ==" }, { labels: { a: "1" } })),
    patch(secrets, inDefault("f"), { metadata: { labels: { a: null, b: "2" } } }),
    patch(secrets, inDefault("f"), { metadata: {}, data: { x: null, z: "Mw==" } }),
    patch(secrets, inDefault("f"), { metadata: {} }),
    apply(secrets, secret("f", { z: "NA==" })),
    patch(secrets, inDefault("f"), { metadata: {}, data: { z: "NQ==" } }),
    apply(secrets, secret("f", {})),
  ],
  "finalizers of a secret": [
    create(secrets, secret("g", {}, { finalizers: ["a.io/a", "a.io/b"] })),
    remove(secrets, inDefault("g")),
    remove(secrets, inDefault("g")),
    patch(secrets, inDefault("g"), { metadata: { finalizers: ["a.io/a", "a.io/b", "a.io/c"] } }),
    patch(secrets, inDefault("g"), { metadata: { finalizers: ["a.io/b"] } }),
    patch(secrets, inDefault("g"), { metadata: { finalizers: [] } }),
    read(secrets, inDefault("g")),
  ],
  "a ledger entry's life": [
    create(addresses, { ...ledgerEntry(), status: { phase: "Serving" } }),
    apply(addresses, labelled({}, ["proxyfleet.dev/release-service"]), "address"),
    apply(addresses, labelled({ a: "1" }), "labeller"),
    status(
      addresses,
      entryStatus({ phase: "Provisioning", conditions: [condition("Verified", "Unknown")] }),
    ),
    status(addresses, entryStatus({ reachability: [verdict("IR", "Blocked")] }), "reachability"),
    status(
      addresses,
      entryStatus({
        phase: "Serving",
        conditions: [condition("Verified", "True"), condition("Ready", "True")],
      }),
    ),
    status(
      addresses,
      entryStatus({ reachability: [verdict("CN", "Blocked"), verdict("IR", "Suspected")] }),
      "reachability",
    ),
    status(
      addresses,
      entryStatus({ reachability: [verdict("RU", "Blocked"), verdict("CN", "Blocked")] }),
      "other",
    ),
    status(addresses, entryStatus({ reachability: [verdict("CN", "Blocked")] }), "reachability"),
    status(addresses, entryStatus({ phase: "Serving", conditions: [condition("Ready", "False")] })),
    status(addresses, entryStatus({}), "reachability"),
    apply(addresses, entrySpec({ want: "Drain", drainUntil: "2026-11-23T12:00:00Z" }), "retirer"),
    apply(
      addresses,
      entrySpec({ want: "Quarantine", quarantineUntil: "2026-11-23T12:00:00Z" }),
      "retirer",
    ),
    apply(addresses, entrySpec({ want: "Serve" }), "retirer"),
    remove(addresses, address()),
    status(addresses, entryStatus({ phase: "Quarantined" })),
    patch(addresses, address(), { metadata: { finalizers: [] } }),
    read(addresses, address()),
    status(addresses, entryStatus({ phase: "Quarantined" })),
  ],
  "what the rules of a ledger entry refuse": [
    create(addresses, ledgerEntry({ want: "Drain" })),
    create(addresses, ledgerEntry({}, "wrong-name")),
    create(addresses, ledgerEntry({ address: undefined, unknown: "field" }, "ip-x1")),
    patch(addresses, address("ip-x1"), { metadata: {}, spec: { address: "203.0.113.77" } }),
    patch(addresses, address("ip-x1"), { metadata: {}, spec: { address: "203.0.113.78" } }),
    patch(addresses, address("ip-x1"), { metadata: {}, spec: { address: null } }),
    patch(addresses, address("ip-x1"), { metadata: {}, spec: { pool: "other" } }),
    patch(addresses, address("ip-x1"), { metadata: {}, spec: { lane: 3 } }),
    patch(addresses, address("ip-x1"), { metadata: {}, spec: { lane: "many" } }),
    patch(addresses, address("ip-x1"), { metadata: {}, status: { phase: "Serving" } }),
  ],
  "a fleet with the smallest spec": [
    create(fleets, fleet()),
    apply(fleets, fleet({ replicas: 3 }), "person"),
    patch(fleets, inDefault("family"), {
      metadata: { annotations: { "proxyfleet.dev/rotate-at": "now" } },
    }),
    patch(fleets, inDefault("family"), {
      metadata: {},
      spec: { rotation: { drain: { blocked: "5m" } } },
    }),
    status(
      fleets,
      fleetStatus({
        serving: "1/2",
        addresses: [
          { address: "203.0.113.9", slot: 0, phase: "Serving", since: "2026-11-23T12:00:00Z" },
        ],
      }),
    ),
    status(fleets, fleetStatus({ serving: "2/2" })),
    apply(fleets, fleet(), "person"),
    create(fleets, fleet({ replicas: -1 }, "refused")),
    create(fleets, fleet({ addresses: { count: 65, pools: [{ name: "a" }] } }, "refused")),
  ],
  "ports and the selector of a Service": [
    apply(services, service([port("chat", 443), port("media", 587)], { app: "x", held: "y" })),
    apply(services, service([port("media", 587), port("plain", 5222)], { app: "x" })),
    apply(services, service([port("media", 587)], { app: "z" })),
  ],
  "a Deployment": [
    create(deployments, deployment({ replicas: 2 }, [{ name: "A", value: "1" }])),
    takeOver(deployments, inDefault("d")),
    apply(deployments, deployment({ replicas: 2 }, [{ name: "B", value: "1" }])),
    apply(deployments, deployment({})),
    status(
      deployments,
      { ...deployment({}), spec: undefined, status: { replicas: 2, readyReplicas: 1 } },
      "kcm",
    ),
    apply(deployments, deployment({ replicas: 3 })),
  ],
  "a pod's status and notes": [
    create(
      pods,
      pod(
        {},
        {
          spec: { containers: [{ name: "c", image: "none" }], automountServiceAccountToken: false },
        },
      ),
    ),
    status(pods, pod({ annotations: { "a.io/b": "1" } }), "pods"),
    status(
      pods,
      pod(
        {},
        {
          status: {
            phase: "Running",
            podIP: "10.0.0.1",
            podIPs: [{ ip: "10.0.0.1" }],
            conditions: [{ type: "Ready", status: "True" }],
          },
        },
      ),
      "kubelet",
    ),
    status(pods, pod({ annotations: { "a.io/b": "2" } }), "pods"),
    remove(pods, inDefault("p")),
    read(pods, inDefault("p")),
  ],
  "a NetworkPolicy": [
    apply(networkPolicies, policy([1, 2])),
    apply(networkPolicies, policy([2])),
    apply(networkPolicies, policy([2])),
  ],
};
