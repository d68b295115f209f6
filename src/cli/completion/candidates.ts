import type { Flag, Flags } from "../call/flags.ts";

/** One word that may come next, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly about?: string;
}

/** A command, as far as completion knows it. */
export interface Completable {
  readonly operands: "fleet" | "slot" | "address" | "none";
  readonly flags: Flags;
}

/** What the cluster knows that could be meant: asked only where it is needed. */
export interface Known {
  readonly fleets: (where: Where) => Promise<readonly string[]>;
  /** How many slots a fleet has. */
  readonly slots: (where: Where, fleet: string) => Promise<number>;
  readonly addresses: (where: Where) => Promise<readonly string[]>;
}

/** Which cluster and namespace the words so far name. */
export interface Where {
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
}

/** What may come next behind a command's name. @param last the word that is being typed */
export async function candidates(
  { flags, operands }: Completable,
  { before, last }: { readonly before: readonly string[]; readonly last: string },
  known: Known,
): Promise<readonly Candidate[]> {
  const awaited = awaitedFlag(flags, before.at(-1));
  if (awaited !== undefined) return startingWith(last, (awaited.choices ?? []).map(named));
  if (last.startsWith("-")) return startingWith(last, flagCandidates(flags));
  const where = {
    namespace: valueOf("namespace", flags, before),
    kubeconfig: valueOf("kubeconfig", flags, before),
  };
  const given = operandsOf(flags, before);
  const words = await operandWords(operands, given, { known, where });
  return startingWith(last, words.map(named));
}

function named(word: string): Candidate {
  return { word };
}

function startingWith(last: string, all: readonly Candidate[]): readonly Candidate[] {
  return all.filter(({ word }) => word.startsWith(last));
}

function flagCandidates(flags: Flags): readonly Candidate[] {
  const all = Object.entries(flags).map(([name, { about }]) => ({ word: `--${name}`, about }));
  return [...all, { word: "--help", about: "explain the command" }];
}

/** The flag that this word is, if it waits for a value. */
function awaitedFlag(flags: Flags, word: string | undefined): Flag | undefined {
  const found = Object.entries(flags).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return found?.[1].value === undefined ? undefined : found[1];
}

function valueOf(name: string, flags: Flags, words: readonly string[]): string | undefined {
  const short = flags[name]?.short;
  for (const [at, word] of words.entries()) {
    if (word === `--${name}` || (short !== undefined && word === `-${short}`)) return words[at + 1];
    if (word.startsWith(`--${name}=`)) return word.slice(name.length + 3);
  }
  return undefined;
}

function operandsOf(flags: Flags, words: readonly string[]): readonly string[] {
  return words.filter(
    (word, at) => !word.startsWith("-") && awaitedFlag(flags, words[at - 1]) === undefined,
  );
}

async function operandWords(
  kind: Completable["operands"],
  given: readonly string[],
  { known, where }: { readonly known: Known; readonly where: Where },
): Promise<readonly string[]> {
  const [fleet] = given;
  if (kind === "none") return [];
  if (kind === "address") return given.length === 0 ? known.addresses(where) : [];
  if (fleet === undefined) return known.fleets(where);
  if (kind !== "slot" || given.length > 1) return [];
  const count = await known.slots(where, fleet);
  return Array.from({ length: count }, (_, slot) => String(slot));
}
