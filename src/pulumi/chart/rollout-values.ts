import { z } from "zod";

/** How the pods of an earlier version are replaced. */
export const rollouts = z
  .strictObject({
    hold: z
      .boolean()
      .default(false)
      .describe("Leave all pods as they are, whatever version of the operator made them."),
    percent: z
      .int()
      .min(1)
      .max(100)
      .default(5)
      .describe("So many fleets at once, of all fleets, and at least one."),
  })
  .prefault({})
  .describe("How fleets get the pods that a new version of the operator makes: in turn.");
