import {
  annotated,
  type Installation,
  type Manifest,
  metadataOf,
  selector,
} from "./installation.ts";
import { hasNews, receiversKey, receiversName } from "./news-receivers.ts";
import type { ChartValues } from "./values.ts";

/** Port of the operator's probes and metrics. */
export const healthPort = 8081;

/** The user that the operator's image runs as, unless the cluster is to choose one. */
export const userId = 65_532;

/** The operator. Of its replicas one leads; the others keep their caches warm and take over. */
export function deployment(installation: Installation): Manifest {
  const { values } = installation;
  const annotations = { ...values.commonAnnotations, ...values.podAnnotations };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(installation, "proxyfleet"),
    spec: {
      replicas: values.replicas,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } },
      selector: { matchLabels: selector },
      template: {
        metadata: {
          labels: { ...values.commonLabels, ...values.podLabels, ...selector },
          ...annotated(annotations),
        },
        spec: podSpec(installation),
      },
    },
  };
}

function podSpec(installation: Installation): object {
  const { values } = installation;
  return {
    serviceAccountName: values.serviceAccount.name,
    terminationGracePeriodSeconds: 20,
    ...given("imagePullSecrets", values.imagePullSecrets),
    ...given("priorityClassName", values.priorityClassName),
    ...given("nodeSelector", values.nodeSelector),
    ...given("tolerations", values.tolerations),
    ...given("affinity", values.affinity),
    topologySpreadConstraints: spread(values),
    securityContext: {
      runAsNonRoot: true,
      ...(values.fixedUid ? { runAsUser: userId, runAsGroup: userId } : {}),
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [container(installation)],
    ...(hasNews(values)
      ? { volumes: [{ name: newsVolume, configMap: { name: receiversName } }] }
      : {}),
  };
}

/** What the operator is started with where it serves agents. */
function ingestionArgs({ ingestion }: ChartValues): readonly string[] {
  const { enabled, port, addresses, elsewhere, certificateSecret } = ingestion;
  const flag = (name: string, value: string) => (value === "" ? [] : [`--${name}=${value}`]);
  if (!enabled) return [];
  return [
    `--ingestion-port=${String(port)}`,
    ...flag("ingestion-addresses", addresses.join(",")),
    ...flag("ingestion-elsewhere", elsewhere.join(",")),
    ...flag("ingestion-certificate", certificateSecret),
  ];
}

/** What the operator is started with where it serves share pages. */
function pagesArgs({ pages }: ChartValues): readonly string[] {
  const { enabled, port, certificateSecret } = pages;
  if (!enabled) return [];
  return [
    `--pages-port=${String(port)}`,
    ...(certificateSecret === "" ? [] : [`--pages-certificate=${certificateSecret}`]),
  ];
}

/** What the operator is started with where it serves the dashboard. */
function dashboardArgs({ dashboard }: ChartValues): readonly string[] {
  const { enabled, port, certificateSecret } = dashboard;
  if (!enabled) return [];
  return [
    `--dashboard-port=${String(port)}`,
    ...(certificateSecret === "" ? [] : [`--dashboard-certificate=${certificateSecret}`]),
  ];
}

function operatorArgs(values: ChartValues): readonly string[] {
  const { dns, feeds, monitoringNamespaces, privateUpstreams, watchNamespaces } = values;
  const limits =
    watchNamespaces.length === 0 ? [] : [`--watch-namespaces=${watchNamespaces.join(",")}`];
  const { tokenSecret } = feeds.radar;
  return [
    "operator",
    `--log-level=${values.logLevel}`,
    `--workers=${values.workers}`,
    `--hold-rollouts=${values.rollouts.hold}`,
    `--rollouts-percent=${values.rollouts.percent}`,
    `--monitoring-namespaces=${monitoringNamespaces.join(",")}`,
    ...limits,
    ...ingestionArgs(values),
    ...pagesArgs(values),
    ...dashboardArgs(values),
    ...(privateUpstreams.length === 0 ? [] : [`--private-upstreams=${privateUpstreams.join(",")}`]),
    ...(values.fixedUid ? [] : ["--fixed-uid=false"]),
    ...(feeds.ioda.enabled ? ["--feeds-ioda=true"] : []),
    ...(tokenSecret === "" ? [] : [`--feeds-radar-token-secret=${tokenSecret}`]),
    ...(dns.resolvers.length === 0 ? [] : [`--resolvers=${dns.resolvers.join(",")}`]),
    ...(hasNews(values) ? [`--news-config=${newsFolder}/${receiversKey}`] : []),
  ];
}

const newsVolume = "news";
const newsFolder = "/etc/proxyfleet/news";

function container({ values, version }: Installation): object {
  const { ingestion, pages, dashboard } = values;
  const podIp = { apiVersion: "v1", fieldPath: "status.podIP" };
  return {
    name: "operator",
    image: imageName(values.image, version),
    imagePullPolicy: values.imagePullPolicy,
    args: operatorArgs(values),
    env: [
      {
        name: "POD_NAMESPACE",
        valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } },
      },
      { name: "PROXY_IMAGE", value: imageName(values.proxyImage, version) },
      ...(ingestion.enabled || pages.enabled
        ? [{ name: "POD_IP", valueFrom: { fieldRef: podIp } }]
        : []),
      ...values.env,
    ],
    ports: [
      { name: "health", containerPort: healthPort },
      ...(ingestion.enabled ? [{ name: "agents", containerPort: ingestion.port }] : []),
      ...(pages.enabled ? [{ name: "pages", containerPort: pages.port }] : []),
      ...(dashboard.enabled ? [{ name: "dashboard", containerPort: dashboard.port }] : []),
    ],
    livenessProbe: {
      httpGet: { path: "/livez", port: "health" },
      periodSeconds: 10,
      timeoutSeconds: 5,
    },
    readinessProbe: { httpGet: { path: "/readyz", port: "health" }, periodSeconds: 2 },
    ...given("resources", values.resources),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    ...(hasNews(values)
      ? { volumeMounts: [{ name: newsVolume, mountPath: newsFolder, readOnly: true }] }
      : {}),
  };
}

/** Two replicas on one node, or in one zone, would fail together. */
function spread({ topologySpreadConstraints: wished }: ChartValues): readonly object[] {
  const labelSelector = { matchLabels: selector };
  const own = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
  }));
  return (wished.length === 0 ? own : wished).map((constraint) => ({
    labelSelector,
    ...constraint,
  }));
}

/** repository:tag, or repository@digest. */
export function imageName(
  { repository, tag, digest }: ChartValues["image"],
  version: string,
): string {
  return digest === "" ? `${repository}:${tag === "" ? version : tag}` : `${repository}@${digest}`;
}

/** The field, unless its value is empty: an empty one is left out. */
export function given(field: string, value: string | object): Record<string, unknown> {
  return Object.keys(value).length === 0 ? {} : { [field]: value };
}
