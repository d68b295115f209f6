import { type HistoryItem, historyOf } from "../overview/history.ts";
import { formatInstant, spokenTime } from "../values/time.ts";
import { withCluster } from "./call/cluster.ts";
import { clusterFlags, namespaceFlag } from "./call/cluster-flags.ts";
import { readFleetName, readSlot } from "./call/fleet-name.ts";
import { type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { readFleet } from "./read/observe-cluster.ts";
import { formatted } from "./terminal/formats.ts";
import { type Drawing, tableText } from "./terminal/table.ts";
import { type Terminal, drawingOf } from "./terminal/terminal.ts";
import { quoted } from "./terminal/width.ts";

const flags = {
  ...namespaceFlag,
  output: { short: "o", value: "FORMAT", choices: ["json", "yaml"], about: "for programs" },
  ...clusterFlags,
} as const;

/** How `proxyfleet history` is called. */
export const historyShape: Shape<typeof flags> = {
  name: "history",
  operands: "FLEET [SLOT]",
  count: { least: 1, most: 2 },
  about: `Shows what happened to a fleet, or to one of its slots, the oldest first: the
addresses that the ledger remembers, and the Events of the last hour or so.
FLEET is NAME or NAMESPACE/NAME.

You need the right to get WhatsAppProxy objects, and for more than nothing the
rights to list ProxyAddress objects and Events.`,
  flags,
  exitCodes: "0 once it was shown, 1 for a failure, 2 for a call that is wrong.",
};

/**
 * Runs `proxyfleet history`; resolves to the exit code.
 * @throws CallError, MissingRightError, NoSuchFleetError, errors of the API client
 */
export async function historyCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const call = readCall(historyShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const [name = "", slotText] = call.operands;
  const slot = slotText === undefined ? undefined : readSlot(slotText);
  const { output } = call.flags;
  await withCluster(call.flags, async (cluster) => {
    const key = readFleetName(name, call.flags.namespace, cluster.namespace);
    const { observed, missing } = await readFleet(cluster, key);
    const items = historyOf({ ...key, slot }, observed);
    terminal.write(
      output === undefined
        ? historyText(items, drawingOf(terminal))
        : formatted(historyJson(items, missing), output === "json" ? "json" : "yaml"),
    );
    if (output === undefined)
      for (const right of missing) terminal.say(`not all is shown: you have no right to ${right}`);
  });
  return 0;
}

/** What happened, a line each. */
export function historyText(items: readonly HistoryItem[], drawing: Drawing): string {
  if (items.length === 0) return "nothing is remembered\n";
  const rows = items.map(({ at, source, type, what, text }) => [
    { text: spokenTime(at) },
    { text: source },
    type === "Warning" ? { text: what, tone: "warning" as const } : { text: what },
    { text: quoted(text) },
  ]);
  return tableText(["TIME", "SOURCE", "WHAT", "MESSAGE"], rows, drawing);
}

/** The same, as programs take it. */
export function historyJson(items: readonly HistoryItem[], missing: readonly string[]) {
  return {
    items: items.map(({ at, ...item }) => ({ at: formatInstant(at), ...item })),
    missingRights: missing,
  };
}
