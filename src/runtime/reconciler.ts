import type { Logger } from "pino";
import type { Random } from "../values/random.ts";
import { type Instant, earliest, millis, plus } from "../values/time.ts";
import type { PlanApplier } from "./apply-plan.ts";
import { ConflictError } from "../kubernetes/errors.ts";
import { type Controller, type Outcome, failed, gone, requeueAfter } from "./controller.ts";
import {
  type Contest,
  type PlanResult,
  type Refusal,
  againOf,
  contestsOf,
  failureOf,
  gotOn,
  isSuperseded,
  refusalsOf,
  waitOf,
} from "./effect-result.ts";
import type { Context, Plan } from "./plan.ts";
import type { WorkQueue } from "./queue.ts";
import { RecentContests } from "./recent-contests.ts";
import { RestlessKeys } from "./restless-keys.ts";
import { Throttle } from "./throttle.ts";

/** What the passes before left to know, beside what they wrote. */
export interface PassMemory {
  /** What the last pass could not write; undefined before the first pass of this process. */
  readonly refused: readonly Refusal[] | undefined;
  /** What others have changed again and again of late. */
  readonly contested: readonly Contest[];
}

/** A controller as its two halves: what it sees, and what it makes of that. */
export interface ControllerDefinition<Observed, Ask> {
  readonly name: string;
  /** All that the next step of `key` depends on; undefined where there is nothing of it. */
  readonly observe: (key: string, memory: PassMemory) => Observed | undefined;
  /** Pure: the same observation, time and chance give the same plan. */
  readonly decide: (observed: Observed, context: Context) => Plan<Ask>;
  /**
   * Sees to an answer. `now`: it is there, and the next pass may come at once; `later`: the key is
   * added to the queue when it is.
   */
  readonly answer?: (key: string, ask: Ask, log: Logger) => Promise<"now" | "later">;
  /** Drops what is kept of a key: its object is gone. */
  readonly forget?: (key: string) => void;
  /**
   * Goes on through the queue after a pass that left something to the next one, instead of at once:
   * by its turn, what it waits for may have come, and one write says it all.
   */
  readonly goesOnInTurn?: true;
  /** No key is looked at again earlier (ms). */
  readonly everyMs?: number;
}

export interface ReconcilerOptions {
  readonly queue: WorkQueue;
  readonly applier: Pick<PlanApplier, "apply" | "forget">;
  readonly now: () => Instant;
  /** Whether the time can be relied on. Absent: it can. */
  readonly clocksAgree?: () => boolean;
  readonly random: Random;
  /** Never goes back (ms). */
  readonly clock: () => number;
}

/** What waits to be written is decided again after this time: it may be urgent by then (ms). */
const mostWaitMs = 10_000;

/** Passes of one reconcile: one that claims, one that asks, and one that goes on from both. */
const mostPasses = 4;

/** The controller that observes, decides and applies, again and again, as its definition says. */
export function defineController<Observed, Ask>(
  definition: ControllerDefinition<Observed, Ask>,
  options: ReconcilerOptions,
): Controller {
  const { name } = definition;
  const reconciler = new Reconciler(definition, options);
  return {
    name,
    queue: options.queue,
    reconcile: async (key, log) => reconciler.reconcile(key, log),
  };
}

/** How a pass ended, and whether the next one should come at once. */
interface PassEnd {
  readonly outcome: Outcome;
  readonly goesOn: boolean;
}

class Reconciler<Observed, Ask> {
  readonly #definition: ControllerDefinition<Observed, Ask>;
  readonly #options: ReconcilerOptions;
  readonly #refused = new Map<string, readonly Refusal[]>();
  readonly #contests = new RecentContests();
  readonly #throttle: Throttle | undefined;
  readonly #restless: RestlessKeys;

  constructor(definition: ControllerDefinition<Observed, Ask>, options: ReconcilerOptions) {
    this.#definition = definition;
    this.#options = options;
    const { everyMs } = definition;
    this.#throttle = everyMs === undefined ? undefined : new Throttle(everyMs, options.clock);
    this.#restless = new RestlessKeys(options.clock);
  }

  async reconcile(key: string, log: Logger): Promise<Outcome> {
    const waitMs = Math.max(this.#throttle?.waitMs(key) ?? 0, this.#restless.waitMs(key));
    if (waitMs > 0) return { kind: "tooEarly", afterMs: waitMs };
    this.#throttle?.went(key);
    this.#restless.went(key);
    for (let pass = 1; ; pass++) {
      const { outcome, goesOn } = await this.#pass(key, log);
      if (!goesOn || pass === mostPasses) return outcome;
    }
  }

  async #pass(key: string, log: Logger): Promise<PassEnd> {
    const { observe, decide } = this.#definition;
    const contested = this.#contests.of(key, this.#options.clock());
    const observed = observe(key, { refused: this.#refused.get(key), contested });
    if (observed === undefined) return { outcome: this.#forget(key), goesOn: false };
    const { applier, now, random, clocksAgree } = this.#options;
    const clocksDiffer = clocksAgree?.() === false;
    const plan = decide(observed, { now: now(), random, clocksDiffer });
    const result = await applier.apply(this.#planKey(key), plan, log);
    if (gotOn(result)) this.#restless.gotOn(key);
    this.#refused.set(key, refusalsOf(result));
    this.#contests.note(key, contestsOf(result), this.#options.clock());
    const answered = await this.#answer(key, plan.asks, log);
    const isLeftOver = isSuperseded(result);
    const isNext = isLeftOver || answered;
    const afterMs = isNext ? 0 : this.#requeueMs(plan, result);
    const failure = failureOf(result);
    const isConflict = failure?.error instanceof ConflictError;
    const waitsItsTurn = isLeftOver && this.#definition.goesOnInTurn === true;
    return {
      outcome: failure === undefined ? requeueAfter(afterMs) : failed(failure.error, afterMs),
      goesOn: isNext && !isConflict && !waitsItsTurn,
    };
  }

  /** Whether an answer came that the next pass should see at once. */
  async #answer(key: string, asks: readonly Ask[], log: Logger): Promise<boolean> {
    const { answer } = this.#definition;
    if (answer === undefined || asks.length === 0) return false;
    const answers = await Promise.all(asks.map(async (ask) => answer(key, ask, log)));
    return answers.includes("now");
  }

  #requeueMs({ requeueAt }: Plan<Ask>, result: PlanResult): number | undefined {
    const now = this.#options.now();
    const [waitMs, againMs] = [waitOf(result), againOf(result)];
    const cappedMs = waitMs === undefined ? undefined : Math.min(waitMs, mostWaitMs);
    const times = [cappedMs, againMs].map((ms) => (ms === undefined ? ms : plus(now, millis(ms))));
    const at = earliest(requeueAt, ...times);
    return at === undefined ? undefined : at - now;
  }

  #forget(key: string): Outcome {
    this.#refused.delete(key);
    this.#contests.forget(key);
    this.#options.applier.forget(this.#planKey(key));
    this.#definition.forget?.(key);
    return gone;
  }

  #planKey(key: string): string {
    return `${this.#definition.name} ${key}`;
  }
}
