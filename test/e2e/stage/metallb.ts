import { readFile, readdir } from "node:fs/promises";

/** Linux cuts the name of a process after 15 characters. */
const name = "metallb-controller".slice(0, 15);

/** Stops MetalLB as it is, until `resume`: it answers nothing and forgets nothing. The cluster would end if it were killed. */
export async function pauseMetalLB(): Promise<() => void> {
  const pid = await pidOf();
  process.kill(pid, "SIGSTOP");
  return () => process.kill(pid, "SIGCONT");
}

async function pidOf(): Promise<number> {
  for (const pid of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
    const comm = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
    if (comm.trim() === name) return Number(pid);
  }
  throw new Error(`no process ${name} runs here: end-to-end tests run inside of the cluster's namespaces`);
}
