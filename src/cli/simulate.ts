import type { Played } from "../simulator/compare.ts";
import { compare, seedsFrom } from "../simulator/compare.ts";
import { policyNamed } from "../simulator/policies/all.ts";
import { CallError } from "./call/call-error.ts";
import { clusterFlags } from "./call/cluster-flags.ts";
import { type Given, type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { type Chosen, chosenCases } from "./simulate/cases.ts";
import { readProfile } from "./simulate/inputs.ts";
import { ownFleet } from "./simulate/own-fleet.ts";
import { playedJson, playedPlot, playedText } from "./simulate/show.ts";
import { formatted } from "./terminal/formats.ts";
import { type Terminal, drawingOf } from "./terminal/terminal.ts";

const flags = {
  profile: {
    value: "PROFILE",
    about: "the country and its censor: a name, or a file (default: iran-2023)",
  },
  groups: { value: "COUNT", about: "groups of people, a slot each (default: 8)" },
  addresses: { value: "COUNT", about: "addresses in all pools (default: four times the groups)" },
  more: { value: "COUNT", about: "what so many further addresses would give (default: 30)" },
  days: { value: "DAYS", about: "days to play, at most 366 (default: 30)" },
  seeds: { value: "COUNT", about: "runs with other chance, at most 100 (default: 3)" },
  seed: { value: "NUMBER", about: "the first of them (default: 1)" },
  policy: { value: "NAME", multiple: true, about: "beside yours; may be given several times" },
  fleet: { value: "NAMESPACE/NAME", about: "a fleet of the cluster, with its pools" },
  files: {
    value: "FILE",
    multiple: true,
    about: "a fleet and its pools as YAML; may be given several times",
  },
  output: { short: "o", value: "FORMAT", choices: ["json", "yaml", "svg"], about: "for programs" },
  ...clusterFlags,
} as const;

/** How `proxyfleet simulate` is called. */
export const simulateShape: Shape<typeof flags> = {
  name: "simulate",
  operands: "",
  count: { least: 0, most: 0 },
  about: `Plays the operator's own decisions against a simulated censor, and says what a
pool is worth: how many hours people are reached, how soon they are back after
a block, and when the pool runs dry. docs/simulator.md says what is simulated,
and what is a guess.

Profiles: quiet, iran-2023, russia-2025, china, and those of single censors.
Without --fleet and --files, it plays the API's defaults, and needs no cluster.
With --fleet, you need the rights to get WhatsAppProxy objects and to list
AddressPools.`,
  flags,
  exitCodes: "0 once it was played, 1 for a failure, 2 for a call that is wrong.",
};

/**
 * Runs `proxyfleet simulate`; resolves to the exit code.
 * @throws CallError, ProfileError, OwnSetupError, errors of the API client
 */
export async function simulateCommand(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const call = readCall(simulateShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const { output } = call.flags;
  const chosen = await choose(call.flags);
  const cases = chosenCases(chosen);
  const seeds = seedsFrom(chosen.seed, chosen.seeds);
  const played = await compare(cases, seeds, ({ done, all, last }) =>
    terminal.say(`${done} of ${all}: ${last}`),
  );
  terminal.write(shown(played, output, terminal));
  return 0;
}

function shown(played: readonly Played[], output: string | undefined, terminal: Terminal): string {
  switch (output) {
    case "json":
    case "yaml":
      return formatted(playedJson(played), output);
    case "svg":
      return playedPlot(played);
    default:
      return playedText(played, drawingOf(terminal));
  }
}

async function choose(given: Given<typeof flags>): Promise<Chosen> {
  const { fleet, files } = given;
  if (fleet !== undefined && files !== undefined)
    throw new CallError("--fleet and --files both say which fleet: leave out one");
  const own = await ownFleet(given);
  if (own !== undefined && (given.groups ?? given.addresses) !== undefined)
    throw new CallError(
      "a fleet has its own groups and addresses: leave out --groups, --addresses",
    );
  const groups = own?.groups ?? whole("groups", given.groups, { usual: 8, most: 640 });
  const usual = own?.addresses ?? 4 * groups;
  return {
    profile: await readProfile(given.profile ?? "iran-2023"),
    policies: (given.policy ?? []).map(policyNamed),
    own,
    groups,
    addresses: own?.addresses ?? whole("addresses", given.addresses, { usual, most: 65_536 }),
    more: whole("more", given.more, { usual: 30, most: 65_536, least: 0 }),
    days: whole("days", given.days, { usual: 30, most: 366 }),
    seeds: whole("seeds", given.seeds, { usual: 3, most: 100 }),
    seed: whole("seed", given.seed, { usual: 1, most: 2 ** 31, least: 0 }),
  };
}

interface Bounds {
  readonly usual: number;
  readonly least?: number;
  readonly most: number;
}

function whole(
  flag: string,
  given: string | undefined,
  { usual, least = 1, most }: Bounds,
): number {
  if (given === undefined) return usual;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new CallError(`--${flag}: "${given}" is no whole number from ${least} to ${most}`);
}
