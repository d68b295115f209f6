import { readFile, readdir } from "node:fs/promises";

/**
 * A program around the operator that may stop for a while: of the embedded cluster, or the one that
 * plays WhatsApp.
 */
export type Program = "metallb-controller" | "coredns" | "whatsapp.ts";

/**
 * Stops it as it is, until `resume`: it answers nothing and forgets nothing. The cluster would end
 * if it were killed.
 */
export async function pauseProgram(program: Program): Promise<() => void> {
  const pid = await pidOf(program);
  process.kill(pid, "SIGSTOP");
  return () => process.kill(pid, "SIGCONT");
}

async function pidOf(program: Program): Promise<number> {
  for (const pid of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.split("\0").some((word) => word === program || word.endsWith(`/${program}`)))
      return Number(pid);
  }
  throw new Error(
    `no process ${program} runs here: end-to-end tests run inside of the cluster's namespaces`,
  );
}
