import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { Settings } from "../cluster/settings.ts";
import { childName, fleetLabels, podSelector, supervisorPort } from "../api/names.ts";
import { podMemory } from "./pod-memory.ts";
import type { Deployment, OwnerReference } from "../kubernetes/objects.ts";
import { present } from "../values/present.ts";

export interface ChildOwner {
  readonly namespace: string;
  readonly fleet: string;
  readonly owner: OwnerReference;
}

/**
 * The user that the proxy image runs as: no one in particular, and not root. Clusters such as
 * OpenShift refuse it, and give each namespace uids of its own (OpenShift documentation, "Managing
 * security context constraints"): `Settings.fixedUid`.
 */
const userId = 65532;

/** A pod that goes accepts for as long, since nodes still send people to it (seconds). */
const lingerSeconds = 10;

/** Then it keeps its sessions for up to nine minutes. One without any goes at once (seconds). */
const drainSeconds = 540;

/**
 * What a pod takes at most to end, with a reserve (seconds). Autoscalers of nodes wait for ten
 * minutes and not longer (cluster-autoscaler FAQ, `--max-graceful-termination-sec`): all would be
 * cut off at once then, in the middle of their drain.
 */
const graceSeconds = lingerSeconds + drainSeconds + 40;

/** CPU autoscaling needs a request to compare with. */
const cpuRequest = "100m";

/**
 * The fleet's proxy pods: one shared image, no rights, no service account, nothing written to disk.
 */
export function deploymentManifest(
  { namespace, fleet, owner }: ChildOwner,
  spec: Pick<WhatsAppProxySpec, "replicas">,
  template: PodTemplate,
): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: childName(fleet),
      namespace,
      labels: fleetLabels(fleet),
      ownerReferences: [owner],
    },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: podSelector(fleet) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template,
    },
  };
}

type PodTemplate = Deployment["spec"]["template"];

/** What each of the fleet's pods is made from. Where it changes, the pods are replaced. */
export function podTemplate(
  fleet: string,
  spec: WhatsAppProxySpec,
  { proxyImage, fixedUid = true }: Pick<Settings, "proxyImage" | "fixedUid">,
): PodTemplate {
  const labels = { ...spec.podMetadata?.labels, ...fleetLabels(fleet) };
  const annotations = spec.podMetadata?.annotations ?? {};
  // A user that the cluster chose may come without the group that volumes are given to. The pod has
  // one container, so nobody else reads there.
  const defaultMode = fixedUid ? 0o440 : 0o444;
  return {
    metadata: { labels, annotations },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds,
      // The kernel throws away a signal for a first process that has not said yet that it wants
      // it: a pod that is asked to go while it starts would stay for the whole of its grace.
      shareProcessNamespace: true,
      securityContext: {
        runAsNonRoot: true,
        ...(fixedUid ? { runAsUser: userId, runAsGroup: userId, fsGroup: userId } : {}),
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...scheduling(spec, fleet),
      ...present({ imagePullSecrets: spec.image?.pullSecrets?.map(({ name }) => ({ name })) }),
      containers: [container(spec, proxyImage)],
      volumes: [
        { name: "config", secret: { secretName: childName(fleet), defaultMode } },
        { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
      ],
    },
  };
}

type PodSpec = NonNullable<Deployment["spec"]["template"]["spec"]>;

function container(spec: WhatsAppProxySpec, defaultImage: string): PodSpec["containers"][number] {
  const probe = (path: string) => ({ httpGet: { path, port: supervisorPort } });
  return {
    name: "proxy",
    image: imageOf(spec, defaultImage),
    args: ["--linger", `${lingerSeconds}s`, "--drain", `${drainSeconds}s`],
    ...present({ imagePullPolicy: spec.image?.pullPolicy }),
    ports: [{ name: "supervisor", containerPort: supervisorPort, protocol: "TCP" }],
    readinessProbe: { ...probe("/readyz"), periodSeconds: 2, failureThreshold: 3 },
    livenessProbe: {
      ...probe("/livez"),
      periodSeconds: 10,
      failureThreshold: 3,
      timeoutSeconds: 5,
    },
    resources: resourcesOf(spec),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "config", mountPath: "/etc/proxyfleet", readOnly: true },
      { name: "run", mountPath: "/run/proxyfleet" },
    ],
  };
}

/** Quantities may be written as numbers; Kubernetes knows them as text. */
function resourcesOf({
  resources,
  limits: { maxConnections },
}: WhatsAppProxySpec): NonNullable<PodSpec["containers"][number]["resources"]> {
  if (resources === undefined) {
    const { request, limit } = podMemory(maxConnections);
    return { requests: { cpu: cpuRequest, memory: request }, limits: { memory: limit } };
  }
  const texts = (amounts: Readonly<Record<string, string | number>> | undefined) =>
    amounts &&
    Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]));
  const { requests, limits } = resources;
  return present({ requests: texts(requests), limits: texts(limits) });
}

/**
 * `repository:tag@digest` from the spec; what it leaves out comes from the operator's own default.
 */
function imageOf(spec: WhatsAppProxySpec, defaultImage: string): string {
  const { repository, tag, digest } = spec.image ?? {};
  if (repository === undefined && tag === undefined && digest === undefined) return defaultImage;
  const [, defaultRepository = defaultImage, defaultTag] =
    /^(.+?)(?::([^/:@]+))?(?:@.+)?$/.exec(defaultImage) ?? [];
  const name = repository ?? defaultRepository;
  const version =
    tag ?? (repository === undefined && digest === undefined ? defaultTag : undefined);
  return `${name}${version === undefined ? "" : `:${version}`}${digest === undefined ? "" : `@${digest}`}`;
}

function scheduling(spec: WhatsAppProxySpec, fleet: string): Partial<PodSpec> {
  const spread = (topologyKey: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: podSelector(fleet) },
  });
  const { nodeSelector, tolerations, priorityClassName } = spec.scheduling ?? {};
  return {
    topologySpreadConstraints: [
      spread("kubernetes.io/hostname"),
      spread("topology.kubernetes.io/zone"),
    ],
    ...present({ nodeSelector, tolerations: tolerations?.map(present), priorityClassName }),
  };
}
