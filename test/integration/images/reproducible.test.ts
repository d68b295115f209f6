import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import packageJson from "../../../package.json" with { type: "json" };
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const project = join(import.meta.dirname, "../../..");
const tools = [
  join(project, "node_modules/.bin"),
  join(project, ".tools/go/bin"),
  process.env["PATH"] ?? "",
].join(":");

function run(script: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
  const own = { PATH: tools, BUILDAH_ISOLATION: "chroot", STORAGE_DRIVER: "vfs", ...env };
  execFileSync(join(project, "hack", script), args, {
    cwd: project,
    env: { ...process.env, ...own },
    stdio: "pipe",
  });
}

const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

const skip = process.getuid?.() === 0 ? false : "building images needs root";

describe("who builds the same version again gets the same", () => {
  let folders: readonly string[];
  const both = (name: string) => folders.map((folder) => digest(join(folder, name)));
  before(() => {
    folders = ["first", "second"].map((name) => {
      const folder = mkdtempSync(join(tmpdir(), `proxyfleet-${name}-`));
      removeAtExit(folder);
      run("image-contents.sh", ["amd64", "arm64"], { CONTENTS: folder });
      return folder;
    });
  });

  for (const name of ["proxyfleet.mjs", "NOTICES.txt", "supervisor-amd64", "supervisor-arm64"]) {
    test(name, () => {
      const [first, second] = both(name);
      assert.equal(first, second);
    });
  }

  test("the program tells its version, and the commit that is checked out", () => {
    const ask = (program: string, ...args: readonly string[]) =>
      execFileSync(program, args, { cwd: project, encoding: "utf8" }).trim();
    const commit = ask("git", "rev-parse", "--short=12", "HEAD");
    const changed =
      ask("git", "status", "--porcelain", "--untracked-files=no") === "" ? "" : "+changes";
    const said = ask(
      process.execPath,
      join(folders[0] ?? "", "proxyfleet.mjs"),
      "version",
      "--client",
    );
    assert.equal(said, `proxyfleet ${packageJson.version} (commit ${commit}${changed})`);
  });

  test("the supervisor is for the architecture that it says", () => {
    // ELF header, e_machine at byte 18: 62 is x86-64, 183 is AArch64 (System V ABI, chapter 4).
    const machine = (architecture: string) =>
      readFileSync(join(folders[0] ?? "", `supervisor-${architecture}`)).readUInt16LE(18);
    assert.deepEqual(["amd64", "arm64"].map(machine), [62, 183]);
  });

  for (const image of ["operator", "proxy"]) {
    test(`the ${image} image, on the same base`, { skip }, (t) => {
      const base = realpathSync(join(project, `.tools/base-${image}`));
      for (const folder of folders)
        run(
          "build-image.sh",
          [image, base, packageJson.version, join(folder, `${image}.tar`), folder],
          {},
        );
      const [first, second] = both(`${image}.tar`);
      t.diagnostic(`sha256:${first}`);
      assert.equal(first, second);
    });
  }
});
