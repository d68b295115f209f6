import { parseArgs } from "node:util";
import { z } from "zod";
import type { IngestionSettings } from "./ingestion/settings.ts";
import type { PagesSettings } from "./pages/settings.ts";
import { endpoints, names, networks, resolvers, truth } from "./config-values.ts";
import type { DashboardSettings } from "./web/settings.ts";
import type { FeedSettings, RolloutSettings } from "./cluster/settings.ts";
import { ProxyfleetError } from "./values/errors.ts";
import { type LogLevel, logLevels } from "./values/log-levels.ts";

/** A flag, or the environment variable behind it, has a value that can't be used. */
export class ConfigError extends ProxyfleetError {}

/**
 * What an agent tries abroad by default: sites that hardly anybody blocks, and that are served, as
 * far as is known, from other countries only: one inside would answer while the borders are shut.
 */
const elsewhere = "www.ripe.net,www.gnu.org,www.debian.org";

const options = {
  kubeconfig: {
    type: "string",
    env: "KUBECONFIG_FILE",
    help: "kubeconfig file (default: KUBECONFIG, ~/.kube/config, or the pod's service account)",
  },
  "log-level": {
    type: "string",
    env: "LOG_LEVEL",
    help: `${logLevels.join(", ")} (default: info)`,
  },
  "health-port": {
    type: "string",
    env: "HEALTH_PORT",
    help: "port of /livez, /readyz and /metrics (default: 8081)",
  },
  "proxy-image": {
    type: "string",
    env: "PROXY_IMAGE",
    help: "image of proxy pods where a fleet names none",
  },
  "fixed-uid": {
    type: "string",
    env: "FIXED_UID",
    help: "true, or false where the cluster chooses the user of proxy pods, as OpenShift does (default: true)",
  },
  namespace: {
    type: "string",
    env: "POD_NAMESPACE",
    help: "namespace that the operator runs in (default: proxyfleet-system)",
  },
  "watch-namespaces": {
    type: "string",
    env: "WATCH_NAMESPACES",
    help: "namespaces of fleets, separated by commas; it then needs no rights on others (default: all)",
  },
  "monitoring-namespaces": {
    type: "string",
    env: "MONITORING_NAMESPACES",
    help: "namespaces, separated by commas, that may read metrics of proxy pods (default: monitoring)",
  },
  "private-upstreams": {
    type: "string",
    env: "PRIVATE_UPSTREAMS",
    help: "networks, such as 10.8.0.0/16, separated by commas, that fleets may have upstreams in although they are private (default: none)",
  },
  "leader-election": {
    type: "string",
    env: "LEADER_ELECTION",
    help: "true, or false where only one operator can run (default: true)",
  },
  "hold-rollouts": {
    type: "string",
    env: "HOLD_ROLLOUTS",
    help: "true: pods that an earlier version of the operator made stay as they are (default: false)",
  },
  "rollouts-percent": {
    type: "string",
    env: "ROLLOUTS_PERCENT",
    help: "of all fleets, so many at once, and at least one, get the pods of a newer operator (default: 5)",
  },
  workers: {
    type: "string",
    env: "WORKERS",
    help: "how many objects of each kind are reconciled at once (default: 8)",
  },
  "max-requests-per-second": {
    type: "string",
    env: "MAX_REQUESTS_PER_SECOND",
    help: "limit on requests to the API server; 0 = none, since the server has its own (default: 0)",
  },
  http2: {
    type: "string",
    env: "HTTP2",
    help: "true, or false where something on the way to the API server can't do HTTP/2 (default: true)",
  },
  "ingestion-port": {
    type: "string",
    env: "INGESTION_PORT",
    help: "port for the agents of volunteers, over HTTPS; 0 = none (default: 0)",
  },
  "ingestion-addresses": {
    type: "string",
    env: "INGESTION_ADDRESSES",
    help: "host:port, separated by commas, where agents find it besides what their lines say (default: none)",
  },
  "ingestion-elsewhere": {
    type: "string",
    env: "INGESTION_ELSEWHERE",
    help: `hosts abroad, separated by commas, that agents try when an address fails (default: ${elsewhere})`,
  },
  "ingestion-certificate": {
    type: "string",
    env: "INGESTION_CERTIFICATE",
    help: "Secret in its namespace with the certificate for agents (default: makes one itself)",
  },
  "pod-ip": {
    type: "string",
    env: "POD_IP",
    help: "address at which other replicas hand it what agents found and people reported (default: none)",
  },
  "pages-port": {
    type: "string",
    env: "PAGES_PORT",
    help: "port for share pages; 0 = none (default: 0)",
  },
  "pages-certificate": {
    type: "string",
    env: "PAGES_CERTIFICATE",
    help: "Secret in its namespace with a certificate for share pages (default: plain HTTP, for an Ingress or a Gateway)",
  },
  "dashboard-port": {
    type: "string",
    env: "DASHBOARD_PORT",
    help: "port for the dashboard; 0 = none (default: 0)",
  },
  "dashboard-certificate": {
    type: "string",
    env: "DASHBOARD_CERTIFICATE",
    help: "Secret in its namespace with a certificate for the dashboard (default: plain HTTP, for an Ingress or a Gateway)",
  },
  "feeds-ioda": {
    type: "string",
    env: "FEEDS_IODA",
    help: "true: ask IODA whether the countries of fleets are offline; moves are held then (default: false)",
  },
  "feeds-radar-token-secret": {
    type: "string",
    env: "FEEDS_RADAR_TOKEN_SECRET",
    help: 'Secret in its namespace with a token of Cloudflare Radar (key "token"), which is asked the same (default: none)',
  },
  "news-config": {
    type: "string",
    env: "NEWS_CONFIG",
    help: "file (YAML or JSON) with the receivers of news; it may change while the operator runs (default: none)",
  },
  resolvers: {
    type: "string",
    env: "RESOLVERS",
    help: "DNS servers that names of fleets are checked at, as address or address:port, separated by commas (default: those of its machine)",
  },
  "diagnosis-folder": {
    type: "string",
    env: "DIAGNOSIS_FOLDER",
    help: "writable folder: on SIGUSR2, a CPU profile and a heap snapshot are written there; they contain secrets (default: none)",
  },
  help: { type: "boolean", env: undefined, help: "show this text" },
} as const;

