import { hours } from "../../values/time.ts";
import type { Case } from "../compare.ts";
import { type MeasurerSetup, usualMeasurers } from "../measurers/setup.ts";
import type { MeasurerFaults } from "../measurers/faults.ts";
import { defaults } from "../policies/ours.ts";
import { policies } from "../policies/all.ts";
import { builtInProfile } from "../profiles/built-in.ts";

/** Where a case stands on the page. */
export type Chapter = "aim" | "policies" | "censors" | "countries" | "measurers" | "pools";

/** A case of the page, and the name of its row. */
export interface PageCase extends Case {
  readonly chapter: Chapter;
  readonly row: string;
}

/** Worlds of the page are small, so that all of them together take minutes. */
const small = { groups: 6, addresses: 24, days: 5 };

const aim: readonly PageCase[] = policies
  .filter(({ name }) => ["defaults", "blocks-only", "one-fixed-address"].includes(name))
  .map((policy) => ({
    chapter: "aim",
    row: policy.name,
    profile: builtInProfile("networks"),
    policy,
    groups: 20,
    addresses: 80,
    days: 5,
  }));

const againstNetworks: readonly PageCase[] = policies.map((policy) => ({
  ...small,
  chapter: "policies",
  row: policy.name,
  profile: builtInProfile("networks"),
  policy,
}));

const censors = [
  "quiet",
  "scans",
  "informers",
  "probes",
  "counts",
  "hosting",
  "zigzag",
  "ports",
  "providers",
  "office",
  "protocol",
  "freeze",
  "throttle",
  "outage-74m",
  "outage-3d",
  "omniscient",
];

const alone: readonly PageCase[] = censors.map((name) => ({
  ...small,
  chapter: "censors",
  row: name,
  profile: builtInProfile(name),
  policy: defaults,
}));

const countries: readonly PageCase[] = ["iran-2023", "russia-2025", "china"].flatMap((name) =>
  policies
    .filter((policy) => ["defaults", "blocks-only"].includes(policy.name))
    .map((policy) => ({
      ...small,
      chapter: "countries" as const,
      row: `${name}, ${policy.name}`,
      profile: builtInProfile(name),
      policy,
    })),
);

/** The usual ones, with a fault of the first agent. */
function faulty(faults: MeasurerFaults): readonly MeasurerSetup[] {
  return usualMeasurers.map((setup) =>
    setup.name === "agent-1" ? { ...setup, faults: { ...setup.faults, ...faults } } : setup,
  );
}

const faults: readonly (readonly [string, MeasurerFaults])[] = [
  ["one test in twenty fails by chance", { noise: 0.05 }],
  ["one agent is silent from day 1 on", { deadAfter: hours(24) }],
  ["one agent says that all is blocked", { lies: "blocked" }],
  ["one agent is blocked itself", { isBlocked: true }],
];

const measurers: readonly PageCase[] = faults.map(([row, fault]) => ({
  ...small,
  chapter: "measurers",
  row,
  profile: builtInProfile("scans"),
  policy: defaults,
  measurers: faulty(fault),
}));

const pools: readonly PageCase[] = [48, 96].map((addresses) => ({
  ...small,
  chapter: "pools",
  row: `${addresses} addresses`,
  profile: builtInProfile("networks"),
  policy: defaults,
  addresses,
}));

/** All that the page shows. */
export const pageCases: readonly PageCase[] = [
  ...againstNetworks,
  ...alone,
  ...aim,
  ...countries,
  ...measurers,
  ...pools,
];
