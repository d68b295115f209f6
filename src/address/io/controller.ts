import type { Logger } from "pino";
import { addressLabel } from "../../api/names.ts";
import { parseProxyAddress } from "../../api/proxy-address.ts";
import { type Caches, claimant, podFleet } from "../../cluster/caches.ts";
import type { Deletions } from "../../cluster/io/deletions.ts";
import { enqueueOn, isForeign, isMoreThanStatus, isOwnStatus } from "../../cluster/changes.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import type { Controller } from "../../runtime/controller.ts";
import type { Inquiries } from "../../runtime/inquiries.ts";
import { type ReconcilerOptions, defineController } from "../../runtime/reconciler.ts";
import type { AddressAsk } from "../asks.ts";
import type { BalancerWarnings } from "../balancer-words.ts";
import { decideAddress } from "../decide.ts";
import type { Resolution } from "../observed.ts";
import type { Probe, ProbeRequest, ProbeResult } from "../probe.ts";
import { decideUnreadable } from "../unreadable.ts";
import { type AddressSources, observeAddress } from "./observe.ts";
import { observeUnreadable } from "./observe-unreadable.ts";
import type { HostResolver } from "./resolve.ts";
import { readWarnings } from "./warnings.ts";

export interface AddressControllerOptions extends ReconcilerOptions {
  readonly sources: Omit<AddressSources, "probes" | "resolutions" | "warnings" | "deletion">;
  readonly client: Pick<ApiClient, "list">;
  readonly probes: Inquiries<Probe>;
  readonly resolutions: Inquiries<Resolution>;
  readonly warnings: Inquiries<BalancerWarnings>;
  /** Tries an address. A failure is a result, and never throws. */
  readonly probe: (request: ProbeRequest) => Promise<ProbeResult>;
  readonly resolve: HostResolver;
  readonly deletions: Deletions;
  readonly log: Logger;
}

/** Gives each ledger entry its Service, verifies it, and takes it down again. */
export function addressController(options: AddressControllerOptions): Controller {
  const { sources, probes, resolutions, warnings, deletions, queue, log } = options;
  enqueueAddresses(sources.caches, (name) => queue.add(name));
  warnOfUnreadable(sources.caches, log);
  const deletion = (entry: CustomObject) => deletions.of(entry);
  const all = { ...sources, probes, resolutions, warnings, deletion };
  return defineController(
    {
      name: "address",
      goesOnInTurn: true,
      observe: (name, memory) => observeAddress(name, memory, all) ?? observeUnreadable(name, all),
      decide: (observed, context) =>
        "problem" in observed
          ? decideUnreadable(observed, context)
          : decideAddress(observed, context),
      answer: async (name, ask) => answer(name, ask, options),
      forget: (name) => {
        probes.forget(name);
        warnings.forget(name);
      },
    },
    options,
  );
}

/** Asks beside the reconciles: an address that does not answer holds up no other one. */
function answer(name: string, ask: AddressAsk, options: AddressControllerOptions): "later" {
  const { probes, resolutions, warnings, probe, resolve, now, queue } = options;
  const again = () => queue.add(name);
  switch (ask.kind) {
    case "probe": {
      const { request } = ask;
      const run = async () => ({ request, result: await probe(request), at: now() });
      probes.ask(name, run, again);
      break;
    }
    case "deletion": {
      const entry = options.sources.caches.addresses.get({ name });
      if (entry !== undefined) options.deletions.ask(entry, again);
      break;
    }
    case "resolve": {
      const run = async () => ({ addresses: await resolve(ask.hostname), at: now() });
      resolutions.ask(ask.hostname, run, again);
      break;
    }
    case "warnings": {
      const run = async (signal: AbortSignal) => readWarnings(ask.service, options, signal);
      warnings.ask(name, run, again);
      break;
    }
  }
  return "later";
}

/** Everything that an entry's next step depends on enqueues it, but for its own last write. */
function enqueueAddresses(caches: Caches, add: (name: string) => void): void {
  const addAll = (entries: readonly CustomObject[]) =>
    entries.forEach(({ metadata }) => add(metadata.name));
  const ofFleet = (key: string) => addAll(caches.addresses.by("fleet", key));
  // One that is gone is looked at, too, so that it is not waited for until the next resync.
  enqueueOn(
    caches.addresses,
    (change) => !isOwnStatus(change),
    ({ metadata }) => add(metadata.name),
  );
  enqueueOn(caches.services, isForeign, ({ metadata }) => {
    const name = metadata.labels?.[addressLabel];
    if (name !== undefined) add(name);
  });
  enqueueOn(
    caches.secrets,
    () => true,
    (secret) => podFleet(secret).forEach(ofFleet),
  );
  enqueueOn(
    caches.pods,
    () => true,
    (pod) =>
      podFleet(pod).forEach((key) =>
        addAll(caches.addresses.by("fleet", key).filter(waitsForPods)),
      ),
  );
  enqueueOn(caches.fleets, isMoreThanStatus, (fleet) => ofFleet(keyText(keyOf(fleet))));
  caches.reach.onReadable((namespace) =>
    addAll(
      caches.addresses
        .list()
        .filter((entry) => claimant(entry).some((key) => parseKey(key).namespace === namespace)),
    ),
  );
  enqueueOn(caches.pools, isMoreThanStatus, ({ metadata }) =>
    addAll(caches.addresses.by("pool", metadata.name)),
  );
}

/** An address that is not published yet is probed again when a pod of its fleet becomes ready. */
function waitsForPods(entry: CustomObject): boolean {
  const phase = viewOfEntry(entry).view?.phase;
  return phase === "Provisioning" || phase === "Verifying";
}

/** An entry that this version can't read is left alone, and says so once with each change. */
function warnOfUnreadable({ addresses }: Caches, log: Logger): void {
  addresses.onChange(({ after }) => {
    if (after === undefined || viewOfEntry(after).view !== undefined) return;
    const parsed = parseProxyAddress(after);
    const problem = parsed.ok ? undefined : parsed.problem;
    log.warn(
      { address: after.metadata.name, problem },
      "a ledger entry can't be read: it is left alone",
    );
  });
}
