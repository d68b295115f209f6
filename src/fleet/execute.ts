import type { CustomObject, KubeObject } from "../kubernetes/objects.ts";
import { retiredManifest, verdictManifest } from "../rotation/manifests.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import type { FleetStatus } from "./status.ts";
import type { Retirement } from "../rotation/retire.ts";
import { type Urgency, urgencyOf } from "./urgency.ts";
import { pinned } from "../kubernetes/apply.ts";
import * as custom from "../api/resources.ts";
import { keyText } from "../kubernetes/resource.ts";
import { fieldManagers, fleetFinalizer } from "../api/names.ts";
import { Delay, type DelayTimes } from "../runtime/debounce.ts";
import type { Environment } from "../cluster/environment.ts";
import { isSameStatus, writeStatus } from "../cluster/write-status.ts";
import { FleetChildren } from "./children.ts";
import { ClaimsUnderWay } from "./claims-under-way.ts";
import { claimAddresses } from "./claims.ts";
import type { FleetPlan, LivePlan } from "./decide.ts";
import { hasFinalizer } from "./decide.ts";
import type { ObservedFleet } from "./observe.ts";

/**
 * How long a status waits that is not urgent (ms), so that what comes close together is told
 * together.
 */
const calm: DelayTimes = { quiet: 1_000, longest: 5_000 };

/**
 * The same while much else waits for the operator: it does that first, and fewer writes tell of
 * more.
 */
const busy: Readonly<Record<Exclude<Urgency, "now">, DelayTimes>> = {
  soon: { quiet: 5_000, longest: 5_000 },
  later: { quiet: 60_000, longest: 60_000 },
};

/** After this time it is looked whether the operator still is so busy (ms). */
const busyLookMs = 10_000;

/**
 * Carries out plans of fleets. Every step may be the last before a crash: each leaves a state from
 * which the next plan goes on.
 */
export class FleetExecutor {
  readonly #environment: Environment;
  readonly #children: FleetChildren;
  readonly #claimsUnderWay: ClaimsUnderWay;
  readonly #delay = new Delay(() => performance.now());

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#children = new FleetChildren(environment);
    this.#claimsUnderWay = new ClaimsUnderWay(environment.caches.ledger);
  }

  /** Returns when there is more to do although nothing changes: ms from now, or undefined. */
  async execute(observed: ObservedFleet, plan: FleetPlan): Promise<number | undefined> {
    if (plan.kind === "live") return this.#live(observed, plan);
    this.#delay.end(keyText(observed.key));
    await this.#retire(observed, plan.retirements);
    if (plan.kind === "malformed" && observed.raw !== undefined)
      await this.#writeStatus(observed.raw, plan.status);
    return undefined;
  }

  async #live(observed: ObservedFleet, plan: LivePlan): Promise<number | undefined> {
    const { fleet, rotation } = plan;
    if (plan.finalizer === "remove") {
      this.#children.forget(fleet.metadata.uid);
      this.#delay.end(keyText(observed.key));
      await this.#setFinalizer(fleet, false);
      return undefined;
    }
    if (!hasFinalizer(observed) && fleet.metadata.deletionTimestamp === undefined)
      await this.#setFinalizer(fleet, true);
    await this.#retire(observed, plan.retirements);
    const [claims] = await Promise.allSettled(
      rotation.claims.length > 0
        ? [claimAddresses(observed, plan, this.#claimsUnderWay, this.#environment)]
        : [],
    );
    const { events } = this.#environment;
    if (claims?.status === "fulfilled") {
      // The next step sees the new entries: one write makes their certificates, and one tells of
      // them.
      await events.tell(fleet, ...plan.deeds);
      return 0;
    }
    await this.#children.apply(observed, plan);
    await this.#writeVerdict(observed, plan);
    const later = await this.#tell(observed, plan);
    // A claim that failed holds back nothing else.
    if (claims?.status === "rejected") throw claims.reason;
    return later;
  }

  #timesOf(urgency: Urgency): DelayTimes | undefined {
    if (urgency === "now") return undefined;
    return this.#environment.isBusy() ? busy[urgency] : calm;
  }

  /**
   * Writes the status and tells what is new in it. Progress alone may wait a moment: returns how
   * long (ms).
   */
  async #tell(
    { raw, key }: ObservedFleet,
    { fleet, status, deeds, news }: LivePlan,
  ): Promise<number | undefined> {
    const { events } = this.#environment;
    if (raw === undefined || isSameStatus(raw.status, status)) {
      this.#delay.end(keyText(key));
      await events.tell(fleet, ...deeds);
      return undefined;
    }
    const times = this.#timesOf(urgencyOf(fleet.status, status));
    const waitMs =
      times === undefined ? 0 : this.#delay.waitMs(keyText(key), textOf(status), times);
    if (waitMs === 0) {
      await this.#writeStatus(raw, status);
      this.#delay.end(keyText(key));
    }
    await events.tell(fleet, ...(waitMs === 0 ? news : []), ...deeds);
    return waitMs === 0 ? undefined : Math.min(waitMs, busyLookMs);
  }

  async #retire({ entries }: ObservedFleet, steps: readonly Retirement[]): Promise<void> {
    for (const step of steps) {
      const entry = entries.find(({ metadata }) => metadata.name === step.name);
      if (entry !== undefined) await this.#applyEntry(retiredManifest(entry, step));
    }
  }

  async #applyEntry(manifest: KubeObject): Promise<void> {
    const { client, caches } = this.#environment;
    caches.addresses.recordWrite(
      await client.apply<CustomObject>(custom.addresses, manifest, fieldManagers.fleet),
    );
  }

  /**
   * Enters a person's report into the ledger. Verdicts for other countries are sent along: what is
   * left out would be removed.
   */
  async #writeVerdict(
    { entries }: ObservedFleet,
    { rotation: { report } }: LivePlan,
  ): Promise<void> {
    if (report.kind !== "verdict") return;
    const entry = entries.find(({ metadata }) => metadata.name === report.entry);
    if (entry === undefined) return;
    const verdict = verdictManifest(entry, report, this.#environment.now());
    const { client, caches } = this.#environment;
    caches.addresses.recordWrite(
      await client.apply<CustomObject>(
        custom.addresses,
        verdict,
        fieldManagers.reachability,
        "status",
      ),
    );
  }

  async #setFinalizer(fleet: WhatsAppProxy, wanted: boolean): Promise<void> {
    const { client, caches } = this.#environment;
    const { apiVersion, kind, metadata } = fleet;
    const { name, namespace } = metadata;
    const finalizers = wanted ? [fleetFinalizer] : [];
    const body = {
      apiVersion,
      kind,
      metadata: { name, namespace, ...pinned(caches.fleets, fleet), finalizers },
    };
    caches.fleets.recordWrite(
      await client.apply<CustomObject>(custom.fleets, body, fieldManagers.fleet),
    );
  }

  async #writeStatus(raw: CustomObject, status: Partial<FleetStatus>): Promise<void> {
    const { client, caches } = this.#environment;
    if (!isSameStatus(raw.status, status))
      await writeStatus(client, custom.fleets, caches.fleets, raw, status, fieldManagers.fleet);
  }
}

/** What a status says. When it came about counts from its writing on. */
function textOf(status: FleetStatus): string {
  return JSON.stringify(status, (field, value: unknown) =>
    field === "lastTransitionTime" ? undefined : value,
  );
}
