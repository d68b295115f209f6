import { CallError } from "./call/call-error.ts";
import { type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { completionScript, shells } from "./completion/scripts.ts";
import type { Terminal } from "./terminal/terminal.ts";

const flags = {} as const;

/** How `proxyfleet completion` is called. */
export const completionShape: Shape<typeof flags> = {
  name: "completion",
  operands: "SHELL",
  count: { least: 1, most: 1 },
  about: `Prints a script that completes commands, flags, fleets, slots and addresses of
proxyfleet. SHELL is bash, zsh or fish. For kubectl proxyfleet, put a file or a
link named kubectl_complete-proxyfleet beside kubectl-proxyfleet: kubectl's own
completion asks it.`,
  flags,
  exitCodes: "0 once it was printed, 2 for a call that is wrong.",
};

/** Runs `proxyfleet completion`; resolves to the exit code. @throws CallError */
export async function completionCommand(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const call = readCall(completionShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const [name = ""] = call.operands;
  const shell = shells.find((known) => known === name);
  if (shell === undefined) throw new CallError(`"${name}" is none of ${shells.join(", ")}`);
  terminal.write(completionScript(shell));
  return 0;
}
