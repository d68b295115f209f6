import type { Logger } from "pino";
import { Applier } from "../kubernetes/applier.ts";
import type { KubeObject } from "../kubernetes/objects.ts";
import { Rivals } from "../kubernetes/rivals.ts";
import type { Store } from "../kubernetes/store.ts";
import { ProxyfleetError, explainError } from "../values/errors.ts";
import { type Effect, type EventEffect, objectName } from "./effect.ts";
import type { EffectResult, PlanResult } from "./effect-result.ts";
import { ObjectStates } from "./object-states.ts";
import { Pacer } from "./pacer.ts";
import type { Plan } from "./plan.ts";
import { Preconditions } from "./preconditions.ts";
import { RefusedWrites } from "./refused-writes.ts";
import { writeEffect } from "./write-effect.ts";
import type { PlanApplierOptions, Writing } from "./writing.ts";

/** A plan names an effect twice, or one needs another that does not come before it. */
export class PlanOrderError extends ProxyfleetError {}

/**
 * The one hand that writes: carries out plans of all controllers. Effects begin in the order of
 * their plan and go on side by side, but for those that need another one, and those of one object,
 * which go one after the other. One that fails keeps only those from being written that need it.
 */
export class PlanApplier {
  readonly #options: PlanApplierOptions;
  readonly #applier: Applier;
  readonly #rivals: Rivals;
  readonly #refusedWrites: RefusedWrites;
  readonly #preconditions: Preconditions;
  readonly #pacer: Pacer;

  constructor(options: PlanApplierOptions) {
    this.#options = options;
    this.#applier = new Applier(options.client, options.marks);
    this.#rivals = new Rivals(options.clock);
    this.#refusedWrites = new RefusedWrites(options.clock);
    this.#preconditions = new Preconditions(options.client, options.storeOf);
    this.#pacer = new Pacer(options.clock);
  }

  /** Follows a store of objects that are applied, so that nothing is remembered of what is gone. */
  follow(store: Pick<Store<KubeObject>, "onChange">): void {
    this.#applier.follow(store);
    store.onChange(({ before, after }) => {
      const uid = before?.metadata.uid;
      if (uid !== undefined && after?.metadata.uid !== uid) this.#rivals.forget(uid);
    });
  }

  /** Forgets what of `key` waits to be written: its object is gone. */
  forget(key: string): void {
    this.#pacer.settled(key);
  }

  /**
   * Carries out the plan of `key`, which names its controller and its object. What an effect meets
   * is in the result. @throws PlanOrderError where the plan itself is wrong
   */
  async apply(
    key: string,
    { effects }: Pick<Plan<unknown>, "effects">,
    log: Logger,
  ): Promise<PlanResult> {
    const run = new PlanRun({
      ...this.#options,
      key,
      ...this.#options,
      applier: this.#applier,
      rivals: this.#rivals,
      refusedWrites: this.#refusedWrites,
      preconditions: this.#preconditions.ofPlan(),
      pacer: this.#pacer,
      states: new ObjectStates(),
    });
    const all = effects.map(async (effect) => [effect, await run.add(effect, log)] as const);
    const result = new Map(await Promise.all(all));
    await this.#record(result);
    return result;
  }

  /** Notes of one object are recorded together, so that alike ones become one Event. */
  async #record(result: PlanResult): Promise<void> {
    const due = [...result].flatMap(([effect, end]) =>
      effect.kind === "event" && end.kind === "applied" ? [effect] : [],
    );
    const objects = Map.groupBy(due, ({ about }) => about.metadata.uid ?? about.metadata.name);
    await Promise.all([...objects.values()].map(async (effects) => this.#recordOf(effects)));
  }

  async #recordOf(effects: readonly EventEffect[]): Promise<void> {
    const [first] = effects;
    const notes = effects.flatMap((effect) => effect.notes);
    if (first !== undefined && notes.length > 0)
      await this.#options.events.record(first.about, notes);
  }
}

/** One plan on its way: who waits for whom. */
class PlanRun {
  readonly #writing: Writing;
  readonly #ends = new Map<string, Promise<EffectResult>>();
  /** The last effect of each object so far. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  async add(effect: Effect, log: Logger): Promise<EffectResult> {
    const { id, needs = [], unless = [] } = effect;
    if (this.#ends.has(id)) throw new PlanOrderError(`the plan has two effects named ${id}`);
    const [needed, rivals] = [this.#endsOf(effect, needs), this.#endsOf(effect, unless)];
    const place = objectName(effect);
    const turn = this.#turns.get(place);
    const end = this.#run(effect, { needed, rivals, turn }, log);
    this.#turns.set(place, end);
    this.#ends.set(id, end);
    return end;
  }

  #endsOf({ id }: Effect, ids: readonly string[]): Promise<EffectResult[]> {
    const ends = ids.map((other) => {
      const end = this.#ends.get(other);
      if (end !== undefined) return end;
      throw new PlanOrderError(`effect ${id} names ${other}, which does not come before it`);
    });
    return Promise.all(ends);
  }

  async #run(effect: Effect, { needed, rivals, turn }: Waits, log: Logger): Promise<EffectResult> {
    const missing = (await needed).findIndex((end) => !isDoneFor(effect, end));
    if (missing >= 0) return { kind: "skipped", needed: effect.needs?.[missing] ?? "" };
    const ended = await rivals;
    if (ended.length > 0 && ended.every(({ kind }) => kind === "applied"))
      return { kind: "superseded" };
    await turn;
    try {
      const end = await writeEffect(effect, this.#writing);
      if (end.kind === "applied") logWrite(effect, log);
      return end;
    } catch (error) {
      const facts = { effect: effect.id, object: objectName(effect), error: explainError(error) };
      if (effect.optional === true) log.warn(facts, "a write that can wait failed");
      return { kind: "failed", error };
    }
  }
}

interface Waits {
  readonly needed: Promise<EffectResult[]>;
  readonly rivals: Promise<EffectResult[]>;
  readonly turn: Promise<unknown> | undefined;
}

/** An Event reports what was done, so what it needs must have changed something. */
function isDoneFor({ kind }: Effect, end: EffectResult): boolean {
  return end.kind === "applied" || (end.kind === "unchanged" && kind !== "event");
}

/** The end of a pod is worth a line; the rest of what is written is for whoever debugs. */
function logWrite(effect: Effect, log: Logger): void {
  const facts = { effect: effect.id, object: objectName(effect) };
  if (effect.kind === "evict") log.warn({ ...facts, because: effect.because }, "evicted a pod");
  else log.debug(facts, "written");
}
