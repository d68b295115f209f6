import { ConflictError } from "../../../src/kubernetes/errors.ts";
import type { ApiClient } from "../../../src/kubernetes/client.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { LeaderElection } from "../../../src/kubernetes/lease.ts";
import { defaultLeaseTimes } from "../../../src/kubernetes/lease-state.ts";

/**
 * How a call goes: milliseconds to the server and back, and whether a message is lost on its way.
 */
export interface CallFate {
  readonly there: number;
  readonly back: number;
  readonly lost: "none" | "request" | "answer";
}

/** A process that may stand still for a while, and whose clock may go a little wrong. */
export interface ProcessFate {
  readonly startsAt: number;
  readonly stops: readonly { readonly from: number; readonly ms: number }[];
  readonly clockRate: number;
  readonly calls: readonly CallFate[];
}

const deadlineMs = 3_000;

/**
 * Time, one Lease on a server, and processes that want to lead: all in plain data, so that hours
 * pass in an instant.
 */
export class LeaseSimulation {
  now = 0;
  lease: KubeObject | undefined;
  #version = 0;
  #events: { readonly at: number; readonly run: () => void }[] = [];

  at(when: number, run: () => void): void {
    this.#events.push({ at: Math.max(when, this.now), run });
  }

  /**
   * Lets time pass; `look` is called at each moment at which something happened, and between any
   * two.
   */
  async pass(until: number, look: () => void): Promise<void> {
    for (;;) {
      this.#events.sort((a, b) => a.at - b.at);
      const next = this.#events[0];
      const at = Math.min(until, next?.at ?? until);
      this.now = (this.now + at) / 2;
      look();
      this.now = at;
      look();
      if (next === undefined || next.at > until) return;
      this.#events.shift();
      next.run();
      await new Promise((resolve) => setImmediate(resolve));
      look();
    }
  }

  write(object: KubeObject, isNew: boolean): KubeObject {
    const wanted = object.metadata.resourceVersion;
    const isFree = isNew
      ? this.lease === undefined
      : this.lease?.metadata.resourceVersion === wanted;
    if (!isFree)
      throw new ConflictError("lease", {
        status: 409,
        reason: "Conflict",
        message: "another one was faster",
      });
    this.#version++;
    this.lease = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#version) },
    };
    return this.lease;
  }
}

/** One process with its election. */
export class Candidate {
  readonly name: string;
  readonly election: LeaderElection;
  readonly stop = new AbortController();
  /** What the election came to: undefined while it runs. */
  ended: "stopped" | "lost" | undefined;
  readonly #simulation: LeaseSimulation;
  readonly #fate: ProcessFate;
  #calls = 0;

  constructor(name: string, simulation: LeaseSimulation, fate: ProcessFate) {
    [this.name, this.#simulation, this.#fate] = [name, simulation, fate];
    this.election = new LeaderElection({
      client: this.#client(),
      key: { namespace: "a", name: "lease" },
      fieldManager: "test-lease",
      identity: name,
      times: defaultLeaseTimes,
      now: () => simulation.now * fate.clockRate,
      date: () => new Date(0),
      sleep: async (ms, signal) => this.#sleep(ms, signal),
      random: () => 0.5,
      onFailure: () => undefined,
    });
    simulation.at(fate.startsAt, () => void this.#run());
  }

  async #run(): Promise<void> {
    this.ended = (await this.election.acquire(this.stop.signal))
      ? await this.election.hold(this.stop.signal)
      : "stopped";
    await this.election.release();
  }

  /** Wakes when the time has come, or when the process goes on after it stood still. */
  #wake(at: number, run: () => void): void {
    const stop = this.#fate.stops.find(({ from, ms }) => at >= from && at < from + ms);
    if (stop === undefined) this.#simulation.at(at, run);
    else this.#wake(stop.from + stop.ms, run);
  }

  async #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      signal?.addEventListener("abort", () => resolve(), { once: true });
      this.#wake(this.#simulation.now + Math.max(0, ms) / this.#fate.clockRate, resolve);
    });
  }

  #client(): Pick<ApiClient, "get" | "create" | "apply"> {
    const simulation = this.#simulation;
    const client = {
      get: async () => this.#call(() => simulation.lease),
      create: async (_of: unknown, object: KubeObject) =>
        this.#call(() => simulation.write(object, true)),
      apply: async (_of: unknown, object: KubeObject) =>
        this.#call(() => simulation.write(object, false)),
    };
    return client as unknown as Pick<ApiClient, "get" | "create" | "apply">;
  }

  async #call<T>(serve: () => T): Promise<T> {
    const calls = this.#fate.calls;
    const { there, back, lost } = calls[this.#calls++ % calls.length] ?? {
      there: 1,
      back: 1,
      lost: "none",
    };
    return new Promise<T>((resolve, reject) => {
      const { now } = this.#simulation;
      this.#wake(now + deadlineMs, () => reject(new Error("no answer")));
      if (lost === "request") return;
      this.#simulation.at(now + there, () => {
        const outcome = attempt(serve);
        if (lost === "none")
          this.#wake(this.#simulation.now + back, () =>
            outcome.ok ? resolve(outcome.value) : reject(outcome.error),
          );
      });
    });
  }
}

function attempt<T>(
  serve: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Error } {
  try {
    return { ok: true, value: serve() };
  } catch (error) {
    return { ok: false, error: error as Error };
  }
}
