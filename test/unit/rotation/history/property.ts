import * as fc from "fast-check";
import type { Provider } from "../../../../src/api/address-pool.ts";
import { providers } from "../../../../src/pool/providers.ts";
import { play } from "./play.ts";
import { checkSettled, settle } from "./settle.ts";
import { type PoolSize, Stage } from "./stage.ts";
import { history } from "./steps.ts";

/** A pool that histories are played with. */
export interface Row {
  readonly size: PoolSize;
  readonly provider: Provider;
}

/** Every row of the capability table, and a pool that runs dry. */
export const rows: readonly Row[] = [
  ...[...providers.keys()].map((name) => ({ size: "roomy", provider: name as Provider }) as const),
  { size: "tight", provider: "MetalLB" },
];

/**
 * Whatever happens breaks no invariant and ends well. A failure prints the seed, the shortest history
 * that fails, what was wrong, and what the operator planned before.
 */
export async function checkHistories(row: Row, run: { seed: number; numRuns: number }) {
  await fc.assert(
    fc.asyncProperty(fc.integer(), history, async (seed, steps) => {
      const stage = new Stage({ seed, ...row });
      await play(stage, steps);
      await settle(stage);
      await checkSettled(stage);
    }),
    run,
  );
}
