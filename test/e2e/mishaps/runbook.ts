import { isCommands } from "../../docs/mark.ts";
import { pageOf } from "../docs/try-blocks.ts";

/** The commands of the runbook under a heading, block by block, in their order. */
export function runbook(heading: string): readonly string[] {
  const { blocks } = pageOf({ page: "docs/runbook.md" });
  const own = blocks.filter((block) => block.heading === heading && isCommands(block));
  return own.map(({ text }) => text);
}
