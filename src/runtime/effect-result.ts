import { NameTakenError } from "../kubernetes/applier.ts";
import type { Rivalry } from "../kubernetes/rivals.ts";
import { ConflictError, isRefusal } from "../kubernetes/errors.ts";
import { type Effect, objectName } from "./effect.ts";

/** How an effect ended. */
export type EffectResult =
  /** Something was written. More of it may be writable in `againMs`. */
  | { readonly kind: "applied"; readonly againMs?: number }
  /** It was so already. */
  | { readonly kind: "unchanged"; readonly againMs?: number }
  /** It may wait, and does so for `ms` from now. */
  | { readonly kind: "waits"; readonly ms: number }
  /** Others change the object again and again: it is left to them for `ms` from now. */
  | { readonly kind: "contested"; readonly ms: number; readonly rivalry: Rivalry }
  /** What others did made it obsolete: the next pass decides again. */
  | { readonly kind: "superseded" }
  /** What it needs was not done. */
  | { readonly kind: "skipped"; readonly needed: string }
  | { readonly kind: "failed"; readonly error: unknown };

/** How a plan ended, by effect. */
export type PlanResult = ReadonlyMap<Effect, EffectResult>;

/** A write that the API server refused, until somebody changes something. */
export interface Refusal {
  /** The effect's id. */
  readonly id: string;
  /** `Deployment family-proxy` */
  readonly object: string;
  /** Why, in the words of who refused; of a secret, in ours. */
  readonly words: string;
}

/** What was refused for good. Conflicts, and servers that are busy or away, are no refusals. */
export function refusalsOf(result: PlanResult): readonly Refusal[] {
  return [...result].flatMap(([effect, end]) => {
    const words =
      end.kind === "failed" && effect.optional !== true ? refusal(end.error) : undefined;
    return words === undefined ? [] : [{ id: effect.id, object: objectName(effect), words }];
  });
}

function refusal(error: unknown): string | undefined {
  if (error instanceof NameTakenError) return error.message;
  return isRefusal(error) ? error.words : undefined;
}

/** An object of ours that others change again and again. */
export interface Contest extends Rivalry {
  /** The effect's id. */
  readonly id: string;
  /** `Deployment family-proxy` */
  readonly object: string;
  /** How long it is left to them (ms). */
  readonly ms: number;
}

/** What is left to others for a while, although it is not as it should be. */
export function contestsOf(result: PlanResult): readonly Contest[] {
  return [...result].flatMap(([effect, end]) =>
    end.kind === "contested"
      ? [{ ...end.rivalry, id: effect.id, object: objectName(effect), ms: end.ms }]
      : [],
  );
}

/** The error to try again after; of several, one that is no conflict. */
export function failureOf(result: PlanResult): { readonly error: unknown } | undefined {
  const failed = [...result].flatMap(([{ optional }, end]) =>
    end.kind === "failed" && optional !== true ? [end] : [],
  );
  return failed.find(({ error }) => !(error instanceof ConflictError)) ?? failed[0];
}

/** The shortest time that anything of the plan still waits (ms). */
export function waitOf(result: PlanResult): number | undefined {
  const waits = [...result.values()].flatMap((end) => (isWaiting(end) ? [end.ms] : []));
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function isWaiting(end: EffectResult): end is Extract<EffectResult, { readonly ms: number }> {
  return end.kind === "waits" || end.kind === "contested";
}

/** When what could not be written in full is to be tried again (ms). */
export function againOf(result: PlanResult): number | undefined {
  const times = [...result.values()].flatMap((end) =>
    "againMs" in end && end.againMs !== undefined ? [end.againMs] : [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Whether the next pass should come at once: something was left to it. */
export function isSuperseded(result: PlanResult): boolean {
  return [...result.values()].some(({ kind }) => kind === "superseded");
}

/** Whether anything was brought about: more than words of how things are. */
export function gotOn(result: PlanResult): boolean {
  return [...result].some(
    ([{ kind }, end]) => end.kind === "applied" && kind !== "status" && kind !== "event",
  );
}
