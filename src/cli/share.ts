import type { ApiClient } from "../kubernetes/client.ts";
import { clusterFlagsHelp } from "./call/cluster-flags.ts";
import { type Cluster as Connected, withCluster } from "./call/cluster.ts";
import { sleep, timer } from "../runtime/clock.ts";
import { stopOnSignals } from "../runtime/process.ts";
import type { SharedSlot } from "../share/shared-slots.ts";
import type { PageMaker } from "../share/static-page.ts";
import { explainError } from "../values/errors.ts";
import { type Exporting, type Printing, type Scope, readShareCall } from "./share/arguments.ts";
import { exportOnce } from "./share/export-once.ts";
import { type Reader, fleetsIn, readFleetLinks } from "./share/fleet-links.ts";
import { keepExported, scopeOf } from "./share/keep-exported.ts";
import { linksText } from "./share/links-text.ts";
import { PageExport } from "./share/page-export.ts";
import { ShareError } from "./share/share-error.ts";
import { Site } from "./share/site.ts";
import type { FleetKey } from "./share/without-links.ts";

/** The text of `proxyfleet share --help`. */
export const shareHelp = `Usage: proxyfleet share [NAME…] [flags]
       proxyfleet share [NAME…] --out DIR [--watch]

Prints what people need to use their proxy: for each slot of a fleet the link that opens WhatsApp, and the link as a QR code. NAME is a
WhatsAppProxy, as NAME or NAMESPACE/NAME; without one, all fleets of the namespace. You need the right to get the Secret <NAME>-share
and, where you name no fleet, to list WhatsAppProxy objects.

A link is a secret of its group: whoever knows it can find the proxy, and have it blocked. Send each group its own link alone.

  -n, --namespace       the fleets' namespace (default: that of the kubeconfig)
  -A, --all-namespaces  all fleets of all namespaces
  --slot                one slot alone, by its number
  --no-codes            without QR codes
  -o, --output          text, json, or links: one a line, and nothing else (default: text)
  --pages-url           where share pages are found, such as https://example.org: prints each slot's page, too
  --help                show this text

With --out it prints nothing of that, and writes the share pages of all slots as files, for a web server elsewhere (docs/share-elsewhere.md):

  --out                 folder of the site: each page is a folder in it, whose name is the page's secret path
  --once                write the pages and end (default)
  --watch               keep them up to date until stopped (Ctrl-C): after a move, and when a page is renewed or removed
${clusterFlagsHelp}
Exit code: 0 once links were printed or all pages written; 1 otherwise.
`;

/** What the command uses of the process. */
export interface ShareTerminal {
  /** A text for standard output, ended by a newline. */
  readonly print: (text: string) => void;
  /** A line for people: standard error. */
  readonly say: (message: string) => void;
  /** Whether standard output is a terminal, with colours. */
  readonly isTerminal: boolean;
}

/**
 * Runs `proxyfleet share`; resolves to the exit code. @param pages draws share pages
 * @throws ShareError where the call is off, or where there is nothing; SiteError; errors of the API
 * client
 */
export async function shareCommand(
  args: readonly string[],
  terminal: ShareTerminal,
  pages: PageMaker,
): Promise<number> {
  const call = readShareCall(args);
  if (call === "help") {
    terminal.print(shareHelp.trimEnd());
    return 0;
  }
  const { scope, task } = call;
  const runsOn = task.kind === "Export" && task.watch;
  const stop = runsOn ? stopOnSignals() : new AbortController().signal;
  const work = async ({ client, namespace }: Connected) => {
    const cluster = { client, scope, ownNamespace: namespace };
    return task.kind === "Print"
      ? printLinks(cluster, task, terminal)
      : exportPages(cluster, task, { ...terminal, pages, stop });
  };
  return withCluster(call.cluster, work, stop);
}

interface Cluster {
  readonly client: ApiClient;
  readonly scope: Scope;
  readonly ownNamespace: string;
}

async function printLinks(
  { client, scope, ownNamespace }: Cluster,
  task: Printing,
  { print, say, isTerminal }: ShareTerminal,
): Promise<number> {
  const fleets = await fleetsIn(client, scope, ownNamespace);
  if (fleets.length === 0) throw new ShareError(noFleets(scope, ownNamespace));
  const { slots, isComplete } = await readAll(client, fleets, say);
  const wanted = slots.filter(({ seat }) => task.slot === undefined || seat.slot === task.slot);
  if (isComplete && wanted.length === 0 && task.slot !== undefined)
    throw new ShareError(`--slot: there is no slot ${task.slot}: leave it out to see all`);
  const text = linksText(wanted, { ...task, colour: isTerminal });
  if (text !== "") print(text);
  return isComplete && wanted.some(({ published }) => published !== undefined) ? 0 : 1;
}

function noFleets(scope: Scope, ownNamespace: string): string {
  if (scope.kind !== "Namespace") return "there is no WhatsAppProxy in any namespace";
  const namespace = scope.namespace ?? ownNamespace;
  return `there is no WhatsAppProxy in namespace ${namespace}: name another one with -n, or use -A`;
}

/** One fleet without links hides no other: what is missing goes to standard error. */
async function readAll(
  client: Reader,
  fleets: readonly FleetKey[],
  say: (message: string) => void,
): Promise<{ readonly slots: readonly SharedSlot[]; readonly isComplete: boolean }> {
  const slots: SharedSlot[] = [];
  let isComplete = true;
  for (const key of fleets) {
    try {
      const links = await readFleetLinks(client, key);
      slots.push(...links.slots);
      links.notes.forEach(say);
    } catch (error) {
      if (!(error instanceof ShareError)) throw error;
      say(explainError(error));
      isComplete = false;
    }
  }
  return { slots, isComplete };
}

interface ExportTerminal extends ShareTerminal {
  readonly pages: PageMaker;
  readonly stop: AbortSignal;
}

async function exportPages(
  { client, scope, ownNamespace }: Cluster,
  { folder, watch }: Exporting,
  { print, say, pages: maker, stop }: ExportTerminal,
): Promise<number> {
  const pages = new PageExport({ site: new Site(folder), pages: maker, say: print });
  const namespace = scope.kind === "Namespace" ? (scope.namespace ?? ownNamespace) : undefined;
  const fleets = watch && scope.kind !== "Named" ? [] : await fleetsIn(client, scope, ownNamespace);
  if (watch) {
    const followed =
      scope.kind === "Named"
        ? ({ kind: "Named", fleets } as const)
        : ({ kind: "All", namespace } as const);
    const clocks = { sleep, timer, random: Math.random, now: () => performance.now() };
    await keepExported({ client, scope: followed, pages, say: print, stop, ...clocks });
    return 0;
  }
  const isComplete = await exportOnce(fleets, { client, pages, print, say });
  if (isComplete && scope.kind !== "Named") await pages.keepOnlyTaken(scopeOf(namespace));
  return isComplete ? 0 : 1;
}
