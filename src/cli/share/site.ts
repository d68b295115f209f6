import { randomBytes } from "node:crypto";
import type { Dirent } from "node:fs";
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PageFiles } from "../../share/static-page.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import { type ExportScope, isMarkedFor } from "./mark.ts";

/**
 * The folder of a site can't be read or written. The message names the folder that the caller gave
 * and the system's code, never a page's path; so there is no cause.
 */
export class SiteError extends ProxyfleetError {}

/** A page's folder: its files, and the mark by which a later run knows it. */
export interface MarkedPage {
  readonly files: PageFiles;
  readonly mark: string;
}

/** A web server may serve it: what is in it must mean nothing to others. */
const markFile = ".page";

/** Modes for a web server that runs as another user. */
const modes = {
  /** It opens what it is asked for, and can't list what there is: names of folders are secrets. */
  root: 0o711,
  folder: 0o755,
  file: 0o644,
  mark: 0o600,
} as const;

/** Share pages as files in a folder that a web server serves: one folder a page, named by its path. */
export class Site {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes the folder, and an empty page at its top: a server that lists folders without one would
   * name all pages. What is there already stays. @throws SiteError
   */
  async prepare(): Promise<void> {
    await this.#attempt(async () => {
      const made = await mkdir(this.#root, { recursive: true });
      if (made !== undefined) await chmod(this.#root, modes.root);
      const top = await readdir(this.#root);
      if (!top.includes("index.html")) await writeWhole(this.#root, "index.html", file(""));
    });
  }

  /**
   * Makes a page's folder hold these files and no others. Each file is replaced as a whole, and only
   * if it differs. A folder that is marked as another fleet's is left alone. @throws SiteError
   */
  async put(path: string, { files, mark }: MarkedPage): Promise<"Written" | "Same" | "Foreign"> {
    return this.#attempt(async () => {
      const folder = join(this.#root, path);
      await makeFolder(folder);
      if (((await textOf(folder, markFile)) ?? mark) !== mark) return "Foreign";
      const wanted = new Map<string, Content>([[markFile, { text: mark, mode: modes.mark }]]);
      for (const [name, text] of files) wanted.set(name, file(text));
      const [written, removed] = [
        await writeDiffering(folder, wanted),
        await removeOthers(folder, wanted),
      ];
      return written + removed > 0 ? "Written" : "Same";
    });
  }

  /**
   * Removes the pages of a scope that are no longer there. Folders without a mark of ours stay.
   * @param paths those that stay @returns how many went @throws SiteError
   */
  async keepOnly(scope: ExportScope, paths: ReadonlySet<string>): Promise<number> {
    return this.#attempt(async () => {
      const entries = await readdir(this.#root, { withFileTypes: true });
      let removed = 0;
      for (const { name } of entries.filter(isPageFolder)) {
        const mark = paths.has(name) ? undefined : await textOf(join(this.#root, name), markFile);
        if (mark === undefined || !isMarkedFor(mark, name, scope)) continue;
        await rm(join(this.#root, name), { recursive: true, force: true });
        removed += 1;
      }
      return removed;
    });
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
      throw new SiteError(
        `--out ${this.#root}: the pages could not be written (${code}): see that the folder can be written and has room`,
      );
    }
  }
}

interface Content {
  readonly text: string;
  readonly mode: number;
}

const file = (text: string): Content => ({ text, mode: modes.file });

/** A path of a page as `pageToken` makes it. */
const isPageFolder = (entry: Dirent) => entry.isDirectory() && /^[a-z2-7]{26}$/.test(entry.name);

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
    await chmod(folder, modes.folder);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}

/** The mark comes first, so that a folder that was begun is known. @returns how many differed */
async function writeDiffering(
  folder: string,
  wanted: ReadonlyMap<string, Content>,
): Promise<number> {
  let written = 0;
  for (const [name, content] of wanted) {
    if ((await textOf(folder, name)) === content.text) continue;
    await writeWhole(folder, name, content);
    written += 1;
  }
  return written;
}

/** A reader sees the old file or the new one, never a part. */
async function writeWhole(folder: string, name: string, { text, mode }: Content): Promise<void> {
  const draft = join(folder, `.${randomBytes(8).toString("hex")}.new`);
  try {
    await writeFile(draft, text, { flag: "wx", mode });
    // The umask took something from the mode.
    await chmod(draft, mode);
    await rename(draft, join(folder, name));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** What an older version wrote, and drafts of a run that was killed. */
async function removeOthers(folder: string, wanted: ReadonlyMap<string, Content>): Promise<number> {
  const others = (await readdir(folder)).filter((name) => !wanted.has(name));
  for (const name of others) await rm(join(folder, name), { recursive: true, force: true });
  return others.length;
}

async function textOf(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
