import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { ProxyfleetError } from "../../values/errors.ts";
import { hours, instant, millis, seconds } from "../../values/time.ts";
import { type Finding, type Memory, mostFindings } from "../memory.ts";
import { type Assignment, assignmentJson, parseAssignment, resultSchema } from "../protocol.ts";

/** The file that keeps an agent's memory can't be written. */
export class MemoryFileError extends ProxyfleetError {}

/** What outlives the agent's process. */
export type Kept = Pick<Memory, "clockError" | "assignment"> & {
  readonly findings: readonly Finding[];
};

const keptSchema = z.strictObject({
  clockError: z.int(),
  assignment: z.string().optional(),
  findings: z
    .array(resultSchema.omit({ number: true, ageMs: true }).extend({ at: z.int() }))
    .max(mostFindings),
});

const [cipher, nonceBytes, tagBytes] = ["aes-256-gcm", 12, 16] as const;

/**
 * Keeps an agent's memory in a file that only its line can read: it names addresses, and a machine
 * may be taken away. It is replaced as a whole, so that a kill leaves the old or the new one.
 */
export class MemoryFile {
  readonly #path: string;
  readonly #key: Buffer;
  #written: string | undefined;

  constructor(path: string, token: string) {
    this.#path = path;
    this.#key = Buffer.from(hkdfSync("sha256", token, "", "proxyfleet probe memory", 32));
  }

  /** What an earlier agent left; undefined where there is nothing that this line can read. */
  async read(): Promise<Kept | undefined> {
    try {
      const text = this.#opened(await readFile(this.#path));
      this.#written = text;
      return keptOf(text);
    } catch {
      return undefined;
    }
  }

  /** Writes what differs from the last time. @throws MemoryFileError */
  async write(memory: Memory): Promise<void> {
    const text = textOf(memory);
    if (text === this.#written) return;
    try {
      await this.#replace(this.#sealed(text));
      this.#written = text;
    } catch (cause) {
      throw new MemoryFileError("the results can't be kept: check the folder of --state", {
        cause,
      });
    }
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #replace(bytes: Buffer): Promise<void> {
    const temporary = `${this.#path}.new`;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path);
  }

  #sealed(text: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const seal = createCipheriv(cipher, this.#key, nonce);
    const body = Buffer.concat([seal.update(text, "utf8"), seal.final()]);
    return Buffer.concat([nonce, seal.getAuthTag(), body]);
  }

  /** @throws if the file was sealed with another line, or changed */
  #opened(bytes: Buffer): string {
    const [nonce, rest] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes)];
    const opening = createDecipheriv(cipher, this.#key, nonce);
    opening.setAuthTag(rest.subarray(0, tagBytes));
    return Buffer.concat([opening.update(rest.subarray(tagBytes)), opening.final()]).toString(
      "utf8",
    );
  }
}

/** Times of what did not change are rounded, so that a quiet hour writes nothing to an old disk. */
function textOf({ clockError, assignment, findings }: Memory): string {
  return JSON.stringify({
    clockError: Math.round(clockError / seconds(10)) * seconds(10),
    ...(assignment === undefined ? {} : { assignment: assignmentJson(rounded(assignment)) }),
    findings: findings.map(({ number: _, ...finding }) => finding),
  });
}

function rounded(assignment: Assignment): Assignment {
  return { ...assignment, now: Math.floor(assignment.now / hours(1)) * hours(1) };
}

function keptOf(text: string): Kept | undefined {
  const read = keptSchema.safeParse(JSON.parse(text)).data;
  if (read === undefined) return undefined;
  const assignment = read.assignment === undefined ? undefined : parseAssignment(read.assignment);
  return {
    clockError: millis(read.clockError),
    ...(assignment === undefined ? {} : { assignment }),
    findings: read.findings.map(({ reachesElse, ...finding }) => ({
      ...finding,
      at: instant(finding.at),
      ...(reachesElse === undefined ? {} : { reachesElse }),
    })),
  };
}
