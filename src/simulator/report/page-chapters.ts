import { policies } from "../policies/all.ts";
import { profileFiles } from "../profiles/built-in.ts";
import type { Chapter } from "./page-cases.ts";

/** A chapter of the page, but for its figures. */
export interface ChapterWords {
  readonly of: Chapter;
  readonly title: string;
  readonly text: string;
  /** The file of its plot. */
  readonly plot?: string;
  /** What its rows are. */
  readonly rows: string;
  readonly after?: string;
}

/** The chapters, in their order. */
export const chapters: readonly ChapterWords[] = [
  {
    of: "aim",
    title: "The aim",
    text: "20 groups, 80 addresses (four times the slots) at two hosting providers, two agents and a control, an informer in one group, scans, and networks that are blocked after three hits. 5 days.",
    rows: "policy",
  },
  {
    of: "policies",
    title: "Policies side by side",
    text: "6 groups and 24 addresses against scans, networks, and an informer in one of the 6 groups. 5 days.",
    plot: "simulator-policies.svg",
    rows: "policy",
    after: list(policies),
  },
  {
    of: "censors",
    title: "The defaults against each censor",
    text: "6 groups and 24 addresses. 5 days.",
    plot: "simulator-censors.svg",
    rows: "censor",
    after: list(profileFiles),
  },
  {
    of: "countries",
    title: "Countries",
    text: "6 groups and 24 addresses. 5 days.",
    rows: "profile, policy",
  },
  {
    of: "measurers",
    title: "Those who measure are wrong",
    text: "The defaults against scans. The first of the two agents has a fault.",
    rows: "fault",
  },
  {
    of: "pools",
    title: "How many addresses",
    text: "The defaults, 6 groups, against scans, an informer and networks. 24 addresses are in the table of policies.",
    rows: "pools",
  },
];

function list(items: readonly { readonly name: string; readonly about: string }[]): string {
  return items.map(({ name, about }) => `- \`${name}\`: ${about}.`).join("\n");
}
