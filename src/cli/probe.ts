import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "./call/parse-args.ts";
import { runAgent } from "../probe/io/agent.ts";
import { MemoryFile } from "../probe/io/memory-file.ts";
import { stepLimits } from "../probe/io/test-port.ts";
import { type ProbeLine, parseProbeLine } from "../probe/line.ts";
import { sleep } from "../runtime/clock.ts";
import { stopOnSignals } from "../runtime/process.ts";
import { cryptoRandom } from "../runtime/random.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { instant } from "../values/time.ts";
import { inviteCommand } from "./probe-invite.ts";
import { describeLine } from "./probe-line.ts";

/** A call of `proxyfleet probe` that can't be understood. */
export class ProbeUsageError extends ProxyfleetError {}

/** The text of `proxyfleet probe --help`. */
export const probeHelp = `Usage: proxyfleet probe LINE [flags]
       proxyfleet probe show LINE
       proxyfleet probe invite --to ADDRESS --certificate FILE

"probe LINE" tests addresses from where it runs, and reports the results to the operator who made the line. It asks that operator what
to test, and tests nothing else. It runs until it is stopped (Ctrl-C), or until the operator revokes the line. docs/probe.md says what
it sends, and what a volunteer risks: read that first.

The line is a secret. Other users of the machine can see it while the program runs, unless you give it another way: "-" reads it from
standard input, and without LINE it is read from PROXYFLEET_PROBE.

"show" prints what a line holds, without its token, and the line as a QR code.
"invite" makes a new line, for the operator: see proxyfleet probe invite --help.

  --state            file for results that wait to be sent (default: proxyfleet/probe in XDG_STATE_HOME or ~/.local/state). It is encrypted
                     with the line. A path in /dev/shm forgets them when the machine is switched off
  --once             one round of tests, then end
  --private-targets  also test addresses that are not public: for a test laboratory only
  --help             show this text
`;

/** What the command uses of the process. */
export interface ProbeTerminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readInput: () => Promise<string>;
  /** A line for standard output. */
  readonly print: (line: string) => void;
  /** A line for people: standard error. */
  readonly say: (message: string) => void;
  /** Whether standard output is a terminal, with colours. */
  readonly isTerminal: boolean;
}

const options = {
  state: { type: "string" },
  once: { type: "boolean", default: false },
  "private-targets": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/**
 * Runs `proxyfleet probe`; resolves to the exit code when the agent ends.
 * @throws ProbeUsageError, ProbeLineError
 */
export async function probeCommand(
  args: readonly string[],
  terminal: ProbeTerminal,
): Promise<number> {
  if (args[0] === "invite") return inviteCommand(args.slice(1), terminal);
  const { values, positionals } = readArguments(args);
  if (values.help) {
    terminal.print(probeHelp.trimEnd());
    return 0;
  }
  const isShow = positionals[0] === "show";
  const [given, ...more] = isShow ? positionals.slice(1) : positionals;
  if (more.length > 0)
    throw new ProbeUsageError("give one line, without spaces: see proxyfleet probe --help");
  const text = await lineText(given, terminal);
  const line = parseProbeLine(text);
  if (isShow) {
    terminal.print(describeLine(line, terminal.isTerminal));
    return 0;
  }
  await run(line, values, terminal);
  return 0;
}

async function run(
  line: ProbeLine,
  values: ReturnType<typeof readArguments>["values"],
  { env, say }: ProbeTerminal,
): Promise<void> {
  const stop = stopOnSignals();
  const ended = await runAgent(line, {
    file: new MemoryFile(values.state ?? defaultState(env), line.token),
    run: randomBytes(8).toString("hex"),
    now: () => instant(Date.now()),
    random: cryptoRandom,
    sleep,
    limits: stepLimits,
    stop,
    say,
    once: values.once,
    privateTargets: values["private-targets"],
  });
  if (ended === "Stopped") say("stopped");
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    throw new ProbeUsageError("unknown or incomplete flag: see proxyfleet probe --help", { cause });
  }
}

async function lineText(given: string | undefined, terminal: ProbeTerminal): Promise<string> {
  if (given === "-") return terminal.readInput();
  const text = given ?? terminal.env["PROXYFLEET_PROBE"];
  if (text !== undefined) return text;
  throw new ProbeUsageError(
    "give the line that the operator sent you: see proxyfleet probe --help",
  );
}

function defaultState(env: ProbeTerminal["env"]): string {
  const folder = env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state");
  return join(folder, "proxyfleet", "probe");
}
