import { argoCd, journeys, migration } from "../e2e/docs/journeys.ts";
import { readPages } from "./blocks.ts";
import { docsProblems } from "./problems.ts";

/**
 * Names each block of the documentation that is neither tried nor marked, and YAML that we would
 * refuse.
 */
const problems = docsProblems(
  readPages(),
  [...journeys, migration, argoCd].map(({ page }) => page),
);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
