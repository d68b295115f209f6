import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as resources from "../api/resources.ts";
import { ForbiddenError } from "../kubernetes/errors.ts";
import { events } from "../kubernetes/events.ts";
import { stopOnSignals } from "../runtime/process.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { KeyAccess } from "../web/io/key-access.ts";
import { operateDashboard } from "../web/io/operate.ts";
import { type PageFiles, builtPage } from "../web/page-files.ts";
import { CallError } from "./call/call-error.ts";
import { clusterFlags, namespaceFlag } from "./call/cluster-flags.ts";
import { type Cluster, withCluster } from "./call/cluster.ts";
import { type Given, type Shape, readCall } from "./call/flags.ts";
import { needing } from "./call/missing-right.ts";
import { calledAs } from "./call/program-name.ts";
import { FollowedCaches } from "./dashboard/followed-caches.ts";
import type { Terminal } from "./terminal/terminal.ts";

const flags = {
  ...namespaceFlag,
  "all-namespaces": { short: "A", about: "the fleets of all namespaces" },
  port: { value: "PORT", about: "port of this machine (default: any free one)" },
  open: { about: "open it in your browser; otherwise its address is only printed" },
  ...clusterFlags,
} as const;

/** How `proxyfleet dashboard` is called. */
export const dashboardShape: Shape<typeof flags> = {
  name: "dashboard",
  operands: "",
  count: { least: 0, most: 0 },
  about: `Shows fleets as a page in your browser, until stopped (Ctrl-C). This program
serves the page, on this machine only, and reads the cluster with your own
rights: the operator need not serve a dashboard. The page's address has a key
in it that is good until this program ends: show it to nobody.

You need the right to list and watch WhatsAppProxy objects. Whatever else you
may not read is not shown.`,
  flags,
  exitCodes: "0 once it was stopped, 1 for a failure, 2 for a call that is wrong.",
};

/** The page is not there: the program was not built. */
export class NoPageError extends ProxyfleetError {}

/** What a test gives in the place of the process. */
export interface DashboardWorld {
  readonly files: PageFiles | undefined;
  readonly stop: AbortSignal;
}

/**
 * Runs `proxyfleet dashboard`; resolves to the exit code.
 * @throws CallError, MissingRightError, NoPageError, errors of the API client
 */
export async function dashboardCommand(
  args: readonly string[],
  terminal: Terminal,
  world?: DashboardWorld,
): Promise<number> {
  const call = readCall(dashboardShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const port = readPort(call.flags.port);
  if (call.flags["all-namespaces"] && call.flags.namespace !== undefined)
    throw new CallError("-A means the fleets of all namespaces: leave out -n");
  const { files, stop } = world ?? { files: builtPage(), stop: stopOnSignals() };
  if (files === undefined)
    throw new NoPageError("this program was not built, so it has no page: run make bundle");
  const show = async (cluster: Cluster) =>
    serve(cluster, { flags: call.flags, port, files, terminal, stop });
  await withCluster(call.flags, show, stop);
  return 0;
}

function readPort(text: string | undefined): number {
  const port = Number(text ?? "0");
  if (/^\d{1,5}$/.test(text ?? "0") && port <= 65_535) return port;
  throw new CallError(`--port ${text ?? ""} is no port: give a number up to 65535`);
}

interface Showing {
  readonly flags: Given<typeof flags>;
  readonly port: number;
  readonly files: PageFiles;
  readonly terminal: Terminal;
  readonly stop: AbortSignal;
}

async function serve(cluster: Cluster, showing: Showing): Promise<void> {
  const { client, now } = cluster;
  const { flags: given, port, files, terminal, stop } = showing;
  const namespace = given["all-namespaces"] ? undefined : (given.namespace ?? cluster.namespace);
  await needing({ verb: "list", of: resources.fleets, namespace }, async () =>
    client.list(resources.fleets, { namespace, limit: 1 }),
  );
  const followed = new FollowedCaches({ client, namespace, say: terminal.say });
  const following = followed.run(stop);
  await Promise.race([followed.read(), following]);
  const key = randomBytes(32).toString("base64url");
  const mayReadEvents = async (place: string) => mayList(client, place);
  await operateDashboard(
    {
      settings: { port, host: "127.0.0.1", certificateSecret: undefined },
      files,
      caches: followed.caches,
      client,
      namespace: cluster.namespace,
      accessTo: () => new KeyAccess({ key, rights: () => followed.rights(), mayReadEvents }),
      // Pods are asked by the operator alone.
      sessions: () => [],
      isCurrent: () => followed.isCurrent,
      now,
      served: (bound) => tell(`http://127.0.0.1:${bound}/#key=${key}`, given.open, terminal),
      log: { info: () => undefined, warn: (facts, message) => terminal.say(said(message, facts)) },
    },
    stop,
  );
  await following;
}

async function mayList(client: Cluster["client"], namespace: string): Promise<boolean> {
  try {
    await client.list(events, { namespace, limit: 1 });
    return true;
  } catch (error) {
    if (error instanceof ForbiddenError) return false;
    throw error;
  }
}

function said(message: string, facts: object): string {
  return "problem" in facts ? `${message}: ${String(facts.problem)}` : message;
}

function tell(url: string, isOpened: boolean, terminal: Terminal): void {
  terminal.write(`${url}\n`);
  terminal.say("open this address in your browser; Ctrl-C ends it");
  if (isOpened) openBrowser(url, terminal);
}

const openers: Readonly<Record<string, string>> = { darwin: "open", win32: "explorer" };

/** While the browser starts, others on this machine can see its arguments. */
function openBrowser(url: string, { say }: Terminal): void {
  const program = openers[process.platform] ?? "xdg-open";
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  child.once("error", () => say(`${program} could not be started: open the address yourself`));
  child.unref();
}
