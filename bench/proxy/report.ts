import { markdownTable } from "../../tooling/markdown-table.ts";
import { type Aim, short } from "./aims.ts";
import { contenderNames } from "./plot.ts";
import { contenders } from "./proxies.ts";
import type { Row } from "./samples.ts";

/** The figures as Markdown tables: the aims first, then all that was measured. */
export function report(rows: readonly Row[], aims: readonly Aim[]): string {
  const aimRows = aims.map(({ what, aimed, reached, isMet }) => [
    what,
    aimed,
    reached,
    isMet ? "yes" : "no",
  ]);
  const cells = rows.map(({ panel, label, values }) => [
    panel,
    label,
    ...contenders.map((contender) =>
      values[contender] === undefined ? "" : short(values[contender]),
    ),
  ]);
  return [
    markdownTable([["aim", "", "worst figure", "met"], ...aimRows]),
    markdownTable([
      ["what", "", ...contenders.map((contender) => contenderNames[contender])],
      ...cells,
    ]),
  ].join("\n\n");
}
