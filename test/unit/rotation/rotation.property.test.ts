import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { Provider } from "../../../src/api/address-pool.ts";
import { providers } from "../../../src/pool/providers.ts";
import { play } from "./history/play.ts";
import { checkSettled, settle } from "./history/settle.ts";
import { type PoolSize, Stage } from "./history/stage.ts";
import { history } from "./history/steps.ts";

/**
 * A failure prints the seed, the shortest history that fails, what was wrong, and what the operator
 * planned before. `test/slow` plays many more histories.
 */
const seed = 20_261_123;
const numRuns = Number(process.env["PROXYFLEET_HISTORIES"] ?? 70);

describe("whatever happens, in any order, with the operator killed between any two writes", () => {
  const roomy = [...providers.keys()].map((name) => ["roomy", name] as const);
  const rows: readonly (readonly [PoolSize, string])[] = [...roomy, ["tight", "MetalLB"]];
  for (const [row, [size, provider]] of rows.entries())
    test(`with a ${size} pool of ${provider} no slot loses its address, none is held twice, budgets hold, and all that was asked is done once`, async () =>
      fc.assert(
        fc.asyncProperty(fc.integer(), history, async (chance, steps) => {
          const stage = new Stage({ seed: chance, size, provider: provider as Provider });
          await play(stage, steps);
          await settle(stage);
          await checkSettled(stage);
        }),
        { seed: seed + row, numRuns },
      ));
});