const config = z.object({
  kubeconfig: z.string().min(1).optional(),
  "log-level": z.enum(logLevels).default("info"),
  "health-port": z.coerce.number().int().min(0).max(65_535).default(8081),
  "proxy-image": z.string().min(1),
  "fixed-uid": truth.default(true),
  namespace: z.string().min(1).default("proxyfleet-system"),
  "watch-namespaces": names.default([]),
  "monitoring-namespaces": names.default(["monitoring"]),
  "private-upstreams": networks.default([]),
  "leader-election": truth.default(true),
  "hold-rollouts": truth.default(false),
  "rollouts-percent": z.coerce.number().int().min(1).max(100).default(5),
  workers: z.coerce.number().int().min(1).max(64).default(8),
  "max-requests-per-second": z.coerce.number().min(0).default(0),
  http2: truth.default(true),
  "ingestion-port": z.coerce.number().int().min(0).max(65_535).default(0),
  "ingestion-addresses": endpoints.default([]),
  "ingestion-elsewhere": endpoints.prefault(elsewhere),
  "ingestion-certificate": z.string().min(1).optional(),
  "pod-ip": z.union([z.ipv4(), z.ipv6()]).optional(),
  "pages-port": z.coerce.number().int().min(0).max(65_535).default(0),
  "pages-certificate": z.string().min(1).optional(),
  "dashboard-port": z.coerce.number().int().min(0).max(65_535).default(0),
  "dashboard-certificate": z.string().min(1).optional(),
  "feeds-ioda": truth.default(false),
  "feeds-radar-token-secret": z.string().min(1).optional(),
  "news-config": z.string().min(1).optional(),
  resolvers: resolvers.default([]),
  "diagnosis-folder": z.string().min(1).optional(),
});

/** Two servers can't listen on one port. */
const configWithPorts = config.superRefine((read, context) => {
  const names = ["health-port", "ingestion-port", "pages-port", "dashboard-port"] as const;
  for (const [index, name] of names.entries()) {
    const before = names.slice(0, index).find((other) => read[other] === read[name]);
    if (before !== undefined && read[name] !== 0)
      context.addIssue({ code: "custom", path: [name], message: `--${before} has this port too` });
  }
});

