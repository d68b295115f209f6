import type { Block } from "./blocks.ts";

/**
 * The names that a block of readers' own values sets. @throws Error where a line is something else
 * than NAME=value
 */
export function valueNames({ text }: Pick<Block, "text">): readonly string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, name] =
      /^([A-Za-z_][A-Za-z0-9_]*)=(?:"[^"`$]*"|[^\s"'`$;&|]*)\s*(?:#.*)?$/.exec(line) ?? [];
    if (name === undefined)
      throw new Error(
        `a block of the reader's own values holds lines NAME=value only, not: ${line}`,
      );
    return name;
  });
}
