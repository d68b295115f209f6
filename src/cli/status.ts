import { overviewOf } from "../overview/overview.ts";
import { sleep } from "../runtime/clock.ts";
import { seconds } from "../values/time.ts";
import { CallError } from "./call/call-error.ts";
import { type Cluster, withCluster } from "./call/cluster.ts";
import { clusterFlags, namespaceFlag } from "./call/cluster-flags.ts";
import { readFleetName } from "./call/fleet-name.ts";
import { type Given, type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { type Reading, readFleet, readFleets } from "./read/observe-cluster.ts";
import { fleetText } from "./status/fleet-text.ts";
import { statusJson } from "./status/json.ts";
import { fleetTable } from "./status/table-text.ts";
import { type Format, fleetNameLine, formats, formatted } from "./terminal/formats.ts";
import { type Terminal, drawingOf } from "./terminal/terminal.ts";
import { watching } from "./terminal/watching.ts";

const flags = {
  ...namespaceFlag,
  "all-namespaces": { short: "A", about: "all fleets of all namespaces" },
  output: { short: "o", value: "FORMAT", choices: formats, about: "for programs" },
  watch: { short: "w", about: "show it again when it changes, until stopped (Ctrl-C)" },
  ...clusterFlags,
} as const;

/** How `proxyfleet status` is called. */
export const statusShape: Shape<typeof flags> = {
  name: "status",
  operands: "[FLEET]",
  count: { least: 0, most: 1 },
  about: `Shows all fleets in a table, those in trouble first; with a fleet's name, that
fleet: its slots, their addresses and what these wait for, sessions and traffic,
its pools with the day they run out, and what is wrong. FLEET is NAME or
NAMESPACE/NAME.

You need the right to list WhatsAppProxy objects. Whatever else you may not
read is left out, and named at the end.`,
  flags,
  exitCodes: "0 once it was shown, 1 for a failure, 2 for a call that is wrong.",
};

/** One look may not follow the last one sooner. */
const betweenLooks = seconds(2);

/**
 * Runs `proxyfleet status`; resolves to the exit code.
 * @throws CallError, MissingRightError, NoSuchFleetError, errors of the API client
 */
export async function statusCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const call = readCall(statusShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const [fleet] = call.operands;
  checkScope(call.flags, fleet);
  await withCluster(call.flags, async (cluster) => {
    const look = async () => lookAt(cluster, { flags: call.flags, fleet, terminal });
    if (call.flags.watch) await watching(look, { terminal, sleep, betweenLooks });
    else terminal.write(await look());
  });
  return 0;
}

function checkScope(given: Given<typeof flags>, fleet: string | undefined): void {
  if (given["all-namespaces"] && (fleet !== undefined || given.namespace !== undefined))
    throw new CallError("-A means all fleets of all namespaces: leave out FLEET and -n");
}

interface Look {
  readonly flags: Given<typeof flags>;
  readonly fleet: string | undefined;
  readonly terminal: Terminal;
}

async function lookAt(cluster: Cluster, look: Look): Promise<string> {
  const { flags: given, fleet } = look;
  const everywhere = given["all-namespaces"];
  if (fleet === undefined) {
    const namespace = everywhere ? undefined : (given.namespace ?? cluster.namespace);
    return shown(await readFleets(cluster, namespace), look);
  }
  const key = readFleetName(fleet, given.namespace, cluster.namespace);
  return shown(await readFleet(cluster, key, { traffic: true }), look);
}

function shown({ observed, missing }: Reading, { flags: given, fleet, terminal }: Look): string {
  const overview = overviewOf(observed);
  const format = given.output as Format | undefined;
  if (format === "name") return overview.fleets.map(({ name }) => fleetNameLine(name)).join("");
  if (format !== undefined) return formatted(statusJson(overview, missing), format);
  const drawing = drawingOf(terminal);
  if (fleet !== undefined) return fleetText(overview, missing, drawing);
  if (overview.fleets.length === 0) return "there are no fleets here\n";
  return fleetTable(overview.fleets, given["all-namespaces"], drawing);
}