export interface OperatorConfig {
  readonly kubeconfig: string | undefined;
  readonly logLevel: LogLevel;
  readonly healthPort: number;
  readonly proxyImage: string;
  /** Whether proxy pods name the user that they run as; otherwise the cluster chooses one. */
  readonly fixedUid: boolean;
  readonly namespace: string;
  /** Empty: all. */
  readonly watchNamespaces: readonly string[];
  /** From where proxy pods' metrics may be read, beside the operator's own namespace. */
  readonly monitoringNamespaces: readonly string[];
  /** Networks (CIDRs) that fleets may have upstreams in although they are private. */
  readonly privateUpstreams: readonly string[];
  readonly leaderElection: boolean;
  readonly rollouts: RolloutSettings;
  readonly workers: number;
  /** 0: no limit. */
  readonly maxRequestsPerSecond: number;
  readonly http2: boolean;
  /** Undefined: agents are not served. */
  readonly ingestion: IngestionSettings | undefined;
  /** Undefined: share pages are not served. */
  readonly pages: PagesSettings | undefined;
  /** Undefined: the dashboard is not served. */
  readonly dashboard: DashboardSettings | undefined;
  readonly feeds: FeedSettings;
  /** Path of the file with the receivers of news; undefined: there are none. */
  readonly newsConfig: string | undefined;
  /** As `address:port`; none: those of its machine. */
  readonly resolvers: readonly string[];
  readonly diagnosisFolder: string | undefined;
}

/**
 * Reads flags, then the environment behind them. "help" when help was asked for. @throws
 * ConfigError naming the flag and the remedy
 */
export function readConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  defaultImage: string,
): OperatorConfig | "help" {
  const flags = readFlags(args);
  if (flags["help"] === true) return "help";
  const fromEnvironment = Object.entries(options).flatMap(([name, { env }]) => {
    const value = env === undefined ? undefined : environment[env];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  const parsed = configWithPorts.safeParse({
    "proxy-image": defaultImage,
    ...Object.fromEntries(fromEnvironment),
    ...flags,
  });
  if (!parsed.success)
    throw new ConfigError(
      parsed.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("; "),
    );
  const { kubeconfig, namespace, workers, http2 } = parsed.data;
  return {
    kubeconfig,
    logLevel: parsed.data["log-level"],
    healthPort: parsed.data["health-port"],
    proxyImage: parsed.data["proxy-image"],
    fixedUid: parsed.data["fixed-uid"],
    namespace,
    watchNamespaces: parsed.data["watch-namespaces"],
    monitoringNamespaces: parsed.data["monitoring-namespaces"],
    privateUpstreams: parsed.data["private-upstreams"],
    leaderElection: parsed.data["leader-election"],
    rollouts: {
      isHeld: parsed.data["hold-rollouts"],
      percent: parsed.data["rollouts-percent"],
    },
    workers,
    maxRequestsPerSecond: parsed.data["max-requests-per-second"],
    http2,
    ...servedOf(parsed.data),
    feeds: {
      ioda: parsed.data["feeds-ioda"],
      radarTokenSecret: parsed.data["feeds-radar-token-secret"],
    },
    newsConfig: parsed.data["news-config"],
    resolvers: parsed.data.resolvers,
    diagnosisFolder: parsed.data["diagnosis-folder"],
  };
}

function servedOf(read: z.output<typeof config>) {
  return { ingestion: ingestionOf(read), pages: pagesOf(read), dashboard: dashboardOf(read) };
}

function ingestionOf(read: z.output<typeof config>): IngestionSettings | undefined {
  const port = read["ingestion-port"];
  if (port === 0) return undefined;
  return {
    port,
    podIp: read["pod-ip"],
    addresses: read["ingestion-addresses"],
    elsewhere: read["ingestion-elsewhere"],
    certificateSecret: read["ingestion-certificate"],
  };
}

function pagesOf(read: z.output<typeof config>): PagesSettings | undefined {
  const port = read["pages-port"];
  if (port === 0) return undefined;
  return { port, podIp: read["pod-ip"], certificateSecret: read["pages-certificate"] };
}

function dashboardOf(read: z.output<typeof config>): DashboardSettings | undefined {
  const port = read["dashboard-port"];
  return port === 0 ? undefined : { port, certificateSecret: read["dashboard-certificate"] };
}

function readFlags(args: readonly string[]): Record<string, string | boolean | undefined> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new ConfigError("unknown or incomplete flag: see proxyfleet operator --help", { cause });
  }
}

/** The text of `proxyfleet operator --help`. */
export function configHelp(): string {
  const lines = Object.entries(options).map(
    ([name, { help, env }]) =>
      `  --${name.padEnd(23)} ${help}${env === undefined ? "" : ` [${env}]`}`,
  );
  return [
    "Usage: proxyfleet operator [flags]",
    "",
    "Runs the operator, in a cluster or outside it. Flags, and the environment variables that set them:",
    ...lines,
    "",
  ].join("\n");
}
