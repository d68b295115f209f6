import { text } from "node:stream/consumers";
import { CallError } from "./cli/call/call-error.ts";
import { asCalled } from "./cli/call/program-name.ts";
import type { Terminal } from "./cli/terminal/terminal.ts";
import { configHelp, readConfig } from "./config.ts";
import { explainError, ProxyfleetError } from "./values/errors.ts";
import { diagnoseOnSignal, exitOnSurprise, stopOnSignals } from "./runtime/process.ts";
import { defaultProxyImage, versionText } from "./version.ts";

const usage = `Usage: proxyfleet <command>

Commands:
  status     show who is cut off, since when, and what comes next
  why        say why people are cut off, and what helps
  operator   run the operator (see proxyfleet operator --help)
  plan       show what would happen next to a fleet's addresses, and why (see proxyfleet plan --help)
  share      print a fleet's links and QR codes, or write its share pages as files (see proxyfleet share --help)
  report     report that an address is blocked, so that its group moves (see proxyfleet report --help)
  ledger     export or import the memory of addresses (see proxyfleet ledger --help)
  probe      test addresses from inside a country, for an operator abroad (see proxyfleet probe --help)
  version    show the version, and the commit that it was built from
`;

/** Runs one command; its exit code is 0, 1 for a failure, 2 for a call that is off. */
async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case "status":
      return (await import("./cli/status.ts")).statusCommand(args, terminal);
    case "why":
      return (await import("./cli/why.ts")).whyCommand(args, terminal);
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
    case "version":
      process.stdout.write(`proxyfleet ${versionText}\n`);
      return 0;
    case "help":
    case "--help":
      process.stdout.write(asCalled(usage));
      return 0;
    default:
      process.stderr.write(asCalled(usage));
      return 2;
  }
}

const terminal: Terminal = {
  write: (text) => process.stdout.write(text),
  say: (message) => process.stderr.write(`proxyfleet: ${message}\n`),
  isTerminal: process.stdout.isTTY,
  columns: () => (process.stdout.isTTY ? process.stdout.columns : undefined),
  env: process.env,
};

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
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `proxyfleet: ${error instanceof ProxyfleetError ? explainError(error) : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = error instanceof CallError ? 2 : 1;
}
