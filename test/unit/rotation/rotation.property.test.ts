import { describe, test } from "node:test";
import { checkHistories, rows } from "./history/property.ts";

/** `test/slow` plays many more histories. */
const numRuns = 60;

describe("whatever happens, in any order, with the operator killed between any two writes", () => {
  for (const [index, row] of rows.entries())
    test(`with a ${row.size} pool of ${row.provider} no slot loses its address, none is held twice, budgets hold, and all that was asked is done once`, async () =>
      checkHistories(row, { seed: 20_261_123 + index, numRuns }));
});
