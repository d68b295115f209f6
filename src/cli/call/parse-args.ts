import type { ParseArgsConfig, parseArgs as nodeParseArgs } from "node:util";
import { Command, CommanderError, Option } from "commander";
import { CallError } from "./call-error.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** What a call's flags are read with. */
interface Config {
  readonly args: readonly string[];
  readonly options: Options;
  readonly strict: true;
  readonly allowPositionals?: boolean;
}

/**
 * Reads flags as node:util does, and gives the same, but with the parser of all commands: it names a
 * flag that was meant. For commands that write their help themselves. @throws CallError
 */
export function parseArgs<const T extends Config>(config: T): Parsed<T> {
  const command = new Command()
    .allowExcessArguments(config.allowPositionals === true)
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const [name, option] of Object.entries(config.options))
    command.addOption(optionOf(name, option));
  try {
    command.parse(config.args.map(pflagStyle), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new CallError(commanderWords(error));
  }
  const given: Record<string, unknown> = command.opts();
  const values = Object.keys(config.options).flatMap((name) => {
    const value = valueOf(name, given);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { values: Object.fromEntries(values), positionals: command.args } as unknown as Parsed<T>;
}

/** What node:util gives for the same configuration. */
type Parsed<T extends Config> = ReturnType<
  typeof nodeParseArgs<{
    options: T["options"];
    strict: true;
    allowPositionals: T["allowPositionals"] extends true ? true : false;
  }>
>;

function optionOf(
  name: string,
  { type, short, default: usual, multiple }: Options[string],
): Option {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  const option = new Option(type === "string" ? `${names} <value>` : names);
  // What begins with no- is a flag here like any other: commander would take it for a no to one.
  option.negate = false;
  if (usual !== undefined) option.default(usual);
  if (multiple === true)
    option.argParser((value: string, before: unknown) =>
      before === usual || !Array.isArray(before) ? [value] : [...(before as string[]), value],
    );
  return option;
}

function valueOf(name: string, given: Readonly<Record<string, unknown>>): unknown {
  return given[attributeOf(name)];
}

/** Under which name commander keeps a flag. */
export function attributeOf(name: string): string {
  const option = new Option(`--${name}`);
  option.negate = false;
  return option.attributeName();
}

/** kubectl takes `-n=x` for `-n x`. */
export function pflagStyle(arg: string): string {
  return arg.replace(/^-([A-Za-z])=/, "-$1");
}

/** Commander's words, without its own beginning, and with its suggestion in the same line. */
export function commanderWords({ message }: CommanderError): string {
  return message
    .replace(/^error: /, "")
    .replaceAll(/\s+/g, " ")
    .replace(/\.$/, "");
}
