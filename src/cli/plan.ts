import type { CustomObject, KubeObject } from "../kubernetes/objects.ts";
import { parseArgs } from "node:util";
import { type Caches, claimant, claimedPool } from "../cluster/caches.ts";
import { decideFleet } from "../fleet/decide.ts";
import { gatherFleet } from "../fleet/observe.ts";
import { Ledger } from "../ledger/ledger.ts";
import { PodReports } from "../pods/reports.ts";
import { slotsOf } from "../rotation/slots.ts";
import { fleetView } from "../rotation/fleet-view.ts";
import { instant } from "../values/time.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { namespaces } from "../kubernetes/builtin.ts";
import { ApiClient } from "../kubernetes/client.ts";
import { Connection } from "../kubernetes/connection.ts";
import * as custom from "../api/resources.ts";
import type { Resource } from "../kubernetes/resource.ts";
import { Store } from "../kubernetes/store.ts";
import { userAgent } from "../version.ts";
import { sleep } from "../runtime/clock.ts";
import { makeLogger } from "../runtime/log.ts";
import { cryptoRandom } from "../runtime/random.ts";
import { type PlannedFleet, planJson, planText } from "./plan-text.ts";

/** A call of `proxyfleet plan` that can't be understood, or a fleet that can't be planned. */
export class PlanError extends ProxyfleetError {}

/** The text of `proxyfleet plan --help`. */
export const planHelp = `Usage: proxyfleet plan NAMESPACE/NAME [flags]

Shows for every slot of a fleet what would happen next, when, and why. It only reads: the fleet, the ledger and the pools.
Sessions are not counted, so that a drain may end earlier than it says.

  --kubeconfig   kubeconfig file (default: KUBECONFIG, ~/.kube/config, or the pod's service account)
  --output       text or json (default: text)
  --help         show this text
`;

const options = {
  kubeconfig: { type: "string" },
  output: { type: "string", default: "text" },
  help: { type: "boolean", default: false },
} as const;

/**
 * Runs `proxyfleet plan`. Gives what is printed. @throws PlanError, and errors of the API client
 */
export async function planCommand(args: readonly string[]): Promise<string> {
  const { values, positionals } = readArguments(args);
  if (values.help) return planHelp;
  const [fleet = "", ...more] = positionals;
  const [namespace = "", name = "", ...rest] = fleet.split("/");
  if (namespace === "" || name === "" || more.length + rest.length > 0)
    throw new PlanError("say which fleet, as NAMESPACE/NAME: see proxyfleet plan --help");
  if (values.output !== "text" && values.output !== "json")
    throw new PlanError(`--output: "${values.output}" is neither text nor json`);
  const connection = Connection.fromDefault(values.kubeconfig);
  try {
    const client = new ApiClient(connection, new AbortController().signal, {
      userAgent,
      sleep,
      random: Math.random,
    });
    const planned = await planFleet(client, { namespace, name });
    return values.output === "json" ? planJson(planned) : planText(planned);
  } finally {
    await connection.close();
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    throw new PlanError("unknown or incomplete flag: see proxyfleet plan --help", { cause });
  }
}

async function planFleet(
  client: ApiClient,
  key: { readonly namespace: string; readonly name: string },
): Promise<PlannedFleet> {
  const caches = await readCaches(client, key.namespace);
  const settings = { proxyImage: "", operatorNamespace: "" };
  const log = await makeLogger("error", false);
  const podStatus = async () => Promise.reject(new PlanError("pods are not asked"));
  const observed = await gatherFleet(key, {
    caches,
    settings,
    podStatus,
    podReports: new PodReports(),
    log,
  });
  if (observed?.parsed === undefined)
    throw new PlanError(`there is no WhatsAppProxy ${key.namespace}/${key.name}`);
  if (!observed.parsed.ok) throw new PlanError(observed.parsed.problem);
  const now = instant(Date.now());
  const decided = decideFleet(observed, now, cryptoRandom);
  if (decided.kind !== "live")
    throw new PlanError(`WhatsAppProxy ${key.namespace}/${key.name} can't be planned`);
  const { pools, formerPools, held, own } = observed;
  const view = fleetView({ fleet: observed.parsed.value, entries: own, pools, formerPools, held });
  const told = slotsOf(view).flatMap(({ slot, published }) =>
    published?.address === undefined ? [] : [[slot, published.address] as const],
  );
  return {
    fleet: `${key.namespace}/${key.name}`,
    published: new Map(told),
    plan: decided.rotation,
    now,
  };
}

/**
 * What a plan is made from, read once. Pods and children are left out: they change nothing of it.
 */
async function readCaches(client: ApiClient, namespace: string): Promise<Caches> {
  const addresses = await filled(
    client,
    custom.addresses,
    new Store<CustomObject>({ fleet: claimant, pool: claimedPool }),
  );
  return {
    fleets: await filled(client, custom.fleets, new Store(), namespace),
    pools: await filled(client, custom.pools, new Store()),
    addresses,
    ledger: new Ledger(addresses),
    namespaces: await filled(client, namespaces, new Store()),
    deployments: new Store(),
    secrets: new Store(),
    services: new Store(),
    pods: new Store(),
    disruptionBudgets: new Store(),
    networkPolicies: new Store(),
  };
}

const pageSize = 500;

async function filled<T extends KubeObject>(
  client: ApiClient,
  of: Resource<T>,
  store: Store<T>,
  namespace?: string,
): Promise<Store<T>> {
  for (let continueToken: string | undefined; ;) {
    const page = await client.list(of, {
      limit: pageSize,
      continueToken,
      ...(namespace === undefined ? {} : { namespace }),
    });
    for (const item of page.items) store.recordWrite(item);
    continueToken = page.continueToken;
    if (continueToken === undefined) return store;
  }
}
