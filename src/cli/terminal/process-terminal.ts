import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

/** This process, as commands see it. */
export const processTerminal: Terminal = {
  write: (text) => void process.stdout.write(text),
  say: (message) => void process.stderr.write(`proxyfleet: ${message}\n`),
  isTerminal: process.stdout.isTTY,
  columns: () => (process.stdout.isTTY ? process.stdout.columns : undefined),
  ask: process.stdin.isTTY ? ask : undefined,
  env: process.env,
};

/** Questions go where people read them, also where standard output goes into a file. */
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
