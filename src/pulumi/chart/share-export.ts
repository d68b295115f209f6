import { given, imageName, userId } from "./deployment.ts";
import { annotated, type Installation, type Manifest, metadataOf } from "./installation.ts";
import { shareExportAccount } from "./rights.ts";
import type { ChartValues } from "./values.ts";

/** What selects the export's pods: no Service, policy or budget of the operator may select them. */
const selector = { "app.kubernetes.io/name": "proxyfleet-share-export" } as const;

/** What writes share pages into a volume, and its account. */
export function shareExport(installation: Installation): readonly Manifest[] {
  const { commonAnnotations, commonLabels } = installation.values;
  const metadata = metadataOf(installation, "proxyfleet-share-export");
  const labels = { ...commonLabels, ...selector };
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: metadataOf(installation, shareExportAccount),
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 1,
        // The volume may be one that a single node mounts at a time.
        strategy: { type: "Recreate" },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels, ...annotated(commonAnnotations) },
          spec: podSpec(installation),
        },
      },
    },
  ];
}

function podSpec({ values, version }: Installation): object {
  const { volume, sidecars } = values.shareExport;
  return {
    serviceAccountName: shareExportAccount,
    terminationGracePeriodSeconds: 20,
    ...given("imagePullSecrets", values.imagePullSecrets),
    ...given("nodeSelector", values.nodeSelector),
    ...given("tolerations", values.tolerations),
    securityContext: {
      runAsNonRoot: true,
      ...(values.fixedUid ? { runAsUser: userId, runAsGroup: userId, fsGroup: userId } : {}),
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [container(values, version), ...sidecars],
    volumes: [{ ...(Object.keys(volume).length === 0 ? { emptyDir: {} } : volume), name: "pages" }],
  };
}

function container(values: ChartValues, version: string): object {
  const { fleets, resources } = values.shareExport;
  return {
    name: "share-export",
    image: imageName(values.image, version),
    imagePullPolicy: values.imagePullPolicy,
    args: [
      "share",
      ...fleets.map(({ namespace, name }) => `${namespace}/${name}`),
      "--out=/pages",
      "--watch",
    ],
    ...given("resources", resources),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [{ name: "pages", mountPath: "/pages" }],
  };
}
