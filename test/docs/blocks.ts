import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A fenced block of a page. */
export interface Block {
  /** Path in the project, such as docs/install.md. */
  readonly page: string;
  /** Where its text begins; the first line of a page is 1. */
  readonly line: number;
  /** The heading that it stands under, without its marks. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
  /**
   * What the comment on the line before it says, such as `needs: cloud, an account at Google`.
   * Readers don't see it.
   */
  readonly comment: string | undefined;
}

/** One page of the documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const project = join(import.meta.dirname, "../..");
const places = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/**/*.md",
  "examples/**/*.md",
  "charts/*/README.md",
  "integrations/*/README.md",
];

/** All pages that people read, in the order of their names. */
export function readPages(): readonly Page[] {
  const paths = globSync(places, { cwd: project }).toSorted();
  return paths.map((path) => pageOf(path, readFileSync(join(project, path), "utf8")));
}

export function pageOf(path: string, text: string): Page {
  return { path, text, blocks: blocksOf(path, text) };
}

interface Open {
  readonly fence: string;
  readonly indent: number;
  readonly language: string;
  readonly line: number;
  readonly comment: string | undefined;
}

/**
 * The fenced blocks of a page (CommonMark §4.5), those in lists included: the fence's own
 * indentation is taken off each line.
 * @throws Error where a fence is not closed: the rest of the page would be no text
 */
function blocksOf(page: string, text: string): Block[] {
  const blocks: Block[] = [];
  let open: Open | undefined;
  let body: string[] = [];
  let heading = "";
  let comment: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (open === undefined) {
      heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
      open = openingOf(line, index + 2, comment);
      if (line.trim() !== "") comment = /^\s*<!-- (.*) -->$/.exec(line)?.[1];
      body = [];
    } else if (line.trim() === open.fence) {
      const { language, line: start, comment: said } = open;
      blocks.push({
        page,
        line: start,
        heading,
        language,
        text: `${body.join("\n")}\n`,
        comment: said,
      });
      open = undefined;
    } else body.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
  }
  if (open !== undefined)
    throw new Error(`${page}:${open.line - 1}: this block is not closed with ${open.fence}`);
  return blocks;
}

function openingOf(line: string, bodyLine: number, comment: string | undefined): Open | undefined {
  const [, indent = "", fence, language = ""] = /^( *)(`{3,})([^`]*)$/.exec(line) ?? [];
  return fence === undefined
    ? undefined
    : { fence, indent: indent.length, language: language.trim(), line: bodyLine, comment };
}
