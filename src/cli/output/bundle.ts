import { z } from "zod";

/** What `proxyfleet bundle -o json` prints: programs may rely on it. */
export const bundleOutput = z.strictObject({
  file: z.string().describe("Where it was written."),
  files: z
    .array(z.strictObject({ name: z.string(), bytes: z.int(), about: z.string() }))
    .describe("What it holds."),
  replaced: z
    .record(z.string(), z.int())
    .describe("How many values were replaced, by what they are: addresses, hosts, names, …"),
  missingRights: z
    .array(z.string())
    .describe("Rights that were missing: what they show is left out."),
});
