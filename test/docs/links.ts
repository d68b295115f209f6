import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Page } from "./blocks.ts";

/**
 * Links of a page that lead nowhere in this project: to files that don't exist, or to headings that
 * their page doesn't have.
 */
export function brokenLinks(
  page: Page,
  pages: readonly Page[],
  project: string,
): readonly string[] {
  return [...prose(page.text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page.path : normalize(join(dirname(page.path), path));
    const known = pages.find((other) => other.path === target);
    if (known === undefined && !existsSync(join(project, target)))
      return [`the link ${link} leads nowhere: there is no ${target}`];
    if (anchor === undefined || known === undefined || anchorsOf(known.text).has(anchor)) return [];
    return [`the link ${link} leads nowhere: ${target} has no heading for it`];
  });
}

/** A page without its blocks and its code, in which nothing is a heading or a link. */
function prose(text: string): string {
  return text.replaceAll(/^ *(`{3,}).*?^ *\1$/gms, "").replaceAll(/`[^`\n]*`/g, "");
}

/**
 * The names that GitHub gives to headings: small letters, without punctuation, spaces as hyphens.
 */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/^ *(`{3,}).*?^ *\1$/gms, "").matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
