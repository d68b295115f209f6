import { describe, test } from "node:test";
import { checkHistories, rows } from "../unit/rotation/history/property.ts";

const numRuns = 1_000;

describe(`${numRuns} histories, in any order, with the operator killed between any two writes`, () => {
  for (const [index, row] of rows.entries())
    test(`with a ${row.size} pool of ${row.provider} break no invariant and end well`, async () =>
      checkHistories(row, { seed: 7_000 + index, numRuns }));
});
