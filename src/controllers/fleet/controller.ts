import { keyOf, keyText, parseKey } from "../../kube/resource.ts";
import type { KubeObject } from "../../manifests/objects.ts";
import { type Controller, type Outcome, gone, lookAgain } from "../../runtime/controller.ts";
import type { Store } from "../../kube/store.ts";
import { claimant, podFleet } from "../caches.ts";
import type { Environment } from "../environment.ts";
import { decideFleet } from "./decide.ts";
import { FleetExecutor } from "./execute.ts";
import { gatherFleet } from "./gather.ts";

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
      const observed = await gatherFleet(parseKey(key), environment);
      if (observed === undefined) return gone;
      const plan = decideFleet(observed, environment.now(), environment.random);
      await executor.execute(observed, plan);
      const at = plan.kind === "live" ? plan.lookAgainAt : undefined;
      return lookAgain(at === undefined ? undefined : at - environment.now());
    },
  };
}

/** Everything that a fleet's next step depends on wakes it. */
function wake({ caches }: Environment, add: (key: string) => void): void {
  const all = () => {
    for (const fleet of caches.fleets.list()) add(keyText(keyOf(fleet)));
  };
  on(caches.fleets, (fleet) => [keyText(keyOf(fleet))], add);
  on(caches.addresses, claimant, add);
  caches.addresses.onChange(({ after }) => {
    // An address came free: a fleet that waits for one may take it.
    if (after === undefined) all();
  });
  for (const children of [caches.deployments, caches.secrets, caches.disruptionBudgets, caches.networkPolicies] as const) {
    on(children as Store<KubeObject>, podFleet, add);
  }
  on(caches.pods, podFleet, add);
  caches.pools.onChange(all);
  caches.namespaces.onChange(({ before, after }) => {
    const [old, now] = [before, after].map((namespace) => JSON.stringify(namespace?.metadata.labels));
    if (old !== now) all();
  });
}

function on<T extends KubeObject>(store: Store<T>, keysOf: (object: T) => readonly string[], add: (key: string) => void): void {
  store.onChange(({ before, after }) => {
    for (const object of [before, after]) if (object !== undefined) for (const key of keysOf(object)) add(key);
  });
}
