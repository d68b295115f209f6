import { keyOf, keyText } from "../../kube/resource.ts";
import { addressLabel } from "../../manifests/names.ts";
import type { KubeObject } from "../../manifests/objects.ts";
import { seconds } from "../../domain/time.ts";
import { type Controller, type Outcome, gone, lookAgain } from "../../runtime/controller.ts";
import { podFleet } from "../caches.ts";
import type { Environment } from "../environment.ts";
import { type HostResolver, dnsResolver } from "../../verification/resolve.ts";
import { planAddress, tryIsDue, verifyingFor } from "./decide.ts";
import { AddressExecutor } from "./execute.ts";
import { gatherAddress } from "./gather.ts";
import { tryAddress } from "./try-address.ts";

/** A pod that has not taken over a lane after this long is evicted. */
const evictAfter = seconds(60);

/** Gives each ledger entry its Service, verifies it, and takes it down again. */
export function addressController(environment: Environment, resolve: HostResolver = dnsResolver()): Controller {
  const queue = environment.makeQueue();
  const executor = new AddressExecutor(environment);
  wake(environment, (name) => queue.add(name));
  return {
    name: "address",
    workers: 8,
    queue,
    async reconcile(name): Promise<Outcome> {
      const observed = await gatherAddress(name, environment, resolve);
      if (observed === undefined) return gone;
      const due = tryIsDue(observed, environment.now());
      const { certificate } = observed;
      const evidence =
        due === undefined || certificate === undefined ? undefined : await tryAddress(observed, certificate, due.compare, environment);
      const now = environment.now();
      const plan = planAddress(observed, evidence, now);
      await executor.execute(observed, plan);
      if (evidence !== undefined && verifyingFor(observed, now) > evictAfter) await executor.evict(observed, evidence.lagging);
      const at = plan.decision.lookAgainAt;
      return lookAgain(at === undefined ? undefined : at - now);
    },
  };
}

/** Everything that an entry's next step depends on wakes it. */
function wake({ caches }: Environment, add: (name: string) => void): void {
  const ofFleet = (key: string) => {
    for (const entry of caches.addresses.by("fleet", key)) add(entry.metadata.name);
  };
  const each = (
    change: { readonly before: KubeObject | undefined; readonly after: KubeObject | undefined },
    then: (object: KubeObject) => void,
  ) => {
    for (const object of [change.before, change.after]) if (object !== undefined) then(object);
  };
  caches.addresses.onChange(({ after }) => {
    if (after !== undefined) add(after.metadata.name);
  });
  caches.services.onChange((change) =>
    each(change, ({ metadata }) => {
      const name = metadata.labels?.[addressLabel];
      if (name !== undefined) add(name);
    }),
  );
  caches.secrets.onChange((change) => each(change, (secret) => podFleet(secret).forEach(ofFleet)));
  caches.fleets.onChange((change) => each(change, (fleet) => ofFleet(keyText(keyOf(fleet)))));
  caches.pools.onChange((change) =>
    each(change, ({ metadata }) => {
      for (const entry of caches.addresses.by("pool", metadata.name)) add(entry.metadata.name);
    }),
  );
}
