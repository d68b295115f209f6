import { crdOf } from "../../api/crd.ts";
import { kinds } from "../../api/kinds.ts";
import { deployment } from "./deployment.ts";
import {
  annotated,
  clusterWide,
  type Installation,
  labelsOf,
  type Manifest,
  metadataOf,
  selector,
} from "./installation.ts";
import { grafanaDashboard, podMonitor, prometheusRule, serviceMonitor } from "./monitoring.ts";
import { hasNews, newsReceivers } from "./news-receivers.ts";
import { peopleRights } from "./people-rights.ts";
import { rights, shareExportRights } from "./rights.ts";
import { shareExport } from "./share-export.ts";
import type { ChartValues } from "./values.ts";

/**
 * The objects that an installation consists of: what the Helm chart makes of the same values (a
 * test holds the two equal, object by object). Which objects these are, and in which order, depends
 * on the switches among the values, on `watchNamespaces`, on `shareExport.fleets`, and on whether
 * there are receivers of news.
 */
export function objectsOf(installation: Installation): readonly Manifest[] {
  const { values } = installation;
  const exports = values.shareExport.fleets.length > 0;
  const only = (
    isWanted: boolean,
    make: (installation: Installation) => Manifest | readonly Manifest[],
  ) => (isWanted ? [make(installation)].flat() : []);
  return [
    ...only(values.namespace.create, namespace),
    ...only(values.crds.enabled, crds),
    ...only(values.serviceAccount.create, serviceAccount),
    ...only(values.rbac.create, rights),
    ...only(values.rbac.create, peopleRights),
    ...only(values.networkPolicy.enabled, networkPolicy),
    ...only(values.ingestion.enabled, agentsService),
    ...only(values.pages.enabled, pagesService),
    ...only(values.dashboard.enabled, dashboardService),
    ...only(hasNews(values), newsReceivers),
    ...only(values.podDisruptionBudget.enabled, podDisruptionBudget),
    ...only(values.serviceMonitor.enabled, serviceMonitor),
    ...only(values.podMonitor.enabled, podMonitor),
    ...only(values.prometheusRule.enabled, prometheusRule),
    ...only(values.grafanaDashboard.enabled, grafanaDashboard),
    ...only(exports, shareExport),
    ...only(exports && values.rbac.create, shareExportRights),
    deployment(installation),
  ];
}

function namespace(installation: Installation): Manifest {
  const { labels, ...metadata } = clusterWide(installation, installation.namespace);
  const level = { "pod-security.kubernetes.io/enforce": "restricted" };
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { ...metadata, labels: { ...labels, ...level } },
  };
}

function crds(installation: Installation): readonly Manifest[] {
  return kinds.map((kind) => {
    const { metadata, ...crd } = crdOf(kind);
    return { ...crd, metadata: clusterWide(installation, metadata.name) };
  });
}

function serviceAccount(installation: Installation): Manifest {
  const { serviceAccount: wish, commonAnnotations } = installation.values;
  const { name, namespace } = metadataOf(installation, wish.name);
  const metadata = { name, namespace: namespace ?? "", labels: labelsOf(installation) };
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { ...metadata, ...annotated({ ...commonAnnotations, ...wish.annotations }) },
  };
}

function networkPolicy(installation: Installation): Manifest {
  const { networkPolicy: wish, ingestion, pages, dashboard } = installation.values;
  const { from } = wish;
  const ports = [{ protocol: "TCP", port: "health" }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadataOf(installation, "proxyfleet"),
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ["Ingress"],
      ingress: [
        from.length === 0 ? { ports } : { ports, from },
        ...(ingestion.enabled ? [{ ports: [{ protocol: "TCP", port: "agents" }] }] : []),
        ...(pages.enabled ? [{ ports: [{ protocol: "TCP", port: "pages" }] }] : []),
        ...(dashboard.enabled ? [dashboardIngress(dashboard.from)] : []),
      ],
    },
  };
}

function dashboardIngress(from: ChartValues["dashboard"]["from"]): object {
  const ports = [{ protocol: "TCP", port: "dashboard" }];
  return from.length === 0 ? { ports } : { ports, from };
}

/** Where volunteers' agents arrive: at any replica. */
function agentsService(installation: Installation): Manifest {
  return serviceFor("agents", installation.values.ingestion.service, installation);
}

/** Where people open share pages: at any replica. */
function pagesService(installation: Installation): Manifest {
  return serviceFor("pages", installation.values.pages.service, installation);
}

/** Where people of the cluster open the dashboard: at any replica. */
function dashboardService(installation: Installation): Manifest {
  return serviceFor("dashboard", installation.values.dashboard.service, installation);
}

function serviceFor(
  what: "agents" | "dashboard" | "pages",
  { type, port, annotations: own }: ChartValues["pages"]["service"],
  installation: Installation,
): Manifest {
  const { annotations, ...metadata } = metadataOf(installation, `proxyfleet-${what}`);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, ...annotated({ ...annotations, ...own }) },
    spec: {
      type,
      selector,
      ports: [{ name: what, port, targetPort: what }],
    },
  };
}

function podDisruptionBudget(installation: Installation): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadataOf(installation, "proxyfleet"),
    spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
  };
}
