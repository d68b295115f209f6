import type { Flags, Shape } from "./call/flags.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** Runs one command; resolves to the exit code. */
type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** A command, loaded only when it is called: most need what the others don't. */
export interface ListedCommand {
  readonly summary: string;
  /** What its operands are, for completion: a fleet and perhaps a slot, an address, or neither. */
  readonly operands: "fleet" | "slot" | "address" | "none";
  readonly load: () => Promise<Command>;
  readonly shape: () => Promise<Shape<Flags>>;
}

/** The commands that show a cluster or steer it, by the words that call them. */
export const commands: Readonly<Record<string, ListedCommand>> = {
  status: {
    summary: "show who is cut off, since when, and what comes next",
    operands: "fleet",
    load: async () => (await import("./status.ts")).statusCommand,
    shape: async () => (await import("./status.ts")).statusShape,
  },
  why: {
    summary: "say why people are cut off, and what helps",
    operands: "slot",
    load: async () => (await import("./why.ts")).whyCommand,
    shape: async () => (await import("./why.ts")).whyShape,
  },
  history: {
    summary: "show which addresses a fleet or a slot had, and what happened",
    operands: "slot",
    load: async () => (await import("./history.ts")).historyCommand,
    shape: async () => (await import("./history.ts")).historyShape,
  },
  doctor: {
    summary: "look at what a cluster lacks, and at a fleet that does not work",
    operands: "fleet",
    load: async () => (await import("./doctor.ts")).doctorCommand,
    shape: async () => (await import("./doctor.ts")).doctorShape,
  },
  bundle: {
    summary: "write a file for support, without addresses, names and secrets",
    operands: "fleet",
    load: async () => (await import("./bundle.ts")).bundleCommand,
    shape: async () => (await import("./bundle.ts")).bundleShape,
  },
  dashboard: {
    summary: "show all of that as a page in your browser",
    operands: "none",
    load: async () => (await import("./dashboard.ts")).dashboardCommand,
    shape: async () => (await import("./dashboard.ts")).dashboardShape,
  },
  rotate: {
    summary: "move a slot, or all slots of a fleet, to fresh addresses",
    operands: "slot",
    load: async () => (await import("./rotate.ts")).rotateCommand,
    shape: async () => (await import("./rotate.ts")).rotateShape,
  },
  pause: {
    summary: "stop all moves of a fleet",
    operands: "fleet",
    load: async () => (await import("./pause.ts")).pauseCommand,
    shape: async () => (await import("./pause.ts")).pauseShape,
  },
  resume: {
    summary: "let a fleet move again after a pause",
    operands: "fleet",
    load: async () => (await import("./pause.ts")).resumeCommand,
    shape: async () => (await import("./pause.ts")).resumeShape,
  },
  quarantine: {
    summary: "take an address out of service, and let it rest",
    operands: "address",
    load: async () => (await import("./quarantine.ts")).quarantineCommand,
    shape: async () => (await import("./quarantine.ts")).quarantineShape,
  },
  forget: {
    summary: "forget an address, so that it may be used again",
    operands: "address",
    load: async () => (await import("./forget.ts")).forgetCommand,
    shape: async () => (await import("./forget.ts")).forgetShape,
  },
  simulate: {
    summary: "play a fleet and its pools against a simulated censor",
    operands: "none",
    load: async () => (await import("./simulate.ts")).simulateCommand,
    shape: async () => (await import("./simulate.ts")).simulateShape,
  },
  version: {
    summary: "show the versions of this program, the operator and Kubernetes",
    operands: "none",
    load: async () => (await import("./version.ts")).versionCommand,
    shape: async () => (await import("./version.ts")).versionShape,
  },
  completion: {
    summary: "print a script that completes commands, for bash, zsh or fish",
    operands: "none",
    load: async () => (await import("./completion.ts")).completionCommand,
    shape: async () => (await import("./completion.ts")).completionShape,
  },
};

/** The other commands, which main.ts knows, and what they do. */
export const otherCommands: Readonly<Record<string, string>> = {
  plan: "show what would happen next to a fleet's addresses, and why",
  share: "print a fleet's links and QR codes, or write its share pages as files",
  report: "report that an address is blocked, so that its group moves",
  ledger: "export or import the memory of addresses",
  probe: "test addresses from inside a country, for an operator abroad",
  operator: "run the operator",
};

/** The usage text of the program. */
export function usageText(): string {
  const summaries = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return `Usage: proxyfleet <command>

To see and to steer fleets:
${lines(summaries)}

Others:
${lines(Object.entries(otherCommands))}

See proxyfleet <command> --help. No help needs the network.
`;
}

function lines(named: readonly (readonly [name: string, summary: string])[]): string {
  return named.map(([name, summary]) => `  ${name.padEnd(nameWidth)}  ${summary}`).join("\n");
}

const nameWidth = Math.max(
  ...[...Object.keys(commands), ...Object.keys(otherCommands)].map((name) => name.length),
);
