import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { kubectl, read } from "../stage/kubectl.ts";
import { succeed } from "../stage/process.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const author = ["-c", "user.name=Platform", "-c", "user.email=platform@example.org"];

/** The platform team's git repository, on disk, and somebody who works on it. */
export class Repository {
  readonly url: string;
  readonly #clone: string;

  static async create(): Promise<Repository> {
    const folder = mkdtempSync(join(tmpdir(), "proxyfleet-git-"));
    removeAtExit(folder);
    const bare = join(folder, "platform.git");
    await succeed(["git", "init", "--quiet", "--bare", "--initial-branch=main", bare]);
    return new Repository(`file://${bare}`, join(folder, "clone"));
  }

  private constructor(url: string, clone: string) {
    this.url = url;
    this.#clone = clone;
  }

  /**
   * Commits new contents of some files, or their end, and tells Argo CD to look. A manifest is
   * changed from what it is in git now.
   */
  async commit(
    message: string,
    files: Readonly<Record<string, object | "gone" | ((before: Manifest) => object)>>,
  ): Promise<void> {
    rmSync(this.#clone, { recursive: true, force: true });
    await succeed(["git", "clone", "--quiet", this.url, this.#clone]);
    for (const [path, change] of Object.entries(files))
      this.#write(join(this.#clone, "proxyfleet", path), change);
    const git = (...args: readonly string[]) =>
      succeed(["git", "-C", this.#clone, ...author, ...args]);
    await git("add", ".");
    await git("commit", "--quiet", "-m", message);
    await git("push", "--quiet");
    await refresh();
  }

  #write(path: string, change: object | "gone" | ((before: Manifest) => object)): void {
    if (change === "gone") return rmSync(path);
    const after =
      typeof change === "function" ? change(parse(readFileSync(path, "utf8")) as Manifest) : change;
    writeFileSync(path, stringify(after));
  }
}

/** A manifest in git. */
export interface Manifest {
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * Makes Argo CD look at git at once, as a webhook does, and waits until it has: it takes the
 * annotation away then.
 */
export async function refresh(): Promise<void> {
  const annotation = "argocd.argoproj.io/refresh";
  await kubectl(
    "annotate",
    "applications",
    "--all",
    "-n",
    "argocd",
    `${annotation}=normal`,
    "--overwrite",
  );
  await waitFor("Argo CD to have looked at git", async () => {
    const { items } = await read<{ items: KubeObject[] }>("applications", "-n", "argocd");
    return items.every(({ metadata }) => metadata.annotations?.[annotation] === undefined);
  });
}
