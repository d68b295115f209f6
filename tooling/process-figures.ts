import { readFile, readdir, readlink } from "node:fs/promises";

/** Ticks a second of the times in /proc (USER_HZ, the same on all common machines). */
const ticksPerSecond = 100;

/**
 * What a process uses: memory now and at most (MB), CPU time so far (s), and its TCP connections to
 * a port.
 */
export interface ProcessFigures {
  readonly residentMb: number;
  readonly mostResidentMb: number;
  readonly cpuSeconds: number;
  readonly connections: number;
}

/** Looks a process up in /proc (proc(5)). */
export async function processFigures(pid: number, port: number): Promise<ProcessFigures> {
  const [status, stat, connections] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readFile(`/proc/${pid}/stat`, "utf8"),
    connectionsTo(pid, port),
  ]);
  const kilobytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  // The second field is the name in brackets, which may hold spaces; what follows it begins with
  // the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    residentMb: kilobytes("VmRSS") / 1000,
    mostResidentMb: kilobytes("VmHWM") / 1000,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    connections,
  };
}

const established = "01";

async function connectionsTo(pid: number, port: number): Promise<number> {
  const names = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(
    names.map(async (name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")),
  );
  const inodes = new Set(targets.map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1]));
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = (await readFile(`/proc/${pid}/net/tcp`, "utf8")).split("\n").slice(1);
  return lines.filter((line) => {
    const [, , remote = "", state, , , , , , inode] = line.trim().split(/\s+/);
    return remote.endsWith(`:${hexPort}`) && state === established && inodes.has(inode);
  }).length;
}
