import { existsSync, readFileSync } from "node:fs";
import { type Entry, KubeconfigError, parsedEntry } from "./entry.ts";
import {
  type ClusterEntry,
  type UserEntry,
  clusterEntry,
  contextEntry,
  userEntry,
} from "./format.ts";
import {
  type Kubeconfig,
  type Listed,
  defaultPaths,
  parseKubeconfig,
  readKubeconfig,
} from "./files.ts";
import { type Impersonated, impersonated } from "./impersonation.ts";

/** What a person chooses beside the kubeconfig; each wins over what is written there. */
export interface Choice {
  /** Path of the only kubeconfig to read. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  readonly as?: string | undefined;
  readonly asUid?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
}

/** One API server, and who asks it. */
export interface Target {
  /** Its address without a slash at the end: paths are appended. */
  readonly server: string;
  readonly cluster: Entry<ClusterEntry>;
  readonly user: Entry<UserEntry>;
  readonly impersonated: Impersonated | undefined;
  /** The namespace that a command is for where it names none. */
  readonly namespace: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Where kubectl would send its calls: by a kubeconfig, or from inside a pod, by its service account.
 * @throws KubeconfigError where there is neither, or something in it is wrong
 */
export function findTarget(choice: Choice, env: Environment): Target {
  const kubeconfig = readKubeconfig(choice.kubeconfig, env) ?? ofServiceAccount(env);
  if (kubeconfig !== undefined) return targetIn(kubeconfig, choice);
  throw new KubeconfigError(
    { file: defaultPaths(env).join(", "), context: choice.context, field: "the file" },
    "does not exist, and this is no pod with a service account: name a file with --kubeconfig or in KUBECONFIG",
  );
}

/** What a context of a kubeconfig leads to. @throws KubeconfigError that names what is wrong */
export function targetIn(kubeconfig: Kubeconfig, choice: Choice): Target {
  const name = choice.context ?? kubeconfig.currentContext;
  const anywhere = { file: kubeconfig.files.join(", "), context: choice.context };
  if (name === undefined)
    throw new KubeconfigError(
      { ...anywhere, field: "current-context" },
      "is empty: choose one with --context, or for good with kubectl config use-context",
    );
  const chosen = kubeconfig.contexts.get(name);
  if (chosen === undefined)
    throw new KubeconfigError(
      { ...anywhere, field: choice.context === undefined ? "current-context" : "--context" },
      `there is no context "${name}": kubectl config get-contexts lists them`,
    );
  const context = entryOf(contextEntry, chosen, { name, field: `contexts["${name}"].context` });
  const follow = (kind: "cluster" | "user"): Listed & { readonly to: string } => {
    const to = context.value[kind] ?? "";
    const listed = kubeconfig[`${kind}s`].get(to);
    // A context without a user is one for anonymous calls.
    if (listed === undefined && kind === "user" && to === "") return { ...chosen, written: {}, to };
    if (listed !== undefined) return { ...listed, to };
    throw context.wrong(kind, `there is no ${kind} "${to}": name one that exists`);
  };
  const [cluster, user] = [follow("cluster"), follow("user")];
  const field = `clusters["${cluster.to}"].cluster`;
  const parsed = {
    cluster: entryOf(clusterEntry, cluster, { name, field }),
    user: entryOf(userEntry, user, { name, field: `users["${user.to}"].user` }),
  };
  return {
    ...parsed,
    server: serverOf(parsed.cluster),
    impersonated: impersonated(parsed.user, choice),
    namespace: choice.namespace ?? context.value.namespace ?? "default",
  };
}

function entryOf<T>(
  schema: Parameters<typeof parsedEntry<T>>[0],
  { file, written }: Listed,
  { name, field }: { readonly name: string; readonly field: string },
): Entry<T> {
  return parsedEntry(schema, written, { file, context: name, field });
}

/** As client-go reads it: without a scheme it is http, and a path is put before all others. */
function serverOf(cluster: Entry<ClusterEntry>): string {
  const { server } = cluster.value;
  if (server === undefined)
    throw cluster.wrong("server", "is empty: write the API server's address, as https://host:6443");
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || url?.protocol === "http:")
    return url.origin + url.pathname.replace(/\/+$/, "");
  throw cluster.wrong("server", `"${server}" is no address: write it like https://host:6443`);
}

/** What a pod knows of its cluster, in the form of a kubeconfig. Undefined outside of a pod. */
function ofServiceAccount(env: Environment): Kubeconfig | undefined {
  const [host = "", port = ""] = [env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"]];
  if (host === "" || !existsSync(`${accountFolder}/token`)) return undefined;
  const namespace = existsSync(`${accountFolder}/namespace`)
    ? readFileSync(`${accountFolder}/namespace`, "utf8")
    : "";
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const name = "pod";
  return parseKubeconfig(
    {
      "current-context": name,
      clusters: [{ name, cluster: { server, "certificate-authority": `${accountFolder}/ca.crt` } }],
      users: [{ name, user: { tokenFile: `${accountFolder}/token` } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    },
    "of the pod's service account",
  );
}
