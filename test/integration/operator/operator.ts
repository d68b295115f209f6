import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { pino } from "pino";
import type { OperatorConfig } from "../../../src/config.ts";
import { runOperator } from "../../../src/operator.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import type { Line } from "../../stand-ins/operator/operator-process.ts";
import { kubectl } from "../../stand-ins/api-server/crds.ts";

/** An operator in this process. `ended` settles as it does. */
export interface RunningOperator {
  readonly lines: Line[];
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** How an operator in this process differs from one that runs outside of a cluster. */
interface Run {
  /** It asks pods at their own addresses. */
  readonly inCluster?: boolean;
}

/** Starts an operator with the given kubeconfig, on a health port of its own. */
export function startOperator(
  kubeconfig: string,
  config: Partial<OperatorConfig> = {},
  { inCluster = false }: Run = {},
): RunningOperator {
  const lines: Line[] = [];
  const log = pino(
    { level: "debug", base: null },
    { write: (line) => lines.push(JSON.parse(line) as Line) },
  );
  const stop = new AbortController();
  const ended = runOperator(
    {
      kubeconfig,
      logLevel: "debug",
      healthPort: 0,
      proxyImage: "proxyfleet/proxy:test",
      fixedUid: true,
      namespace: "proxyfleet-system",
      watchNamespaces: [],
      monitoringNamespaces: [],
      privateUpstreams: [],
      leaderElection: true,
      rollouts: { isHeld: false, percent: 100 },
      workers: 4,
      maxRequestsPerSecond: 0,
      http2: true,
      ingestion: undefined,
      pages: undefined,
      dashboard: undefined,
      feeds: { ioda: false, radarTokenSecret: undefined },
      newsConfig: undefined,
      resolvers: [],
      diagnosisFolder: undefined,
      ...config,
    },
    inCluster,
    { log, stop: stop.signal },
  );
  ended.catch(() => undefined);
  return {
    lines,
    ended,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

/**
 * Applies objects and files as a person does, in their order. @throws Error with kubectl's words
 */
export async function apply(
  server: ApiServer,
  ...given: readonly (object | string)[]
): Promise<void> {
  for (const each of given) {
    const isFile = typeof each === "string";
    const file = isFile ? join(import.meta.dirname, "../../..", each) : "-";
    await succeed(
      server,
      ["apply", "--server-side", "-f", file],
      isFile ? undefined : JSON.stringify(each),
    );
  }
}

async function succeed(server: ApiServer, args: readonly string[], input?: string): Promise<void> {
  const { code, stderr } = await kubectl(server, args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
}

/** The items of a collection. */
export async function list(
  server: ApiServer,
  path: string,
): Promise<readonly Record<string, unknown>[]> {
  return ((await server.call("GET", path)).body["items"] ?? []) as Record<string, unknown>[];
}

/** Path of a kubeconfig that has a token of a service account, and so its rights and no others. */
export async function kubeconfigOf(
  server: ApiServer,
  { namespace, account }: { readonly namespace: string; readonly account: string },
  path: string,
): Promise<string> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const answer = await server.call(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    body,
  );
  const { token } = answer.body["status"] as { token: string };
  await writeFile(path, kubeconfig(server, { token }));
  return path;
}

/** The text of a kubeconfig with these credentials. */
export function kubeconfig(server: Pick<ApiServer, "url" | "ca">, user: object): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "test",
        cluster: {
          server: server.url,
          "certificate-authority-data": Buffer.from(server.ca).toString("base64"),
        },
      },
    ],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}
