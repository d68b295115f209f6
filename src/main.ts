import { text } from "node:stream/consumers";
import { CallError } from "./cli/call/call-error.ts";
import { asCalled, isCompleter } from "./cli/call/program-name.ts";
import { commands, usageText } from "./cli/commands.ts";
import { processTerminal } from "./cli/terminal/process-terminal.ts";
import { configHelp, readConfig } from "./config.ts";
import { explainError, ProxyfleetError } from "./values/errors.ts";
import { diagnoseOnSignal, exitOnSurprise, stopOnSignals } from "./runtime/process.ts";
import { defaultProxyImage } from "./version.ts";

/** Runs one command; its exit code is 0, 1 for a failure, 2 for a call that is off. */
async function main([command, ...args]: readonly string[]): Promise<number> {
  const listed = Object.hasOwn(commands, command ?? "") ? commands[command ?? ""] : undefined;
  if (listed !== undefined) return (await listed.load())(args, processTerminal);
  switch (command) {
    case "__complete":
      return (await import("./cli/completion/complete.ts")).completeCommand(args, processTerminal);
    case "operator":
      return operator(args);
    case "plan":
      process.stdout.write(await (await import("./cli/plan.ts")).planCommand(args));
      return 0;
    case "share":
      return share(args);
    case "report":
      await (await import("./cli/report.ts")).reportCommand(args, printLine);
      return 0;
    case "ledger":
      process.stdout.write(
        await (
          await import("./cli/ledger.ts")
        ).ledgerCommand(args, async () => text(process.stdin)),
      );
      return 0;
    case "probe":
      return (await import("./cli/probe.ts")).probeCommand(args, {
        env: process.env,
        readInput: async () => text(process.stdin),
        print: printLine,
        say: (message) => process.stderr.write(`${message}\n`),
        isTerminal: process.stdout.isTTY,
      });
    case "help":
    case "--help":
      process.stdout.write(asCalled(usageText()));
      return 0;
    default:
      process.stderr.write(asCalled(usageText()));
      return 2;
  }
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function share(args: readonly string[]): Promise<number> {
  const [{ shareCommand }, { pageMaker }] = await Promise.all([
    import("./cli/share.ts"),
    import("./share/page-maker.ts"),
  ]);
  return shareCommand(
    args,
    {
      print: printLine,
      say: (message) => process.stderr.write(`proxyfleet: ${message}\n`),
      isTerminal: process.stdout.isTTY,
    },
    pageMaker,
  );
}

async function operator(args: readonly string[]): Promise<number> {
  const config = readConfig(args, process.env, defaultProxyImage);
  if (config === "help") {
    process.stdout.write(configHelp());
    return 0;
  }
  // Only here: an agent on an old machine has no memory to spare for what it never uses.
  const [{ runOperator }, { makeLogger }] = await Promise.all([
    import("./operator.ts"),
    import("./runtime/log.ts"),
  ]);
  const log = await makeLogger(config.logLevel, process.stdout.isTTY);
  exitOnSurprise(log);
  diagnoseOnSignal(config.diagnosisFolder, log);
  try {
    const inCluster = process.env["KUBERNETES_SERVICE_HOST"] !== undefined;
    await runOperator(config, inCluster, { log, stop: stopOnSignals() });
  } catch (error) {
    log.error({ error: explainError(error) }, "the operator ends");
    process.exit(1);
  }
  // What was left behind after the grace period must not keep the process alive.
  process.exit(0);
}

try {
  const given = process.argv.slice(2);
  process.exitCode = await main(isCompleter ? ["__complete", ...given] : given);
} catch (error) {
  process.stderr.write(
    `proxyfleet: ${error instanceof ProxyfleetError ? explainError(error) : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = error instanceof CallError ? 2 : 1;
}
