import { z } from "zod";
import { newsKinds } from "../../values/news-kinds.ts";
import { logLevels } from "../../values/log-levels.ts";
import {
  grafanaDashboard,
  podMonitor,
  prometheusRule,
  serviceMonitor,
} from "./monitoring-values.ts";
import { rbac } from "./rights-values.ts";
import { rollouts } from "./rollout-values.ts";
import { privateUpstreams } from "./upstream-values.ts";
import { dashboard, ingestion, pages, podPart, podParts, texts } from "./served-values.ts";

const image = (whose: string, repository: string) =>
  z
    .strictObject({
      repository: z
        .string()
        .min(1)
        .default(repository)
        .describe("Name of the image, with its registry where it needs one."),
      tag: z.string().default("").describe("Tag. Empty: the version of the chart."),
      digest: z
        .string()
        .regex(/^(sha256:[0-9a-f]{64})?$/)
        .default("")
        .describe("Digest, such as sha256:…. It takes precedence over the tag."),
    })
    .prefault({})
    .describe(whose);

const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

const crds = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe("Install the CRDs, and upgrade them with the release."),
    keep: z
      .boolean()
      .default(true)
      .describe(
        "Keep the CRDs in the cluster on uninstall. Without them, all fleets and the memory of used addresses are lost. With false, delete fleets, addresses and pools before you uninstall: see docs/install.md.",
      ),
  })
  .prefault({})
  .describe("Custom resource definitions.");

const serviceAccount = z
  .strictObject({
    create: z
      .boolean()
      .default(true)
      .describe("Create the ServiceAccount. With false, it must exist already."),
    name: z.string().min(1).default("proxyfleet").describe("Its name."),
    annotations: texts.default({}).describe("Its annotations, for example for a cloud identity."),
  })
  .prefault({})
  .describe("The operator's ServiceAccount.");

const feeds = z
  .strictObject({
    ioda: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe("Ask IODA, which needs no account, whether countries are offline."),
      })
      .prefault({})
      .describe("IODA, of the Georgia Institute of Technology."),
    radar: z
      .strictObject({
        tokenSecret: z
          .string()
          .regex(/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$/)
          .default("")
          .describe(
            "Secret in the operator's namespace, whose key `token` is a token with the permission to read Radar. Empty: Radar is not asked.",
          ),
      })
      .prefault({})
      .describe("Cloudflare Radar."),
  })
  .prefault({})
  .describe(
    "Outage feeds: while one says that a country is offline, its groups don't move. They learn which countries your fleets are for.",
  );

const receiver = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
  url: z.string().regex(/^https?:\/\/[!-~]+$/),
  secretRef: z.strictObject({
    name: z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/),
    key: z
      .string()
      .regex(/^[-._a-zA-Z0-9]{1,253}$/)
      .optional(),
  }),
  links: z.boolean().optional(),
  kinds: z.array(z.enum(newsKinds)).min(1).optional(),
});

const news = z
  .strictObject({
    receivers: z
      .array(receiver)
      .max(16)
      .default([])
      .describe(
        "Who is sent news over HTTPS, as `- name: …, url: …, secretRef: {name: …, key: secret}, links: false, kinds: […]`. The Secret, in the operator's namespace, has what news is signed with. links: true: with the links of groups. No kinds: all. At most 16.",
      ),
  })
  .prefault({})
  .describe("What happens is sent to receivers of your own, such as a bot: see docs/news.md.");
const shareExport = z
  .strictObject({
    fleets: z
      .array(
        z.strictObject({
          namespace: namespaceName,
          name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/),
        }),
      )
      .max(256)
      .default([])
      .describe(
        "Fleets whose share pages are written, as `- {namespace: …, name: …}`. It may read their Secrets, and no others. Empty: no export.",
      ),
    volume: podPart
      .default({})
      .describe(
        "Where the pages go, as a volume of a pod without its name: a claim, for example, or a CSI driver's mount of an object store. Empty: an emptyDir, for sidecars.",
      ),
    sidecars: podParts
      .default([])
      .describe(
        "More containers of that pod. They find the pages in the volume `pages`, and serve them or take them elsewhere.",
      ),
    resources: podPart
      .default({ requests: { cpu: "10m", memory: "128Mi" }, limits: { memory: "256Mi" } })
      .describe("Requests and limits of the container that writes the pages."),
  })
  .prefault({})
  .describe(
    "Share pages as files, for a site hosted elsewhere (docs/share-elsewhere.md): a Deployment that keeps them up to date.",
  );

