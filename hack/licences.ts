// Names each package whose licence nobody has looked at yet.
import lock from "../package-lock.json" with { type: "json" };
import { licenceProblems } from "./supply/licences.ts";

const problems = licenceProblems(lock);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
