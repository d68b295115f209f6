import { z } from "zod";

/** What `proxyfleet history -o json` prints: programs may rely on it. */
export const historyOutput = z.strictObject({
  items: z
    .array(
      z.strictObject({
        at: z.iso.datetime(),
        source: z.enum(["Ledger", "Event"]),
        type: z.enum(["Normal", "Warning"]),
        what: z.string(),
        text: z.string(),
      }),
    )
    .describe("The oldest first."),
  missingRights: z
    .array(z.string())
    .describe("Rights that were missing: what they show is left out."),
});
