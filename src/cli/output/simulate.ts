import { z } from "zod";

const estimate = z.strictObject({
  mean: z.number(),
  half: z.number().describe("Half of the 95 % confidence interval; 0 with one seed."),
});

/** What `proxyfleet simulate -o json` prints. Shares are from 0 to 1, times in minutes. */
export const simulateOutput = z.strictObject({
  played: z.array(
    z.strictObject({
      policy: z.string(),
      profile: z.string(),
      groups: z.number(),
      addresses: z.number(),
      days: z.number(),
      summary: z.strictObject({
        seeds: z.number(),
        reachable: estimate.describe("Of the hours in which people want to write."),
        reconnectMedian: estimate,
        reconnectP90: estimate,
        movesByAge: estimate,
        movesByBlock: estimate,
        falseMoves: estimate,
        movesInOutage: estimate,
        burnt: estimate,
        dry: z
          .strictObject({ runs: z.number(), days: estimate })
          .describe("Runs in which a slot lacked an address, and after how many days."),
      }),
      runs: z.array(
        z.strictObject({
          reachable: z.number(),
          reconnect: z.strictObject({ median: z.number(), p90: z.number(), count: z.number() }),
          moves: z.strictObject({ age: z.number(), blocked: z.number(), other: z.number() }),
          falseMoves: z.number(),
          movesInOutage: z.number(),
          busiestHour: z.number(),
          burnt: z.number(),
          dryAfterDays: z.number().optional(),
        }),
      ),
    }),
  ),
});
