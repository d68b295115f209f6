import type { CustomObject } from "../kubernetes/objects.ts";
import { keyOf, keyText } from "../kubernetes/resource.ts";
import { addressLabel } from "../api/names.ts";
import { seconds } from "../values/time.ts";
import { type Controller, type Outcome, gone, lookAgain, soonest } from "../runtime/controller.ts";
import { podFleet } from "../cluster/caches.ts";
import type { Environment } from "../cluster/environment.ts";
import { isOwnStatus, isMoreThanStatus, sidesOf } from "../cluster/changes.ts";
import { type HostResolver, dnsResolver } from "./resolve.ts";
import { planAddress, tryIsDue, verifyingFor } from "./decide.ts";
import { AddressExecutor } from "./execute.ts";
import { gatherAddress } from "./observe.ts";
import { tryAddress } from "./probe.ts";

/** A pod that has not taken over a lane after this long is evicted. */
const evictAfter = seconds(60);

/** Gives each ledger entry its Service, verifies it, and takes it down again. */
export function addressController(
  environment: Environment,
  resolve: HostResolver = dnsResolver(),
): Controller {
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
        due === undefined || certificate === undefined
          ? undefined
          : await tryAddress(observed, certificate, due.compare, environment);
      const now = environment.now();
      const plan = planAddress(observed, evidence, now);
      const unfinishedMs = await executor.execute(observed, plan);
      if (evidence !== undefined && verifyingFor(observed, now) > evictAfter)
        await executor.evict(observed, evidence.lagging);
      const at = plan.decision.requeueAt;
      return lookAgain(soonest(unfinishedMs, at === undefined ? undefined : at - now));
    },
  };
}

/**
 * Everything that an entry's next step depends on wakes it, but for what it has just written
 * itself.
 */
function wake({ caches }: Environment, add: (name: string) => void): void {
  const ofFleet = (key: string, counts: (entry: CustomObject) => boolean = () => true) => {
    for (const entry of caches.addresses.by("fleet", key))
      if (counts(entry)) add(entry.metadata.name);
  };
  caches.addresses.onChange((change) => {
    // One that is gone is looked at, too, so that it is not waited for until the next resync.
    const entry = change.after ?? change.before;
    if (entry !== undefined && !isOwnStatus(change)) add(entry.metadata.name);
  });
  caches.services.onChange((change) => {
    if (change.own) return;
    for (const { metadata } of sidesOf(change)) {
      const name = metadata.labels?.[addressLabel];
      if (name !== undefined) add(name);
    }
  });
  caches.secrets.onChange((change) =>
    sidesOf(change)
      .flatMap(podFleet)
      .forEach((key) => ofFleet(key)),
  );
  caches.pods.onChange((change) =>
    sidesOf(change)
      .flatMap(podFleet)
      .forEach((key) => ofFleet(key, waitsForPods)),
  );
  caches.fleets.onChange((change) => {
    if (isMoreThanStatus(change))
      for (const fleet of sidesOf(change)) ofFleet(keyText(keyOf(fleet)));
  });
  caches.pools.onChange((change) => {
    if (!isMoreThanStatus(change)) return;
    for (const { metadata } of sidesOf(change))
      for (const entry of caches.addresses.by("pool", metadata.name)) add(entry.metadata.name);
  });
}

/** An address that is not published yet is tried again when a pod of its fleet becomes ready. */
function waitsForPods({ status }: CustomObject): boolean {
  const { phase } = (status ?? {}) as { phase?: unknown };
  return phase === undefined || phase === "Provisioning" || phase === "Verifying";
}
