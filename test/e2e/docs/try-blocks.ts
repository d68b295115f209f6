import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type Block, type Page, readPages } from "../../docs/blocks.ts";
import { isCommands, isOutput, markOf } from "../../docs/mark.ts";
import { valueNames } from "../../docs/values.ts";
import type { Journey } from "./journeys.ts";
import type { Reader } from "./reader.ts";

const pages = readPages();

/** The page that a journey tries. */
export function pageOf({ page }: Journey): Page {
  const found = pages.find(({ path }) => path === page);
  assert.ok(found !== undefined, `there is no page ${page}`);
  return found;
}

/** What a reader does with some of a page's blocks. */
interface Tried {
  readonly blocks: readonly Block[];
  readonly journey: Journey;
  readonly reader: Reader;
}

/**
 * Takes a step for each of these blocks that is typed, or that shows what a command prints. After a
 * failure the rest are left out.
 */
export async function tryBlocks(t: TestContext, { blocks, journey, reader }: Tried): Promise<void> {
  let printed = "";
  const tried = blocks.filter((block) => isTyped(block) || isOutput(block));
  for (const [index, block] of tried.entries()) {
    const { page, line, heading, text } = block;
    await t.test(
      `${page}:${line} ${text.trim().split("\n")[0] ?? ""}`,
      { timeout: 120_000 },
      async (t) => {
        if (reader.hasEnded) return t.skip("an earlier command of this page failed");
        if (isOutput(block)) return expectOutput(block, printed);
        if (tried[index - 1]?.heading !== heading)
          await reader.type(journey.before?.[heading] ?? "");
        printed = await reader.type(
          markOf(block).kind === "yours" ? ownValues(block, journey) : text,
        );
        if (tried[index + 1]?.heading !== heading)
          await reader.type(journey.promised?.[heading] ?? "");
      },
    );
  }
}

function isTyped(block: Block): boolean {
  return isCommands(block) && ["run", "yours"].includes(markOf(block).kind);
}

function ownValues(block: Block, { yours = {} }: Journey): string {
  return valueNames(block)
    .map((name) => {
      assert.ok(name in yours, `test/e2e/docs/journeys.ts gives no value for ${name}`);
      return `${name}=${yours[name] ?? ""}\n`;
    })
    .join("");
}

/**
 * What a page shows of a command's output has the shape of what the command prints: its first line
 * is among the lines.
 */
function expectOutput({ text }: Block, printed: string): void {
  const squeezed = (line = "") => line.trim().replaceAll(/\s+/g, " ");
  const lines = printed.split("\n").map(squeezed);
  const first = squeezed(text.split("\n")[0]);
  assert.ok(
    lines.includes(first),
    `the page shows "${first}", but the command printed:\n${printed}`,
  );
}
