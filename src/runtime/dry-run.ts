import { isSame } from "../kubernetes/difference.ts";
import { type Effect, objectName } from "./effect.ts";
import type { Plan } from "./plan.ts";

/** What a plan would write now: not what is so already, nor what it leaves to the next pass. */
export function pendingEffects({ effects }: Pick<Plan<unknown>, "effects">): readonly Effect[] {
  const pending = new Map<string, Effect>();
  for (const effect of effects) {
    const { needs = [], unless = [] } = effect;
    const isObsolete = unless.length > 0 && unless.every((id) => pending.has(id));
    const isUnchanged = effect.kind === "status" && isSame(effect.before, effect.status);
    const isDue = effect.kind !== "event" || needs.every((id) => pending.has(id));
    if (!isObsolete && !isUnchanged && isDue) pending.set(effect.id, effect);
  }
  return [...pending.values()];
}

/** An effect in a line, for people. No content of an object is shown: it may be a secret. */
export function effectText(effect: Effect): string {
  switch (effect.kind) {
    case "event":
      return `Event of ${effect.about.kind} ${effect.about.metadata.name}: ${notesOf(effect)}`;
    case "evict":
      return `evict ${objectName(effect)}, since ${effect.because}`;
    case "create":
    case "apply":
    case "patch":
    case "delete":
    case "status":
      return `${verbs[effect.kind]} ${objectName(effect)}`;
  }
}

const verbs = {
  create: "create",
  apply: "change",
  patch: "change",
  delete: "delete",
  status: "write the status of",
} as const;

function notesOf({ notes }: Extract<Effect, { kind: "event" }>): string {
  return notes.map(({ reason, message }) => `${reason} (${message})`).join("; ");
}