const dns = z
  .strictObject({
    resolvers: z
      .array(z.string().regex(/^[0-9A-Fa-f.:[\]]+$/))
      .max(8)
      .default([])
      .describe(
        "DNS servers that the operator asks what names lead to, as address or address:port. Empty: those of its pods. At most 8.",
      ),
  })
  .prefault({})
  .describe(
    "Names of groups (spec.dns of fleets), which ExternalDNS publishes. Each of these DNS servers learns the names, so choose some that people use anyway.",
  );

/**
 * The values of the chart: what a person may set, with descriptions and defaults. values.yaml,
 * values.schema.json and the chart's README are written from it by `make gen`.
 */
export const chartValues = z.strictObject({
  global: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("For charts that include this one. Not used here."),
  enabled: z
    .boolean()
    .optional()
    .describe("For charts that include this one under a condition. Not used here."),
  image: image("The operator's image.", "proxyfleet/operator"),
  imagePullPolicy: z
    .enum(["Always", "IfNotPresent", "Never"])
    .default("IfNotPresent")
    .describe("When nodes fetch the operator's image."),
  imagePullSecrets: z
    .array(z.strictObject({ name: z.string().min(1) }))
    .default([])
    .describe(
      "Secrets to fetch the operator's image with, as `- name: …`. Fleets name their own in spec.image.pullSecrets.",
    ),
  proxyImage: image("The image of proxy pods, for fleets that name none.", "proxyfleet/proxy"),
  rollouts,
  crds,
  namespace: z
    .strictObject({
      create: z
        .boolean()
        .default(false)
        .describe(
          "Also render the release's Namespace, with the restricted Pod Security level. For tools that render the chart and apply it.",
        ),
    })
    .prefault({})
    .describe("The operator's namespace."),
  watchNamespaces: z
    .array(namespaceName)
    .default([])
    .describe(
      "Namespaces whose fleets the operator serves; they must exist already. It has no rights on others. Empty: all.",
    ),
  monitoringNamespaces: z
    .array(namespaceName)
    .default(["monitoring"])
    .describe(
      "Namespaces that may read the metrics of proxy pods: where Prometheus runs. The pods' NetworkPolicies let it in.",
    ),
  privateUpstreams,
  fixedUid: z
    .boolean()
    .default(true)
    .describe(
      "Run the operator's pods and the proxy pods as user 65532. With false, the cluster chooses their user, as OpenShift does: see docs/openshift.md.",
    ),
  replicas: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe("Pods of the operator. One leads; the others are ready to take over."),
  logLevel: z.enum(logLevels).default("info").describe("How much is logged."),
  workers: z
    .int()
    .min(1)
    .max(64)
    .default(8)
    .describe("How many objects of each kind are reconciled at once."),
  env: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        value: z.string().optional(),
        valueFrom: podPart.optional(),
      }),
    )
    .default([])
    .describe(
      "Additional environment variables of the operator. `proxyfleet operator --help` lists those that it reads.",
    ),
  resources: podPart
    .default({ requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } })
    .describe("Requests and limits of an operator pod."),
  priorityClassName: z.string().default("").describe("PriorityClass of the operator's pods."),
  nodeSelector: texts.default({}).describe("Labels of the nodes that may run the operator."),
  tolerations: podParts.default([]).describe("Taints that the operator's pods tolerate."),
  affinity: podPart.default({}).describe("Affinity of the operator's pods."),
  topologySpreadConstraints: podParts
    .default([])
    .describe(
      "How the operator's pods spread. Empty: over nodes and zones, where there are several. Constraints without a labelSelector count these pods.",
    ),
  commonLabels: texts.default({}).describe("Additional labels for every object of the chart."),
  commonAnnotations: texts
    .default({})
    .describe("Additional annotations for every object of the chart."),
  podLabels: texts.default({}).describe("Additional labels for the operator's pods."),
  podAnnotations: texts.default({}).describe("Additional annotations for the operator's pods."),
  serviceAccount,
  rbac,
  podDisruptionBudget: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe("A drained node takes one operator pod at a time."),
    })
    .prefault({})
    .describe("Protection of the operator's pods."),
  networkPolicy: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe(
          "Let only probes and scrapes of metrics reach the operator's pods, and agents, share pages and the dashboard where they are served.",
        ),
      from: podParts
        .default([])
        .describe("Who may scrape, as `from` of a NetworkPolicy. Empty: all."),
    })
    .prefault({})
    .describe(
      "What may reach the operator's pods. What they reach is not limited: the API server's address is not known here.",
    ),
  ingestion,
  pages,
  dashboard,
  shareExport,
  feeds,
  news,
  dns,
  serviceMonitor,
  podMonitor,
  prometheusRule,
  grafanaDashboard,
});

/** All values, defaults included. */
export type ChartValues = z.output<typeof chartValues>;

/** The values where a person sets none. */
export const defaultValues: ChartValues = chartValues.parse({});
