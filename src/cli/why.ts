import { overviewOf } from "../overview/overview.ts";
import { CallError } from "./call/call-error.ts";
import { type Cluster, withCluster } from "./call/cluster.ts";
import { clusterFlags, namespaceFlag } from "./call/cluster-flags.ts";
import { readFleetName, readSlot } from "./call/fleet-name.ts";
import { type Given, type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { readFleet, readFleets } from "./read/observe-cluster.ts";
import { formatted } from "./terminal/formats.ts";
import { type Terminal, drawingOf } from "./terminal/terminal.ts";
import { explain } from "./why/explain.ts";
import { type Explained, whyJson, whyText } from "./why/text.ts";

const flags = {
  ...namespaceFlag,
  "all-namespaces": { short: "A", about: "without FLEET: the fleets of all namespaces" },
  output: { short: "o", value: "FORMAT", choices: ["json", "yaml"], about: "for programs" },
  ...clusterFlags,
} as const;

/** How `proxyfleet why` is called. */
export const whyShape: Shape<typeof flags> = {
  name: "why",
  operands: "[FLEET [SLOT]]",
  count: { least: 0, most: 2 },
  about: `Walks from a fleet over its slots to their addresses, Services and pods, and to
what Kubernetes and the load balancer report of them. The last lines say in one
sentence what is wrong and what to do. Without FLEET: each fleet in trouble.
FLEET is NAME or NAMESPACE/NAME, SLOT the number of a slot.

You need the right to get or list WhatsAppProxy objects. Whatever else you may
not read is not looked at, and named at the end.`,
  flags,
  exitCodes:
    "0 if nothing is wrong, 3 if something is, 1 for a failure, 2 for a call that is wrong.",
};

const somethingIsWrong = 3;

/**
 * Runs `proxyfleet why`; resolves to the exit code.
 * @throws CallError, MissingRightError, NoSuchFleetError, errors of the API client
 */
export async function whyCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const call = readCall(whyShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const [fleet, slotText] = call.operands;
  if (call.flags["all-namespaces"] && (fleet !== undefined || call.flags.namespace !== undefined))
    throw new CallError("-A means the fleets of all namespaces: leave out FLEET and -n");
  const slot = slotText === undefined ? undefined : readSlot(slotText);
  const found = await withCluster(call.flags, async (cluster) =>
    fleet === undefined
      ? explainTroubled(cluster, call.flags)
      : explainOne(cluster, { fleet, slot, given: call.flags }),
  );
  terminal.write(shown(found, call.flags, terminal));
  return found.explained.some(({ causes }) => causes.length > 0) ? somethingIsWrong : 0;
}

interface Found {
  readonly explained: readonly Explained[];
  readonly missing: readonly string[];
}

interface One {
  readonly fleet: string;
  readonly slot: number | undefined;
  readonly given: Given<typeof flags>;
}

async function explainOne(cluster: Cluster, { fleet, slot, given }: One): Promise<Found> {
  const key = readFleetName(fleet, given.namespace, cluster.namespace);
  const { observed, missing } = await readFleet(cluster, key);
  const overview = overviewOf(observed);
  return { explained: overview.fleets.map((one) => explain(one, observed, slot)), missing };
}

/** Looks closely only at fleets in trouble: there may be a thousand that have none. */
async function explainTroubled(cluster: Cluster, given: Given<typeof flags>): Promise<Found> {
  const namespace = given["all-namespaces"] ? undefined : (given.namespace ?? cluster.namespace);
  const { observed, missing } = await readFleets(cluster, namespace);
  const { operator, fleets } = overviewOf(observed);
  const looked: Explained[] = [];
  const unread = new Set(missing);
  for (const { urgency, namespace: at, name } of fleets) {
    if (urgency === "Fine" && operator.state !== "Silent") continue;
    const close = await readFleet(cluster, { namespace: at, name });
    for (const right of close.missing) unread.add(right);
    looked.push(
      ...overviewOf(close.observed).fleets.map((one) => explain(one, close.observed, undefined)),
    );
  }
  return { explained: looked, missing: [...unread] };
}

function shown(
  { explained, missing }: Found,
  { output }: Given<typeof flags>,
  terminal: Terminal,
): string {
  if (output !== undefined)
    return formatted(whyJson(explained, missing), output === "json" ? "json" : "yaml");
  if (explained.length === 0) return "Nothing is known to be wrong with any fleet here.\n";
  return explained.map((one) => whyText(one, missing, drawingOf(terminal))).join("\n");
}
