import { commands, otherCommands } from "../commands.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type Candidate, candidates } from "./candidates.ts";
import { knownByCluster } from "./known.ts";

/** For kubectl and shells: these are all, and no file names (cobra's ShellCompDirectiveNoFileComp). */
const noFiles = ":4";

/**
 * Runs `proxyfleet __complete WORD…`, and the program `kubectl_complete-proxyfleet`; resolves to the
 * exit code. The last word is the one that is being typed, and may be empty.
 */
export async function completeCommand(
  words: readonly string[],
  { write }: Pick<Terminal, "write">,
): Promise<number> {
  const lines = (await wordsFor(words)).map(({ word, about }) => `${word}\t${about ?? ""}`);
  write([...lines, noFiles].map((line) => `${line}\n`).join(""));
  return 0;
}

async function wordsFor(words: readonly string[]): Promise<readonly Candidate[]> {
  const last = words.at(-1) ?? "";
  const [name, ...before] = words.slice(0, -1);
  if (name === undefined) return commandNames().filter(({ word }) => word.startsWith(last));
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return [];
  const { flags } = await command.shape();
  return candidates({ operands: command.operands, flags }, { before, last }, knownByCluster);
}

function commandNames(): readonly Candidate[] {
  const listed = Object.entries(commands).map(([word, { summary }]) => ({ word, about: summary }));
  const others = Object.entries(otherCommands).map(([word, about]) => ({ word, about }));
  return [...listed, ...others];
}
