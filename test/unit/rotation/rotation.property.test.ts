import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { Provider } from "../../../src/api/address-pool.ts";
import { providers } from "../../../src/pool/providers.ts";
import { play } from "./history/play.ts";
import { checkSettled, settle } from "./history/settle.ts";
import { type PoolSize, Stage } from "./history/stage.ts";
import { history } from "./history/steps.ts";

/** A failure prints the seed and the shortest history that fails. */
const run = { seed: 20_261_123, numRuns: Number(process.env["RUNS"] ?? 20) };

describe("whatever happens, in any order, with the operator killed between any two writes", () => {
  const roomy = [...providers.keys()].map((name) => ["roomy", name] as const);
  const rows: readonly (readonly [PoolSize, string])[] = [...roomy, ["tight", "MetalLB"]];
  for (const [size, provider] of rows)
    test(`with a ${size} pool of ${provider} no slot loses its address, none is held twice, budgets hold, and all that was asked is done once`, async () =>
      fc.assert(
        fc.asyncProperty(fc.integer(), history, async (seed, steps) => {
          const stage = new Stage({ seed, size, provider: provider as Provider });
          await play(stage, steps);
          await settle(stage);
          await checkSettled(stage);
        }),
        run,
      ));
});
