import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import type { Pod } from "../../../src/kubernetes/objects.ts";

/** Numbers of the processes that run in pods, on the one node: those of this pod, or of all. */
export async function podProcesses(pod?: Pod): Promise<readonly number[]> {
  const uid = pod?.metadata.uid;
  const isInside = (cgroups: string) =>
    uid === undefined ? /pod[0-9a-f]{8}-/.test(cgroups) : cgroups.includes(`pod${uid}`);
  const numbers = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    numbers.map(async (number) =>
      isInside(await readFile(`/proc/${number}/cgroup`, "utf8").catch(() => "")),
    ),
  );
  return numbers.filter((_, index) => found[index]);
}

/** A folder of a pod's container, as the node sees it. */
export async function folderOf(pod: Pod, folder: string): Promise<string> {
  for (const process of await podProcesses(pod)) {
    const path = `/proc/${process}/root${folder}`;
    if (existsSync(path)) return path;
  }
  throw new Error(`no container of pod ${pod.metadata.name} has the folder ${folder}`);
}

/** Takes a port in a pod, as another program there would, until the process is ended. */
export async function takePort(pod: Pod, port: number): Promise<ChildProcess> {
  const [inside] = await podProcesses(pod);
  if (inside === undefined) throw new Error(`no process runs in pod ${pod.metadata.name}`);
  const program = `require("node:net").createServer().listen(${port}, "0.0.0.0", () => console.log("listening"))`;
  const [enter, ...args] = [
    "nsenter",
    `--net=/proc/${inside}/ns/net`,
    process.execPath,
    "-e",
    program,
  ];
  const child = spawn(enter, args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", () =>
      reject(new Error(`port ${port} of pod ${pod.metadata.name} could not be taken`)),
    );
  });
  return child;
}
