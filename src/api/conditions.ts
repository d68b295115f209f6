import { z } from "zod";
import { integer, line, list, timestamp } from "./common.ts";
import { matching, withRules } from "./validation-rule.ts";

/** The longest message that a condition may carry (metav1.Condition). */
export const longestConditionMessage = 32_768;

/** One condition of an object, in the form that Kubernetes and kstatus agree on. */
const condition = z.object({
  type: withRules(
    line(63, 1),
    matching(/^[A-Z][A-Za-z0-9]*$/, "must be one word with a capital, such as Ready"),
  ).describe("What this condition is about."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it applies."),
  observedGeneration: integer(0, Number.MAX_SAFE_INTEGER)
    .exactOptional()
    .describe("The generation of the spec that this condition refers to."),
  lastTransitionTime: timestamp().describe("When the status last changed."),
  reason: withRules(
    line(128, 1),
    matching(/^[A-Z][A-Za-z0-9]*$/, "must be one word with a capital, such as NoFreshAddress"),
  ).describe("Why, in one word for programs."),
  message: line(longestConditionMessage).describe(
    "Why, in a sentence for people, with what to do next.",
  ),
});

/** The conditions of an object, one of each type. */
export function conditions(): z.ZodExactOptional<z.ZodArray<typeof condition>> {
  return list(condition, 32, { type: "map", keys: ["type"] })
    .exactOptional()
    .describe("The state of the object, and what to do about it.");
}
