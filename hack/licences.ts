// Names each package whose licence nobody has looked at yet.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Lock, licenceProblems } from "./supply/licences.ts";

const project = join(import.meta.dirname, "..");
const locks = globSync("{.,integrations/*}/package-lock.json", { cwd: project });
const problems = locks.flatMap((path) =>
  licenceProblems(JSON.parse(readFileSync(join(project, path), "utf8")) as Lock),
);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
