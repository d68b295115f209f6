import type { CustomObject, KubeObject } from "../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../kubernetes/resource.ts";
import { type Controller, type Outcome, gone, lookAgain, soonest } from "../runtime/controller.ts";
import type { Change, Store } from "../kubernetes/store.ts";
import { claimant, podFleet } from "../cluster/caches.ts";
import type { Environment } from "../cluster/environment.ts";
import { isMoreThanStatus, sidesOf } from "../cluster/changes.ts";
import { decideFleet } from "./decide.ts";
import { FleetExecutor } from "./execute.ts";
import { gatherFleet } from "./observe.ts";

/** Keeps a fleet's pods, addresses and status as its spec, the ledger and the pools ask. */
export function fleetController(environment: Environment): Controller {
  const queue = environment.makeQueue();
  const executor = new FleetExecutor(environment);
  wake(environment, (key) => queue.add(key));
  return {
    name: "fleet",
    workers: 8,
    queue,
    async reconcile(key): Promise<Outcome> {
      const outcome = await step(key, executor, environment);
      // What was claimed gets its lanes at once, however many other fleets wait.
      return outcome.kind === "lookAgain" && outcome.afterMs === 0
        ? step(key, executor, environment)
        : outcome;
    },
  };
}

async function step(
  key: string,
  executor: FleetExecutor,
  environment: Environment,
): Promise<Outcome> {
  const observed = await gatherFleet(parseKey(key), environment);
  if (observed === undefined) return gone;
  const plan = decideFleet(observed, environment.now(), environment.random);
  const unfinishedMs = await executor.execute(observed, plan);
  const at = plan.kind === "live" ? plan.requeueAt : undefined;
  const lookMs = at === undefined ? undefined : at - environment.now();
  return lookAgain(soonest(unfinishedMs, lookMs));
}

/**
 * Everything that a fleet's next step depends on wakes it, but for what it has just written itself.
 */
function wake({ caches, podReports }: Environment, add: (key: string) => void): void {
  const all = () => caches.fleets.list().forEach((fleet) => add(keyText(keyOf(fleet))));
  const foreign = ({ own }: { readonly own: boolean }) => !own;
  on(caches.fleets, (fleet) => [keyText(keyOf(fleet))], foreign, add);
  on(caches.addresses, claimant, () => true, add);
  caches.addresses.onChange(({ after }) => {
    if (after !== undefined) return;
    for (const fleet of caches.fleets.list())
      if (waitsForAddress(fleet)) add(keyText(keyOf(fleet)));
  });
  for (const children of [
    caches.deployments,
    caches.secrets,
    caches.disruptionBudgets,
    caches.networkPolicies,
    caches.pods,
  ] as const) {
    on(children as Store<KubeObject>, podFleet, foreign, add);
  }
  podReports.onChange((key) => {
    const pod = caches.pods.get(parseKey(key));
    if (pod !== undefined) for (const fleet of podFleet(pod)) add(fleet);
  });
  caches.pools.onChange((change) => {
    if (isMoreThanStatus(change)) all();
  });
  caches.namespaces.onChange(({ before, after }) => {
    const [old, now] = [before, after].map((namespace) =>
      JSON.stringify(namespace?.metadata.labels),
    );
    if (old !== now) all();
  });
}

/**
 * Whether an address that comes free means something to this fleet: it has slots without one, or
 * its pools are running low.
 */
function waitsForAddress({ status }: CustomObject): boolean {
  const { conditions = [] } = (status ?? {}) as {
    conditions?: readonly { type?: string; status?: string; reason?: string }[];
  };
  return conditions.some(
    ({ type, status: state, reason }) =>
      (type === "PoolExhausted" && reason !== "AddressesFree") ||
      (type === "AddressesReady" && state !== "True"),
  );
}

function on<T extends KubeObject>(
  store: Store<T>,
  keysOf: (object: T) => readonly string[],
  counts: (change: Change<T>) => boolean,
  add: (key: string) => void,
): void {
  store.onChange((change) => {
    if (counts(change))
      for (const object of sidesOf(change)) for (const key of keysOf(object)) add(key);
  });
}
