import { spawn } from "node:child_process";
import { once } from "node:events";
import { sep } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { present } from "../../values/present.ts";
import type { Entry, KubeconfigError } from "./entry.ts";
import type { ExecEntry, UserEntry } from "./format.ts";
import { authoritiesOf, pathFrom } from "./material.ts";
import type { Target } from "./target.ts";

/** What a credential plugin answered. */
export interface PluginCredential {
  readonly token: string | undefined;
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  /** Until when it may be used (ms since 1970); undefined: until the API server refuses it. */
  readonly endsAt: number | undefined;
}

const answer = z.object({
  apiVersion: z.string(),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

/**
 * Runs a user's credential plugin as kubectl does (client.authentication.k8s.io): what it says to
 * people goes to standard error, and it may ask them where standard input is a terminal.
 * @throws KubeconfigError where it can't be run, fails, or answers something else
 */
export async function askPlugin(
  plugin: ExecEntry,
  target: Target,
  isTerminal: boolean,
): Promise<PluginCredential> {
  const { user } = target;
  const { interactiveMode: mode, command, args, env, apiVersion } = plugin;
  if (mode === "Always" && !isTerminal)
    throw user.wrong(
      "exec.interactiveMode",
      "the plugin wants to ask a person, and standard input is no terminal: run this in a terminal, or choose a context with other credentials",
    );
  const interactive = isTerminal && mode !== "Never";
  const info = await question(plugin, target, interactive);
  const path = command.includes(sep) ? pathFrom(user, command) : command;
  const child = spawn(path, args, {
    stdio: [interactive ? "inherit" : "ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: info,
    },
  });
  try {
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
    if (code === 0) return credential(said, user, apiVersion);
    throw user.wrong(
      "exec.command",
      `"${command}" failed (${String(code)}): do what it says on standard error`,
    );
  } catch (error) {
    throw isAbsent(error) ? absent(plugin, user, error) : error;
  }
}

/** What the plugin learns of the call, and where it asks for it, of the cluster. */
async function question(
  { apiVersion, provideClusterInfo }: ExecEntry,
  { cluster, server }: Target,
  interactive: boolean,
): Promise<string> {
  const spec = { interactive };
  if (!provideClusterInfo) return JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
  const { value } = cluster;
  const ca = await authoritiesOf(cluster);
  const known = present({
    server,
    "tls-server-name": value["tls-server-name"],
    "insecure-skip-tls-verify": value["insecure-skip-tls-verify"] || undefined,
    "certificate-authority-data": ca && Buffer.from(ca).toString("base64"),
    "proxy-url": value["proxy-url"],
    config: value.extensions.find(({ name }) => name === "client.authentication.k8s.io/exec")
      ?.extension,
  });
  return JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { ...spec, cluster: known } });
}

/** An answer may hold a secret, so no error repeats it. */
function credential(said: string, user: Entry<UserEntry>, apiVersion: string): PluginCredential {
  const read = answer.safeParse(json(said));
  if (!read.success)
    throw user.wrong("exec.command", "the plugin printed no ExecCredential: try another version");
  if (read.data.apiVersion !== apiVersion)
    throw user.wrong("exec.apiVersion", "the plugin answers in another version: write that one");
  const { token, clientCertificateData: cert, clientKeyData: key } = read.data.status;
  const certificate = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  if ((token ?? "") === "" && certificate === undefined)
    throw user.wrong("exec.command", "the plugin gave neither a token nor a certificate with key");
  const endsAt = Date.parse(read.data.status.expirationTimestamp ?? "");
  return { token, certificate, endsAt: Number.isNaN(endsAt) ? undefined : endsAt };
}

function json(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function absent(
  { command, installHint }: ExecEntry,
  user: Entry<UserEntry>,
  cause: unknown,
): KubeconfigError {
  // A hint is written by strangers: nothing in it may steer the terminal.
  const hint = installHint?.replace(/[^\P{Cc}\n\t]/gu, "") ?? "install it, or put it on the PATH";
  return user.wrong("exec.command", `there is no program "${command}": ${hint}`, { cause });
}
