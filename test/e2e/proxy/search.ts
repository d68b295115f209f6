import { readlink } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import type { KubeObject, Pod } from "../../../src/kubernetes/objects.ts";
import { kubectl, read } from "../stage/kubectl.ts";
import { run } from "../stage/process.ts";
import { podProcesses } from "./processes.ts";

/** Where a client was named. */
export interface Finding {
  readonly place: "logs" | "metrics" | "objects" | "files";
  readonly where: string;
}

/**
 * Looks for addresses of clients wherever something could have written them: the logs of all pods
 * (of containers that ended too) and of all parts of the cluster, the metrics of the operator and
 * of the proxy pods, all objects of all kinds with the content of Secrets, and the file systems of
 * all containers.
 * @param exporters more URLs of metrics to look at
 */
export async function searchFor(
  addresses: readonly string[],
  exporters: readonly string[] = [],
): Promise<readonly Finding[]> {
  const needles = addresses.flatMap(spellings);
  const found = await Promise.all([
    inLogs(needles),
    inMetrics(needles, exporters),
    inObjects(needles),
    inFiles(needles),
  ]);
  return found.flat();
}

/**
 * An IPv4 address as text, which stands in its IPv6 form too, and in hexadecimal. Case does not
 * matter.
 */
function spellings(address: string): string[] {
  if (!isIPv4(address)) return [address];
  const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
  return [address, bytes.join(""), `${bytes.slice(0, 2).join("")}:${bytes.slice(2).join("")}`];
}

/** Text matches a needle only as a whole: 198.51.101.5 is not in 198.51.101.50. */
function matcher(needles: readonly string[]): RegExp {
  return new RegExp(
    `(?<![0-9a-f.])(${needles.map((needle) => needle.replaceAll(".", "\\.")).join("|")})(?![0-9a-f])`,
    "i",
  );
}

async function inLogs(needles: readonly string[]): Promise<Finding[]> {
  return (await grep(needles, join(process.env["CLUSTER_DIR"] ?? ".cluster", "log"))).map(
    (where) => ({ place: "logs", where }),
  );
}

async function inMetrics(
  needles: readonly string[],
  exporters: readonly string[],
): Promise<Finding[]> {
  const { items } = await read<{ items: Pod[] }>(
    "pods",
    "--all-namespaces",
    "-l",
    "app.kubernetes.io/name in (proxyfleet, whatsapp-proxy)",
  );
  const running = items.filter(({ status }) => status?.phase === "Running");
  const ofPods = await Promise.all(running.map(metricsOf));
  const texts = [...ofPods.flat(), ...(await Promise.all(exporters.map(page)))];
  return texts
    .filter(([, text]) => matcher(needles).test(text))
    .map(([where]) => ({ place: "metrics", where }));
}

type Page = readonly [url: string, text: string];

/** All that a pod tells; nothing of one that is on its way out and no longer answers. */
async function metricsOf({
  metadata: { labels, deletionTimestamp },
  status,
}: Pod): Promise<Page[]> {
  const host = `http://${status?.podIP ?? ""}`;
  const isOperator = labels?.["app.kubernetes.io/name"] === "proxyfleet";
  const urls = isOperator
    ? [`${host}:8081/metrics`]
    : ["metrics", "metrics/haproxy", "status"].map((path) => `${host}:9101/${path}`);
  try {
    return await Promise.all(urls.map(page));
  } catch (error) {
    if (deletionTimestamp === undefined) throw error;
    return [];
  }
}

async function page(url: string): Promise<Page> {
  return [url, await fetchText(url)];
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.text();
}

async function inObjects(needles: readonly string[]): Promise<Finding[]> {
  const kinds = (await kubectl("api-resources", "--verbs=list", "-o", "name"))
    .split("\n")
    .filter((kind) => kind !== "" && kind !== "componentstatuses");
  const { items } = JSON.parse(
    await kubectl(
      "get",
      kinds.join(","),
      "--all-namespaces",
      "-o",
      "json",
      "--show-managed-fields",
    ),
  ) as {
    items: (KubeObject & { data?: Record<string, string> })[];
  };
  const found = items.filter((item) =>
    matcher(needles).test(`${JSON.stringify(item)} ${decoded(item)}`),
  );
  return found.map(({ kind, metadata: { namespace, name } }) => ({
    place: "objects",
    where: `${kind} ${namespace ?? ""}/${name}`,
  }));
}

function decoded({ kind, data = {} }: KubeObject & { data?: Record<string, string> }): string {
  if (kind !== "Secret") return "";
  return Object.values(data)
    .map((value) => Buffer.from(value, "base64").toString("latin1"))
    .join(" ");
}

/**
 * Containers are told apart by their views of the file system. The kernel's own folders are no
 * files: HAProxy's memory must know its clients.
 */
async function inFiles(needles: readonly string[]): Promise<Finding[]> {
  const roots = new Map<string, string>();
  for (const process of await podProcesses()) {
    const view = await readlink(`/proc/${process}/ns/mnt`).catch(() => undefined);
    if (view !== undefined) roots.set(view, `/proc/${process}/root/`);
  }
  const found = await Promise.all([...roots.values()].map(async (root) => grep(needles, root)));
  return found.flat().map((where) => ({ place: "files", where }));
}

/** Files under a folder that hold a needle, in text or among other bytes. */
async function grep(needles: readonly string[], folder: string): Promise<string[]> {
  const flags = [
    "--recursive",
    "--files-with-matches",
    "--ignore-case",
    "--text",
    "--no-messages",
    "--devices=skip",
  ];
  const kernel = ["proc", "sys", "dev"].map((name) => `--exclude-dir=${name}`);
  const patterns = needles.map(
    (needle) => `(^|[^0-9a-f.])${needle.replaceAll(".", "[.]")}($|[^0-9a-f])`,
  );
  const { stdout } = await run(
    ["env", "LC_ALL=C", "grep", ...flags, ...kernel, "--extended-regexp", "--file=-", folder],
    patterns.join("\n"),
  );
  return stdout.split("\n").filter((file) => file !== "");
}
