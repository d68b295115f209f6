import type { CustomObject, Service } from "../kubernetes/objects.ts";
import { ledgerName } from "../ledger/name.ts";
import type { Evidence } from "./verification.ts";
import { explainError } from "../values/errors.ts";
import { Applier, pinned } from "../kubernetes/apply.ts";
import { pods as podKind, services } from "../kubernetes/builtin.ts";
import * as custom from "../api/resources.ts";
import { NotFoundError } from "../kubernetes/errors.ts";
import { keyOf } from "../kubernetes/resource.ts";
import { addressFinalizer, fieldManagers } from "../api/names.ts";
import { Pace } from "../runtime/throttle.ts";
import type { Environment } from "../cluster/environment.ts";
import { isSameStatus, writeStatus } from "../cluster/write-status.ts";
import type { AddressPlan } from "./decide.ts";
import type { ObservedAddress } from "./observe.ts";

/** Between two writes of a status that tell only of progress (ms). */
const progressEveryMs = 1_000;

/** Carries out plans of ledger entries. */
export class AddressExecutor {
  readonly #environment: Environment;
  readonly #applier: Applier;
  readonly #pace = new Pace(progressEveryMs, () => performance.now());

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#applier = new Applier(environment.client, fieldManagers.address);
    this.#applier.follow(environment.caches.services);
  }

  /**
   * The finalizer comes before the Service: no entry may go and leave a Service behind that still
   * shows the address. Returns when there is more to do although nothing changes: ms from now, or
   * undefined.
   */
  async execute(observed: ObservedAddress, plan: AddressPlan): Promise<number | undefined> {
    const { entry, raw } = observed;
    if (plan.decision.entry === "finish") return this.#removeFinalizer(observed);
    if (entry.metadata.deletionTimestamp === undefined && !hasFinalizer(observed))
      await this.#addFinalizer(observed);
    if (plan.decision.service === "remove") await this.#removeServices(observed);
    if (plan.decision.take !== undefined) return this.#enterAddress(observed, plan.decision.take);
    // The next step sees the new Service: there is nothing to say before that.
    if (plan.service !== undefined && (await this.#applyService(observed, plan.service)) === "made")
      return 0;
    const later = await this.#tell(observed, plan);
    if (plan.decision.entry === "delete") {
      const { client, caches } = this.#environment;
      await client.delete(custom.addresses, keyOf(entry), pinned(caches.addresses, raw));
    }
    return later;
  }

  /**
   * Evicts pods that still lag: a rotation waits for no pod for longer than that. The budget may
   * refuse; it is tried again.
   */
  async evict({ pods }: ObservedAddress, lagging: Evidence["lagging"]): Promise<void> {
    for (const { pod: name, problem } of lagging) {
      const pod = pods.find(({ metadata }) => metadata.name === name);
      if (pod === undefined) continue;
      const log = this.#environment.log.child({ pod: name, problem });
      try {
        await this.#environment.client.evict(
          podKind,
          keyOf(pod),
          pinned(this.#environment.caches.pods, pod),
        );
        log.warn("evicted a pod that did not take over its configuration");
      } catch (error) {
        log.warn({ error: explainError(error) }, "a pod that lags behind could not be evicted");
      }
    }
  }

  async #applyService(
    { services: live }: ObservedAddress,
    service: Service,
  ): Promise<"made" | "kept"> {
    const end = await this.#applier.apply(services, this.#environment.caches.services, service);
    return end === "applied" && live.length === 0 ? "made" : "kept";
  }

  async #removeServices({ services: live }: ObservedAddress): Promise<void> {
    for (const service of live) {
      if (service.metadata.deletionTimestamp !== undefined) continue;
      await this.#environment.client.delete(
        services,
        keyOf(service),
        pinned(this.#environment.caches.services, service),
      );
    }
  }

  /**
   * Enters into the ledger what a provider gave that can't be asked. From then on nobody else may
   * have it.
   */
  async #enterAddress({ entry, raw }: ObservedAddress, address: string): Promise<undefined> {
    const { name, uid } = entry.metadata;
    const { resourceVersion } = raw.metadata;
    const version = resourceVersion === undefined ? {} : { resourceVersion };
    const metadata = { name, uid, ...version, finalizers: [addressFinalizer] };
    const body = { apiVersion: entry.apiVersion, kind: entry.kind, metadata, spec: { address } };
    const { client, caches } = this.#environment;
    caches.addresses.recordWrite(
      await client.apply<CustomObject>(custom.addresses, body, fieldManagers.address),
    );
  }

  /** A claim is born with it; an entry that was adopted or came out of a backup is not. */
  async #addFinalizer({ entry, raw }: ObservedAddress): Promise<void> {
    const { client, caches } = this.#environment;
    const { name } = entry.metadata;
    const { address } = entry.spec;
    // What this manager once set and leaves out now would be taken away: the address that a
    // provider gave stays.
    const given =
      address === undefined || name === ledgerName(address) ? {} : { spec: { address } };
    const metadata = { name, ...pinned(caches.addresses, raw), finalizers: [addressFinalizer] };
    const body = { apiVersion: entry.apiVersion, kind: entry.kind, metadata, ...given };
    caches.addresses.recordWrite(
      await client.apply<CustomObject>(custom.addresses, body, fieldManagers.address),
    );
  }

  /**
   * Whoever has set it: it goes, and those of others stay. That the entry is gone already is no
   * error: the cache is behind.
   */
  async #removeFinalizer({ raw }: ObservedAddress): Promise<undefined> {
    const { client, caches } = this.#environment;
    const finalizers = (raw.metadata.finalizers ?? []).filter((each) => each !== addressFinalizer);
    try {
      await client.patch(
        custom.addresses,
        keyOf(raw),
        pinned(caches.addresses, raw),
        { metadata: { finalizers } },
        fieldManagers.address,
      );
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  /** Writes the status. Progress alone may wait a moment: returns how long (ms). */
  async #tell(
    { raw, entry }: ObservedAddress,
    { status, urgency }: AddressPlan,
  ): Promise<number | undefined> {
    const { reachability: _reachability, ...before } = entry.status;
    if (urgency === "quiet" || isSameStatus(before, status)) return undefined;
    const { name } = raw.metadata;
    const waitMs = urgency === "progress" ? this.#pace.waitMs(name) : 0;
    if (waitMs > 0) return waitMs;
    const { client, caches } = this.#environment;
    await writeStatus(
      client,
      custom.addresses,
      caches.addresses,
      raw,
      status,
      fieldManagers.address,
    );
    this.#pace.went(name);
    return undefined;
  }
}

function hasFinalizer({ raw }: ObservedAddress): boolean {
  return raw.metadata.finalizers?.includes(addressFinalizer) ?? false;
}
