import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { writeHeapSnapshot } from "node:v8";
import { ProxyfleetError } from "../values/errors.ts";

/** No diagnosis could be written. */
export class DiagnosisError extends ProxyfleetError {}

/**
 * Watches the processor for `profileMs`, then writes what it did and what is in memory to two files
 * in `folder`; Chrome's developer tools open both. The snapshot holds every key and token of the
 * process: only its owner may read the files. The process stands still for a moment while it writes
 * the snapshot.
 * @returns the paths of both files
 * @throws DiagnosisError where the folder can't be written
 */
export async function writeDiagnosis(
  folder: string,
  name: string,
  wait: () => Promise<void>,
): Promise<readonly string[]> {
  const [profilePath, heapPath] = [
    join(folder, `${name}.cpuprofile`),
    join(folder, `${name}.heapsnapshot`),
  ];
  try {
    await writeFile(profilePath, JSON.stringify(await profile(wait)), { mode: 0o600 });
    // The snapshot is written into the file as it stands, so its rights are set before.
    await writeFile(heapPath, "", { mode: 0o600 });
    writeHeapSnapshot(heapPath);
    return [profilePath, heapPath];
  } catch (cause) {
    throw new DiagnosisError(
      `no diagnosis could be written to ${folder}: mount a writable volume there`,
      { cause },
    );
  }
}

async function profile(wait: () => Promise<void>): Promise<unknown> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    await wait();
    return (await session.post("Profiler.stop")).profile;
  } finally {
    session.disconnect();
  }
}
