import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { explainError } from "../../src/values/errors.ts";
import type { Block, Page } from "./blocks.ts";
import { manifestProblems } from "./manifests.ts";
import { isCommands, markOf } from "./mark.ts";
import { valueNames } from "./values.ts";

const project = join(import.meta.dirname, "../..");

/** Languages of blocks that would be commands to a reader, but that nobody would try. */
const otherShells = new Set(["bash", "shell", "zsh", "console", "terminal"]);

/**
 * What is wrong with the pages, as `page:line: what`.
 * @param journeys paths of the pages whose commands the end-to-end suite runs
 */
export function docsProblems(
  pages: readonly Page[],
  journeys: readonly string[],
): readonly string[] {
  const ofBlocks = pages.flatMap(({ blocks }) =>
    blocks.flatMap((block) => found(block, () => blockProblems(block, journeys))),
  );
  const lost = journeys.filter(
    (journey) => !pages.some(({ path, blocks }) => path === journey && blocks.some(isRun)),
  );
  return [
    ...ofBlocks,
    ...lost.map(
      (path) => `${path}: test/e2e/docs/journeys.ts runs it, but it has no commands to run`,
    ),
  ];
}

function found(block: Block, check: () => readonly string[]): readonly string[] {
  try {
    return check().map((problem) => `${block.page}:${block.line}: ${problem}`);
  } catch (error) {
    return [`${block.page}:${block.line}: ${explainError(error)}`];
  }
}

function isRun(block: Block): boolean {
  return isCommands(block) && block.comment === undefined;
}

function blockProblems(block: Block, journeys: readonly string[]): readonly string[] {
  if (block.language === "") return ["say what this block is: sh for commands, yaml, or text"];
  if (otherShells.has(block.language))
    return [`write sh in place of ${block.language}, so that these commands are tried`];
  if (block.language === "yaml") return manifestProblems(block.text);
  return isCommands(block) ? commandProblems(block, journeys) : [];
}

function commandProblems(block: Block, journeys: readonly string[]): readonly string[] {
  execFileSync("bash", ["-n"], { input: block.text, stdio: ["pipe", "ignore", "pipe"] });
  const mark = markOf(block);
  switch (mark.kind) {
    case "needs":
      return [];
    case "yours":
      valueNames(block);
      return notRun(block, journeys);
    case "run":
      return notRun(block, journeys);
    case "run by":
      return runsSomewhere(mark.what)
        ? []
        : [`nothing in this project is called ${mark.what}: name a target of make, or a path`];
  }
}

function notRun({ page }: Block, journeys: readonly string[]): readonly string[] {
  if (journeys.includes(page)) return [];
  return [
    "nothing runs this: add its page to test/e2e/docs/journeys.ts, or say in a comment before it what it needs (CONTRIBUTING.md)",
  ];
}

function runsSomewhere(what: string): boolean {
  const [, target] = /^make ([a-z0-9-]+)$/.exec(what) ?? [];
  if (target === undefined) return existsSync(join(project, what));
  return new RegExp(`^${target}:`, "m").test(readFileSync(join(project, "Makefile"), "utf8"));
}
