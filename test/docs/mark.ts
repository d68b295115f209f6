import type { Block } from "./blocks.ts";

/** What becomes of a block of commands when the documentation is tried. */
export type Mark =
  /** No comment: the end-to-end suite "docs" runs it, after the blocks before it on its page. */
  | { readonly kind: "run" }
  /**
   * `<!-- yours -->`: values that readers choose, as `NAME=value`. The suite puts its own in their
   * place.
   */
  | { readonly kind: "yours" }
  /**
   * `<!-- run by: make demo -->` or `<!-- run by: test/e2e/fleet -->`: continuous integration runs
   * the same in another way.
   */
  | { readonly kind: "run by"; readonly what: string }
  /** `<!-- needs: cloud, an account at Google -->`: can't be run here. */
  | { readonly kind: "needs"; readonly what: Need; readonly why: string };

/** What no test has. */
export const needs = ["cloud", "registry", "second cluster", "own machine"] as const;
export type Need = (typeof needs)[number];

/**
 * The mark of a block of commands. @throws Error with what is wrong with it, and how marks are
 * written
 */
export function markOf({ comment }: Block): Mark {
  if (comment === undefined) return { kind: "run" };
  if (comment === "yours") return { kind: "yours" };
  const [, runBy] = /^run by: (\S.*)$/.exec(comment) ?? [];
  if (runBy !== undefined) return { kind: "run by", what: runBy };
  const [, need, why] = /^needs: ([^,]+)(?:, (\S.*))?$/.exec(comment) ?? [];
  if (need === undefined)
    throw new Error(
      `"<!-- ${comment} -->" is no mark: write <!-- yours -->, <!-- run by: … --> or <!-- needs: …, why -->`,
    );
  const what = needs.find((one) => one === need);
  if (what === undefined)
    throw new Error(
      `nothing is known that is called "${need}": a block may need ${needs.join(", ")}`,
    );
  if (why === undefined)
    throw new Error(`say why it needs a ${what}: <!-- needs: ${what}, why -->`);
  return { kind: "needs", what, why };
}

/** Whether a block is a block of commands. */
export function isCommands({ language }: Block): boolean {
  return language === "sh";
}

/**
 * Whether a block shows what the commands before it print (`<!-- output -->`). Its first line must
 * be among what they print; spaces don't matter.
 */
export function isOutput({ language, comment }: Block): boolean {
  return language === "text" && comment === "output";
}
