import { Command, CommanderError, Option } from "commander";
import { wrapped } from "../terminal/width.ts";
import { CallError } from "./call-error.ts";
import { attributeOf, commanderWords, pflagStyle } from "./parse-args.ts";

/** One flag of a command: with `value` it takes one, without it is a switch. */
export interface Flag {
  readonly short?: string;
  /** What its value is, as usage texts name it: `NAMESPACE`. */
  readonly value?: string;
  /** It may be given several times, each time with one more value. */
  readonly multiple?: true;
  readonly choices?: readonly string[];
  readonly about: string;
}

/** The flags of a command, by their long names. */
export type Flags = Readonly<Record<string, Flag>>;

/** What was given for each flag. */
export type Given<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends { readonly multiple: true }
    ? readonly string[] | undefined
    : F[K] extends { readonly value: string }
      ? string | undefined
      : boolean;
};

/** Who is called: words after the program's name, operands and flags, and what it all means. */
export interface Shape<F extends Flags> {
  /** `status`, `probe invite`. */
  readonly name: string;
  /** As usage texts write them: `[FLEET [SLOT]]`. */
  readonly operands: string;
  /** How many there are. */
  readonly count: { readonly least: number; readonly most: number };
  /** For people who ask for help: lines of at most 80 columns. */
  readonly about: string;
  readonly flags: F;
  /** What the exit code says. */
  readonly exitCodes: string;
}

/** A call as it was understood. */
export type Call<F extends Flags> =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "call"; readonly flags: Given<F>; readonly operands: readonly string[] };

/** Usage texts fit into a terminal of this width (columns). */
const helpWidth = 80;

/**
 * Reads the arguments of a command. `--help` goes before everything else, and needs no network.
 * @param program how this program was called
 * @throws CallError that names the flag, and what to do
 */
export function readCall<F extends Flags>(
  shape: Shape<F>,
  args: readonly string[],
  program: string,
): Call<F> {
  const command = commandOf(shape, program);
  if (wantsHelp(args)) return { kind: "help", text: helpText(shape, command) };
  const see = `see ${program} ${shape.name} --help`;
  try {
    command.parse(args.map(pflagStyle), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new CallError(`${commanderWords(error)}: ${see}`);
  }
  const operands = command.args;
  const { least, most } = shape.count;
  if (operands.length < least) throw new CallError(`${shape.operands} is missing: ${see}`);
  if (operands.length > most)
    throw new CallError(`"${operands[most] ?? ""}" is one operand too many: ${see}`);
  return { kind: "call", flags: givenOf(shape.flags, command), operands };
}

/** `--help` counts wherever it stands, but not behind `--`. */
function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).includes("--help");
}

function helpText<F extends Flags>({ exitCodes }: Shape<F>, command: Command): string {
  const codes = wrapped(`Exit code: ${exitCodes}`, helpWidth).join("\n");
  return `${command.helpInformation()}\n${codes}\n`;
}

/** The command as its parser and its help know it. */
function commandOf<F extends Flags>(shape: Shape<F>, program: string): Command {
  const command = new Command(`${program} ${shape.name}`)
    .usage(`${shape.operands} [flags]`.trim())
    .description(shape.about)
    .allowExcessArguments()
    .helpOption("--help", "show this text")
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .configureHelp({ helpWidth });
  for (const [name, flag] of Object.entries(shape.flags)) command.addOption(optionOf(name, flag));
  return command;
}

function optionOf(name: string, { short, value, multiple, choices, about }: Flag): Option {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  const option = new Option(value === undefined ? names : `${names} <${value}>`, about);
  if (multiple === true) option.argParser(collected);
  return choices === undefined ? option : option.choices(choices);
}

function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function givenOf<F extends Flags>(flags: F, command: Command): Given<F> {
  const given: Record<string, unknown> = command.opts();
  const values = Object.entries(flags).map(([name, { value }]) => {
    const found = given[attributeOf(name)];
    return [name, value === undefined ? found === true : found];
  });
  return Object.fromEntries(values) as Given<F>;
}
