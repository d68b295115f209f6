import { ledgerName } from "../../domain/ip.ts";
import type { Evidence } from "../../domain/verification.ts";
import { explainError } from "../../errors.ts";
import { Applier, covers, pinned } from "../../kube/apply.ts";
import { pods as podKind, services } from "../../kube/builtin.ts";
import * as custom from "../../kube/custom.ts";
import type { CustomObject } from "../../kube/custom.ts";
import { keyOf } from "../../kube/resource.ts";
import { addressFinalizer, fieldManagers } from "../../manifests/names.ts";
import type { Environment } from "../environment.ts";
import type { AddressPlan } from "./decide.ts";
import type { ObservedAddress } from "./gather.ts";

/** Carries out plans of ledger entries. */
export class AddressExecutor {
  readonly #environment: Environment;
  readonly #applier: Applier;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#applier = new Applier(environment.client, fieldManagers.address);
  }

  /** The finalizer comes before the Service: no entry may go and leave a Service behind that still shows the address. */
  async execute(observed: ObservedAddress, plan: AddressPlan): Promise<void> {
    const { entry } = observed;
    if (plan.decision.entry === "finish") return this.#setFinalizer(observed, false);
    if (entry.metadata.deletionTimestamp === undefined && !hasFinalizer(observed)) await this.#setFinalizer(observed, true);
    if (plan.decision.service === "remove") await this.#removeServices(observed);
    if (plan.decision.take !== undefined) return this.#enterAddress(observed, plan.decision.take);
    if (plan.service !== undefined) await this.#applier.apply(services, this.#environment.caches.services, plan.service);
    await this.#writeStatus(observed, plan.status);
    if (plan.decision.entry === "delete") {
      const { uid, resourceVersion } = observed.raw.metadata;
      await this.#environment.client.delete(custom.addresses, keyOf(entry), {
        uid: uid ?? "",
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      });
    }
  }

  /** Evicts pods that still lag: a rotation waits for no pod for longer than that. The budget may refuse; it is tried again. */
  async evict({ pods }: ObservedAddress, lagging: Evidence["lagging"]): Promise<void> {
    for (const { pod: name, problem } of lagging) {
      const pod = pods.find(({ metadata }) => metadata.name === name);
      if (pod === undefined) continue;
      const log = this.#environment.log.child({ pod: name, problem });
      try {
        await this.#environment.client.evict(podKind, keyOf(pod), pod.metadata.uid ?? "");
        log.warn("evicted a pod that did not take over its configuration");
      } catch (error) {
        log.warn({ error: explainError(error) }, "a pod that lags behind could not be evicted");
      }
    }
  }

  async #removeServices({ services: live }: ObservedAddress): Promise<void> {
    for (const service of live) {
      if (service.metadata.deletionTimestamp !== undefined) continue;
      await this.#environment.client.delete(services, keyOf(service), { uid: service.metadata.uid ?? "" });
      this.#applier.forget(service);
    }
  }

  /** Enters into the ledger what a provider gave that can't be asked. From then on nobody else may have it. */
  async #enterAddress({ entry, raw }: ObservedAddress, address: string): Promise<void> {
    const { name, uid } = entry.metadata;
    const { resourceVersion } = raw.metadata;
    const version = resourceVersion === undefined ? {} : { resourceVersion };
    const metadata = { name, uid, ...version, finalizers: [addressFinalizer] };
    const body = { apiVersion: entry.apiVersion, kind: entry.kind, metadata, spec: { address } };
    const { client, caches } = this.#environment;
    caches.addresses.wrote(await client.apply<CustomObject>(custom.addresses, body, fieldManagers.address));
  }

  async #setFinalizer({ entry, raw }: ObservedAddress, wanted: boolean): Promise<void> {
    const { client, caches } = this.#environment;
    const { name } = entry.metadata;
    const { address } = entry.spec;
    // What this manager once set and leaves out now would be taken away: the address that a provider gave stays.
    const given = address === undefined || name === ledgerName(address) ? {} : { spec: { address } };
    const metadata = { name, ...pinned(caches.addresses, raw), finalizers: wanted ? [addressFinalizer] : [] };
    const body = { apiVersion: entry.apiVersion, kind: entry.kind, metadata, ...given };
    const answer = await client.apply<CustomObject>(custom.addresses, body, fieldManagers.address);
    if (wanted) caches.addresses.wrote(answer);
  }

  async #writeStatus({ raw, entry }: ObservedAddress, status: AddressPlan["status"]): Promise<void> {
    const { reachability: _reachability, ...before } = entry.status;
    if (covers(before, status) && covers(status, before)) return;
    const { client, caches } = this.#environment;
    const metadata = { name: raw.metadata.name, ...pinned(caches.addresses, raw) };
    const body = { apiVersion: raw.apiVersion, kind: raw.kind, metadata, status };
    caches.addresses.wrote(await client.apply<CustomObject>(custom.addresses, body, fieldManagers.address, "status"));
  }
}

function hasFinalizer({ raw }: ObservedAddress): boolean {
  return raw.metadata.finalizers?.includes(addressFinalizer) ?? false;
}
