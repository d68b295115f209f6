import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import type { WhatsAppReport } from "../test/stand-ins/whatsapp/counters.ts";
import { finish, type Argv } from "./run.ts";
import type { Say } from "./say.ts";
import type { EmbeddedStage } from "./stage.ts";
import { waitWithProgress, type Look } from "./wait-with-progress.ts";

const standIns = join(import.meta.dirname, "../test/stand-ins");

/** What the WhatsApp on its host has seen so far; undefined if nobody plays it there. */
async function ask(host: Argv): Promise<WhatsAppReport | undefined> {
  const { code, stdout } = await finish([
    ...host,
    process.execPath,
    join(standIns, "client.ts"),
    "counters",
  ]);
  return code === 0 ? (JSON.parse(stdout) as WhatsAppReport) : undefined;
}

/**
 * Starts WhatsApp on its host, unless a demo before has left it there. It goes on after the demo,
 * so that the fleet has something to talk to, and ends with the cluster.
 */
export async function playWhatsApp(
  { whatsappHost: host, folder }: EmbeddedStage,
  say: Say,
): Promise<WhatsAppReport> {
  const log = join(folder, "whatsapp.log");
  const already = await ask(host);
  if (already !== undefined) return already;
  start([...host, process.execPath, join(standIns, "whatsapp.ts")], log);
  const look = async (): Promise<Look<WhatsAppReport>> => {
    const found = await ask(host);
    return found === undefined ? { missing: "WhatsApp, played on the host meta" } : { found };
  };
  return waitWithProgress(say, look, { seconds: 20, remedy: `See ${log}.` });
}

function start([program, ...args]: Argv, log: string): void {
  const output = openSync(log, "w");
  spawn(program, args, { detached: true, stdio: ["ignore", output, output] }).unref();
}
