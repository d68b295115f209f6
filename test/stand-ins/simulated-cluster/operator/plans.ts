import type { Logger } from "pino";
import { PlanApplier } from "../../../../src/runtime/apply-plan.ts";
import { type Effect, objectName } from "../../../../src/runtime/effect.ts";
import type { EffectResult, PlanResult } from "../../../../src/runtime/effect-result.ts";
import type { Plan } from "../../../../src/runtime/plan.ts";
import type { PlanApplierOptions } from "../../../../src/runtime/writing.ts";
import { explainError } from "../../../../src/values/errors.ts";

/** A plan that was carried out. */
interface CarriedOut {
  readonly step: number;
  readonly key: string;
  readonly plan: Partial<Plan<unknown>> & Pick<Plan<unknown>, "effects">;
  /** Undefined while it is being carried out. */
  result: PlanResult | undefined;
}

/** So many plans before a failure tell how it came about. */
const most = 25;

/** The last plans of all processes, for people who read a failure. */
export class PlanLog {
  /** The step of the test that runs now. */
  step = 0;
  readonly #last: CarriedOut[] = [];

  /** Notes a plan; what changes nothing is left out once that is known. */
  add(key: string, plan: CarriedOut["plan"]): CarriedOut {
    const noted: CarriedOut = { step: this.step, key, plan, result: undefined };
    this.#last.push(noted);
    if (this.#last.length > most) this.#last.shift();
    return noted;
  }

  /** A line for each plan, its effects, and why. */
  text(): string {
    return this.#last.filter(isWorthALine).map(lines).join("\n");
  }
}

function isWorthALine(carriedOut: CarriedOut): boolean {
  return changesOf(carriedOut).length > 0;
}

/** Events tell nothing new, and what is unchanged nothing at all. */
function changesOf({ plan, result }: CarriedOut): readonly Effect[] {
  const idle = ["unchanged", "superseded", "waits"];
  return plan.effects.filter((effect) => {
    const end = result?.get(effect)?.kind;
    return effect.kind !== "event" && (end === undefined || !idle.includes(end));
  });
}

function lines(carriedOut: CarriedOut): string {
  const { step, key, plan, result } = carriedOut;
  const effects = changesOf(carriedOut).map(
    (effect) => `    ${inWords(effect, result?.get(effect))}`,
  );
  const why = (plan.explanations ?? []).map(({ subject, text }) => `    (${subject}: ${text})`);
  return [`  step ${step}, ${key}`, ...effects, ...why].join("\n");
}

function inWords(effect: Effect, end: EffectResult | undefined): string {
  const text = `${effect.kind} ${objectName(effect)} "${effect.id}"`;
  if (end === undefined) return `${text}: cut off`;
  return end.kind === "failed" ? `${text}: ${explainError(end.error)}` : `${text}: ${end.kind}`;
}

/** The operator's own applier, which also notes what it carries out. */
export class NotedApplier extends PlanApplier {
  readonly #log: PlanLog;

  constructor(options: PlanApplierOptions, log: PlanLog) {
    super(options);
    this.#log = log;
  }

  override async apply(
    key: string,
    plan: Pick<Plan<unknown>, "effects">,
    log: Logger,
  ): Promise<PlanResult> {
    const noted = this.#log.add(key, plan);
    noted.result = await super.apply(key, plan, log);
    return noted.result;
  }
}
