import { parseArgs } from "./call/parse-args.ts";
import { deletionOf } from "../cluster/deletion.ts";
import type { KubeObject } from "../kubernetes/objects.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { keyText } from "../kubernetes/resource.ts";
import { decideFleet } from "../fleet/decide.ts";
import { observeFleet } from "../fleet/io/observe.ts";
import { PodReports } from "../pods/io/reports.ts";
import { FeedReadings } from "../reachability/feeds/io/feed-readings.ts";
import { CountryLooks } from "../reachability/io/country-looks.ts";
import { cryptoRandom } from "../runtime/random.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { instant } from "../values/time.ts";
import { clusterFlagsHelp, clusterOptions } from "./call/cluster-flags.ts";
import { withCluster } from "./call/cluster.ts";
import { readCaches } from "./plan-caches.ts";
import { type PlannedFleet, planJson, planText } from "./plan-text.ts";

/** A call of `proxyfleet plan` that can't be understood, or a fleet that can't be planned. */
export class PlanError extends ProxyfleetError {}

/** The text of `proxyfleet plan --help`. */
export const planHelp = `Usage: proxyfleet plan [NAMESPACE/]NAME [flags]

Shows for every slot of a fleet what would happen next, when, and why, and what the operator would
write now. It only reads: the fleet, its pods, the ledger and the pools. Sessions are not counted,
so that a drain may end earlier than it says. DNS names are not looked up, so that a drain may also
end later: not before its slot's name leads elsewhere. What the operator makes of its own settings
(Deployment, Secret, PodDisruptionBudget, NetworkPolicy) is not shown.

  -n, --namespace  the fleet's namespace, where NAME alone is given (default: that of the kubeconfig)
  --output         text or json (default: text)
  --help           show this text
${clusterFlagsHelp}`;

const options = {
  ...clusterOptions,
  output: { type: "string", default: "text" },
  help: { type: "boolean", default: false },
} as const;

/** Runs `proxyfleet plan`. Gives what is printed. @throws PlanError, and errors of the API client */
export async function planCommand(args: readonly string[]): Promise<string> {
  const { values, positionals } = readArguments(args);
  if (values.help) return planHelp;
  const fleet = readFleet(positionals, values.namespace);
  if (values.output !== "text" && values.output !== "json")
    throw new PlanError(`--output: "${values.output}" is neither text nor json`);
  return withCluster(values, async ({ client, namespace }) => {
    const planned = await planFleet(client, { namespace, ...fleet });
    return values.output === "json" ? planJson(planned) : planText(planned);
  });
}

/** `NAME` or `NAMESPACE/NAME`; the namespace of the first follows from the flags or the kubeconfig. */
function readFleet(
  positionals: readonly string[],
  namespace: string | undefined,
): { readonly name: string; readonly namespace?: string } {
  const [fleet = "", ...more] = positionals;
  const [first = "", second, ...rest] = fleet.split("/");
  if (first === "" || second === "" || more.length + rest.length > 0)
    throw new PlanError("say which fleet, as NAME or NAMESPACE/NAME: see proxyfleet plan --help");
  if (second === undefined) return { name: first };
  if (namespace !== undefined && namespace !== first)
    throw new PlanError(`"${fleet}" is in another namespace than -n ${namespace}: leave out one`);
  return { namespace: first, name: second };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    throw new PlanError("unknown or incomplete flag: see proxyfleet plan --help", { cause });
  }
}

/** Observes and decides exactly as the operator does, and applies nothing. */
async function planFleet(
  client: ApiClient,
  key: { readonly namespace: string; readonly name: string },
): Promise<PlannedFleet> {
  const fleet = keyText(key);
  const caches = await readCaches(client, key);
  const now = instant(Date.now());
  // Of the evidence, only what the ledger says of it is known here: its verdicts.
  const looks = new CountryLooks({
    caches,
    evidence: { log: undefined, beganAt: undefined },
    feeds: new FeedReadings(),
    now: () => now,
    clock: () => performance.now(),
  });
  const sources = {
    caches,
    holds: looks.holdsOn.bind(looks),
    settings: { proxyImage: "", operatorNamespace: "" },
    isBusy: () => false,
    reports: new PodReports(),
    certificates: { issued: () => new Map() },
    ticketSeed: () => "",
    readings: { of: () => new Map() },
    rollouts: { turnOf: () => ({ kind: "now" }) as const },
    absence: () => undefined,
    deletion: (object: KubeObject) => deletionOf(object, undefined),
  };
  const observed = observeFleet(fleet, { refused: undefined, contested: [] }, sources);
  if (observed?.parsed === undefined) throw new PlanError(`there is no WhatsAppProxy ${fleet}`);
  if (!observed.parsed.ok) throw new PlanError(observed.parsed.problem);
  const plan = decideFleet(observed, { now, random: cryptoRandom });
  return { fleet, plan, now };
}
