import type { Played } from "../compare.ts";
import { profileFiles } from "../profiles/built-in.ts";
import { sourcesOf } from "../profiles/profile.ts";
import { defaultsDigest } from "./defaults.ts";
import type { Chapter, PageCase } from "./page-cases.ts";
import { type ChapterWords, chapters } from "./page-chapters.ts";
import { whatIsPlayed, whereItLoses } from "./page-words.ts";
import { sharePlot } from "./plot.ts";
import { figure, percent, spokenMinutes } from "./words.ts";

export { pageCases } from "./page-cases.ts";

type PlayedCases = readonly Played<PageCase>[];

const digestLine = /^<!-- defaults of the API: ([0-9a-f]+) -->$/m;

/** The digest of the defaults that a page was made with; undefined where it says none. */
export function digestIn(page: string): string | undefined {
  return digestLine.exec(page)?.[1];
}

/** The plots of the page, by the names of their files. */
export function plotsOf(played: PlayedCases): ReadonlyMap<string, string> {
  return new Map([
    [
      "simulator-policies.svg",
      plotOf(played, "policies", "Policies against lists, informers and networks"),
    ],
    ["simulator-censors.svg", plotOf(played, "censors", "The defaults against each censor")],
  ]);
}

function plotOf(played: PlayedCases, chapter: Chapter, title: string): string {
  const bars = of(played, chapter).map(({ of: { row, policy }, summary }) => ({
    label: row,
    value: summary.reachable,
    isOurs: policy.kind === "ours",
  }));
  return sharePlot(`${title}: hours in which people are reached`, bars);
}

function of(played: PlayedCases, chapter: Chapter): PlayedCases {
  return played.filter((one) => one.of.chapter === chapter);
}

/** The page as Markdown. Chapters of which nothing was played are left out. */
export function pageOf(played: PlayedCases): string {
  const [first] = played;
  const parts = [
    "# What it is worth: the operator against censors",
    `<!-- defaults of the API: ${defaultsDigest()} -->`,
    introduction(first?.summary.seeds ?? 0),
    whatIsPlayed,
    ...chapters.flatMap((chapter) => chapterText(chapter, of(played, chapter.of))),
    whereItLoses,
    "## Where the figures come from",
    "Each figure of a profile has its source in its file. Many are guesses, and say so.",
    ...profileFiles.map(sourcesText),
  ];
  return `${parts.join("\n\n")}\n`;
}

function introduction(seeds: number): string {
  const spread =
    seeds > 1
      ? "± is the 95 % confidence interval over these runs."
      : "One run says little: small differences between rows mean nothing.";
  const runs = seeds === 1 ? "one run" : `${seeds} runs with other chance`;
  return `\`make sim\` makes this page: it plays the operator's own decisions against simulated censors, with ${runs} for each row. ${spread} \`proxyfleet simulate\` plays your own fleet and pools.`;
}

function chapterText(
  { title, text, plot, rows, after = "" }: ChapterWords,
  played: PlayedCases,
): readonly string[] {
  if (played.length === 0) return [];
  const image = plot === undefined ? "" : `![Hours in which people are reached](${plot})`;
  return [`## ${title}`, text, image, table(played, rows), after].filter((part) => part !== "");
}

const columns: readonly (readonly [name: string, value: (played: Played<PageCase>) => string])[] = [
  ["reached", ({ summary }) => percent(summary.reachable)],
  ["back after (median)", ({ summary }) => spokenMinutes(summary.reconnectMedian)],
  ["back after (90 %)", ({ summary }) => spokenMinutes(summary.reconnectP90)],
  ["moves by age", ({ summary }) => figure(summary.movesByAge)],
  ["moves by block", ({ summary }) => figure(summary.movesByBlock)],
  ["false moves", ({ summary }) => figure(summary.falseMoves)],
  ["burnt", ({ summary }) => figure(summary.burnt)],
  ["dry after", dryText],
];

function dryText({ summary: { dry, seeds } }: Played<PageCase>): string {
  if (dry.runs === 0) return "never";
  const often = dry.runs === seeds ? "" : ` (${dry.runs} of ${seeds})`;
  return `${figure(dry.days)} days${often}`;
}

function table(played: PlayedCases, what: string): string {
  const rows = [
    [what, ...columns.map(([name]) => name)],
    ["---", ...columns.map(() => "---:")],
    ...played.map((one) => [one.of.row, ...columns.map(([, value]) => value(one))]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row, at) => `| ${cells(row, widths, at === 1)} |`).join("\n");
}

/** As prettier aligns a table: the first column to the left, figures to the right. */
function cells(row: readonly string[], widths: readonly number[], isRule: boolean): string {
  return row
    .map((text, column) => {
      const width = widths[column] ?? 0;
      if (isRule) return column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`;
      return column === 0 ? text.padEnd(width) : text.padStart(width);
    })
    .join(" | ");
}

function sourcesText(file: { readonly name: string }): string {
  const lines = sourcesOf(file).map(([path, source]) => `- \`${path}\`: ${source}`);
  return [`### ${file.name}`, lines.join("\n")].join("\n\n");
}
