import { leases } from "./builtin.ts";
import type { Lease } from "./objects.ts";
import type { ApiClient } from "./client.ts";
import { ConflictError } from "./errors.ts";
import {
  type LeaseStep,
  type LeaseTimes,
  type LeaseView,
  type Observation,
  leaseStep,
  observe,
} from "./lease-state.ts";
import { compareResourceVersions } from "./resource-version.ts";
import type { ObjectKey } from "./resource.ts";
import { present } from "../values/present.ts";

export interface LeaseOptions {
  /**
   * Its own client, without the leader's gate. Its deadline should be well below `times.validMs`.
   */
  readonly client: Pick<ApiClient, "get" | "create" | "apply">;
  readonly key: ObjectKey;
  /** The field manager of the Lease. */
  readonly fieldManager: string;
  /** Another one for each process, also after a restart in the same pod. */
  readonly identity: string;
  readonly times: LeaseTimes;
  /** Monotonic (ms). */
  readonly now: () => number;
  /** Wall clock, only for people who read the Lease. */
  readonly date: () => Date;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** Called after each try that failed; the election goes on. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Elects one leader among several replicas by a Lease object (KEP-589; the semantics of client-go's
 * leader election).
 */
export class LeaderElection {
  readonly #options: LeaseOptions;
  #observed: Observation | undefined;
  /** The newest version of the Lease that the server has shown. */
  #newest = "0";
  readonly #listeners: (() => void)[] = [];
  #validUntil = Number.NEGATIVE_INFINITY;
  #isOver = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Whether this process certainly leads now: asked right before each write. */
  get isLeading(): boolean {
    return !this.#isOver && this.#options.now() < this.#validUntil;
  }

  /** The holder of the lease, as last seen. Empty: nobody. */
  get holder(): string {
    return this.#observed?.lease?.holder ?? "";
  }

  /**
   * Calls `listener` when the server knows the Lease in an older version than it did before: its
   * database was restored, and what was read from it earlier may never have been.
   */
  onWentBack(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves with true once this process leads, with false when `signal` fires first. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      await this.#tryOnce();
      if (this.isLeading) return true;
      await this.#pause(signal);
    }
    return false;
  }

  /**
   * Keeps the lease until `signal` fires ("stopped") or until this process may no longer take
   * itself for the leader ("lost"). What was lost never comes back to this process, also where a
   * late answer says so: work may have been cut in two.
   */
  async hold(signal: AbortSignal): Promise<"stopped" | "lost"> {
    while (this.isLeading) {
      await this.#pause(signal);
      if (signal.aborted) return "stopped";
      // A renewal without an answer must not hide that the time is over.
      await Promise.race([
        this.#tryOnce(),
        this.#options.sleep(Math.max(0, this.#validUntil - this.#options.now()), signal),
      ]);
    }
    this.#isOver = true;
    return "lost";
  }

  /**
   * Gives the lease away so that another takes over at once. From here on nothing may be written.
   */
  async release(): Promise<void> {
    const { identity, now } = this.#options;
    if (!this.isLeading) return;
    this.#isOver = true;
    try {
      const step = leaseStep(this.#observed ?? (await this.#look()), identity, now());
      if (step.kind === "renew") await this.#write(step, undefined);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { times, random, sleep } = this.#options;
    await sleep(times.retryMs * (1 + random() * 0.2), signal);
  }

  async #tryOnce(): Promise<void> {
    try {
      if (!this.isLeading) await this.#look();
      await this.#step();
    } catch (error) {
      if (error instanceof ConflictError) await this.#afterConflict();
      else this.#options.onFailure(error);
    }
  }

  /**
   * Somebody else wrote, or the answer to an own renewal was lost: who leads is what the server
   * says now.
   */
  async #afterConflict(): Promise<void> {
    try {
      const { lease } = await this.#look();
      if (lease?.holder === this.#options.identity) await this.#step();
      else this.#validUntil = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  async #step(): Promise<void> {
    const { identity, now, times } = this.#options;
    const step = leaseStep(this.#observed ?? (await this.#look()), identity, now());
    if (step.kind === "wait") return;
    if (step.kind === "create") {
      // Made empty, then taken: what `create` sets, a later apply can't take back, and a release
      // takes the holder's name back.
      await this.#write(step, undefined);
      return this.#step();
    }
    const sentAt = now();
    await this.#write(step, identity);
    this.#validUntil = sentAt + times.validMs;
  }

  async #look(): Promise<Observation> {
    const { client, key, now, times } = this.#options;
    const lease = await client.get(leases, key);
    this.#see(lease);
    this.#observed = observe(
      this.#observed,
      lease === undefined ? undefined : viewOf(lease, times),
      now(),
    );
    return this.#observed;
  }

  async #write(
    step: Exclude<LeaseStep, { kind: "wait" }>,
    holder: string | undefined,
  ): Promise<void> {
    const { client, fieldManager, now, times } = this.#options;
    const lease = this.#lease(step, holder);
    const answer =
      step.kind === "create"
        ? await client.create(leases, lease, fieldManager)
        : await client.apply<Lease>(leases, lease, { fieldManager });
    this.#see(answer);
    this.#observed = observe(this.#observed, viewOf(answer, times), now());
  }

  #see(lease: Lease | undefined): void {
    const version = lease?.metadata.resourceVersion;
    if (version === undefined) return;
    const wentBack = compareResourceVersions(version, this.#newest) < 0;
    this.#newest = version;
    if (wentBack) for (const listener of this.#listeners) listener();
  }

  /** A released lease lasts one second, so that nobody waits for a leader that has left. */
  #lease(step: Exclude<LeaseStep, { kind: "wait" }>, holder: string | undefined): Lease {
    const { key, date, times } = this.#options;
    const time = date().toISOString().replace("Z", "000Z");
    const version = step.kind === "create" ? {} : { resourceVersion: step.resourceVersion };
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        ...present({ name: key.name, namespace: key.namespace }),
        ...version,
      },
      spec: {
        ...present({ holderIdentity: holder }),
        leaseDurationSeconds: holder === undefined ? 1 : Math.ceil(times.durationMs / 1000),
        leaseTransitions: step.kind === "create" ? 0 : step.transitions,
        renewTime: time,
      },
    };
  }
}

/** A Lease without a duration, or with one that is no duration, lasts as long as ours would. */
function viewOf({ metadata, spec }: Lease, { durationMs }: LeaseTimes): LeaseView {
  const seconds = spec?.leaseDurationSeconds ?? 0;
  return {
    holder: spec?.holderIdentity ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    durationMs: seconds > 0 ? seconds * 1000 : durationMs,
    transitions: spec?.leaseTransitions ?? 0,
  };
}
