import { leases } from "../kubernetes/builtin.ts";
import { ForbiddenError } from "../kubernetes/errors.ts";
import type { Observed } from "../overview/observed.ts";
import { operatorLease } from "../overview/operator.ts";
import { overviewOf } from "../overview/overview.ts";
import { CallError } from "./call/call-error.ts";
import { type Cluster, withCluster } from "./call/cluster.ts";
import { clusterFlags, namespaceFlag } from "./call/cluster-flags.ts";
import { readFleetName } from "./call/fleet-name.ts";
import { type Given, type Shape, readCall } from "./call/flags.ts";
import { MissingRightError } from "./call/missing-right.ts";
import { calledAs } from "./call/program-name.ts";
import { clusterFindings } from "./doctor/cluster-checks.ts";
import { type Finding, unknown } from "./doctor/finding.ts";
import { fleetFindings } from "./doctor/fleet-checks.ts";
import { type Connect, connectChoices, handshakeFindings } from "./doctor/handshakes.ts";
import { look } from "./doctor/look.ts";
import { doctorJson, doctorText } from "./doctor/text.ts";
import { NotInstalledError, readFleet, readFleets } from "./read/observe-cluster.ts";
import { OptionalLists } from "./read/optional-lists.ts";
import { formatted } from "./terminal/formats.ts";
import { type Terminal, drawingOf } from "./terminal/terminal.ts";
import { explain } from "./why/explain.ts";

const flags = {
  ...namespaceFlag,
  connect: {
    value: "WHEN",
    choices: connectChoices,
    about: "whether to try the fleet's addresses from here (auto: unless a proxy is in use)",
  },
  output: { short: "o", value: "FORMAT", choices: ["json", "yaml"], about: "for programs" },
  ...clusterFlags,
} as const;

/** How `proxyfleet doctor` is called. */
export const doctorShape: Shape<typeof flags> = {
  name: "doctor",
  operands: "[FLEET]",
  count: { least: 0, most: 1 },
  about: `Looks at what Proxyfleet needs of a cluster, before and after it is installed:
the version of Kubernetes, CRDs, load balancers, your rights, whether the
namespace accepts the proxy's pods, network policies, DNS and limits. Each
finding has a remedy. With FLEET also what proxyfleet why finds, and whether its
addresses answer from here. FLEET is NAME or NAMESPACE/NAME.

It writes nothing: the server is only asked to check a pod, as a dry run. No
right is needed; what you may not look at is named.`,
  flags,
  exitCodes:
    "0 if nothing fails, also with warnings; 3 if something does, 1 if the cluster can't be reached, 2 for a call that is wrong.",
};

const somethingFails = 3;

/**
 * Runs `proxyfleet doctor`; resolves to the exit code.
 * @throws CallError, NoSuchFleetError, errors of the API client
 */
export async function doctorCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const call = readCall(doctorShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const [fleet] = call.operands;
  const findings = await withCluster(call.flags, async (cluster) =>
    examine(cluster, fleet, call.flags),
  );
  const { output } = call.flags;
  terminal.write(
    output === undefined
      ? doctorText(findings, drawingOf(terminal))
      : formatted(doctorJson(findings), output === "json" ? "json" : "yaml"),
  );
  return findings.some(({ state }) => state === "Failure") ? somethingFails : 0;
}

async function examine(
  cluster: Cluster,
  fleet: string | undefined,
  given: Given<typeof flags>,
): Promise<readonly Finding[]> {
  const key =
    fleet === undefined ? undefined : readFleetName(fleet, given.namespace, cluster.namespace);
  const namespace = key?.namespace ?? given.namespace ?? cluster.namespace;
  const all = await fleetsOf(cluster, namespace);
  const seen = await look(cluster, namespace, all);
  const ofCluster = [...clusterFindings(seen), ...(all === undefined ? [unreadable] : [])];
  if (key === undefined) return ofCluster;
  const { observed } = await readFleet(cluster, key);
  const explained = overviewOf(observed).fleets.map((one) => explain(one, observed, undefined));
  const connect = connectOf(given.connect);
  return [
    ...ofCluster,
    ...fleetFindings(explained),
    ...(await handshakeFindings(observed, connect, cluster.isProxied)),
  ];
}

function connectOf(text: string | undefined): Connect {
  const found = connectChoices.find((choice) => choice === (text ?? "auto"));
  if (found === undefined)
    throw new CallError(`--connect: "${text}" is none of ${connectChoices.join(", ")}`);
  return found;
}

const unreadable = unknown(
  "Fleet",
  "you may not list WhatsAppProxy objects",
  "ask for the role of a viewer (docs/rights.md)",
);

/** Undefined where they can't be read. A cluster without the kind has none. */
async function fleetsOf(cluster: Cluster, namespace: string): Promise<Observed | undefined> {
  try {
    return (await readFleets(cluster, namespace)).observed;
  } catch (error) {
    if (error instanceof NotInstalledError) {
      const lease = { fieldSelector: `metadata.name=${operatorLease}` };
      const found = await new OptionalLists(cluster.client).list(leases, lease);
      return { now: cluster.now(), fleets: [], leases: found };
    }
    if (error instanceof MissingRightError || error instanceof ForbiddenError) return undefined;
    throw error;
  }
}
