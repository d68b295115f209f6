import { alertGroup } from "./alerts.ts";
import { dashboardJson } from "./dashboard/dashboard.ts";
import { healthPort } from "./deployment.ts";
import {
  annotated,
  type Installation,
  type Manifest,
  metadataOf,
  selector,
} from "./installation.ts";

const monitoring = "monitoring.coreos.com/v1";

/** How Prometheus finds the operator's pods: a ServiceMonitor, and the Service that it looks at. */
export function serviceMonitor(installation: Installation): readonly Manifest[] {
  const { interval, labels } = installation.values.serviceMonitor;
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadataOf(installation, "proxyfleet-metrics"),
      spec: {
        clusterIP: "None",
        selector,
        ports: [{ name: "metrics", port: healthPort, targetPort: "health" }],
      },
    },
    {
      apiVersion: monitoring,
      kind: "ServiceMonitor",
      metadata: labelled(metadataOf(installation, "proxyfleet"), labels),
      spec: {
        selector: { matchLabels: selector },
        endpoints: [{ port: "metrics", interval, honorLabels: true }],
      },
    },
  ];
}

/**
 * How Prometheus finds the proxy pods. They are known by labels that nothing else carries, in
 * whichever namespaces they are.
 */
export function podMonitor(installation: Installation): Manifest {
  const { podMonitor: wish, watchNamespaces } = installation.values;
  return {
    apiVersion: monitoring,
    kind: "PodMonitor",
    metadata: labelled(metadataOf(installation, "proxyfleet-proxies"), wish.labels),
    spec: {
      namespaceSelector:
        watchNamespaces.length === 0 ? { any: true } : { matchNames: watchNamespaces },
      selector: {
        matchLabels: {
          "app.kubernetes.io/name": "whatsapp-proxy",
          "app.kubernetes.io/managed-by": "proxyfleet",
        },
      },
      podMetricsEndpoints: [{ port: "supervisor", path: "/metrics", interval: wish.interval }],
    },
  };
}

/** Alerts, made of the operator's metrics. */
export function prometheusRule(installation: Installation): Manifest {
  const { labels, poolLow, runbooks, grafana } = installation.values.prometheusRule;
  const { namespace } = installation;
  return {
    apiVersion: monitoring,
    kind: "PrometheusRule",
    metadata: labelled(metadataOf(installation, "proxyfleet"), labels),
    spec: { groups: [alertGroup({ namespace, poolLow: String(poolLow), runbooks, grafana })] },
  };
}

/** A dashboard for Grafana, in the form that its sidecar looks for. */
export function grafanaDashboard(installation: Installation): Manifest {
  const { label, labelValue, annotations: own } = installation.values.grafanaDashboard;
  const { annotations, ...metadata } = labelled(metadataOf(installation, "proxyfleet-dashboard"), {
    [label]: labelValue,
  });
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...metadata, ...annotated({ ...annotations, ...own }) },
    data: { "proxyfleet.json": dashboardJson() },
  };
}

function labelled(
  metadata: Manifest["metadata"],
  more: Readonly<Record<string, string>>,
): Manifest["metadata"] {
  return { ...metadata, labels: { ...more, ...metadata.labels } };
}
