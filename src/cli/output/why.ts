import { z } from "zod";

/** What `proxyfleet why -o json` prints: programs may rely on it. */
export const whyOutput = z.strictObject({
  fleets: z.array(
    z.strictObject({
      namespace: z.string(),
      name: z.string(),
      steps: z.array(
        z.strictObject({
          depth: z.int(),
          object: z.string(),
          state: z.enum(["Good", "Bad", "Unknown"]),
          text: z.string(),
        }),
      ),
      causes: z.array(z.strictObject({ name: z.string(), says: z.string(), fix: z.string() })),
    }),
  ),
  missingRights: z.array(z.string()),
});
