import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { before, describe, test } from "node:test";
import { parse } from "yaml";
import packageJson from "../../../package.json" with { type: "json" };
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const project = join(import.meta.dirname, "../../..");
const isHere = process.platform === "linux" && process.arch === "x64";

/** As Krew does it: an archive is unpacked, and its program called by kubectl. */
describe("the single-file program", { skip: !isHere && "it is made for Linux on amd64" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-programs-"));
  removeAtExit(folder);
  const [made, unpacked] = [join(folder, "made"), join(folder, "unpacked")];
  // No Node is on this path: the program brings its own.
  const env = { PATH: [unpacked, join(project, ".tools/bin"), "/usr/bin", "/bin"].join(delimiter) };
  const run = (...command: readonly string[]) =>
    spawnSync(command[0] ?? "", command.slice(1), { env, encoding: "utf8" });

  before(() => {
    const programs = [join(project, "hack/programs.ts"), "--out", made, "linux-amd64"];
    execFileSync(process.execPath, programs, { stdio: ["ignore", "ignore", "inherit"] });
    const archive = join(made, `kubectl-proxyfleet-${packageJson.version}-linux-amd64.zip`);
    execFileSync("python3", [
      "-c",
      // As Krew does, and python's own extractall does not: with the rights that the archive says.
      `import os, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
for i in z.infolist():
    os.chmod(z.extract(i, sys.argv[2]), i.external_attr >> 16)`,
      archive,
      unpacked,
    ]);
  });

  test("is in an archive with its licences, and nothing else", () =>
    assert.deepEqual(readdirSync(unpacked).toSorted(), [
      "LICENSE",
      "NOTICES.txt",
      "kubectl-proxyfleet",
    ]));

  test("is what the manifest for Krew names", () => {
    const manifest = parse(readFileSync(join(made, "proxyfleet.yaml"), "utf8")) as {
      spec: { platforms: { uri: string; sha256: string; bin: string }[] };
    };
    const [platform, ...others] = manifest.spec.platforms;
    assert.equal(others.length, 0);
    const archive = readFileSync(join(made, platform!.uri.split("/").at(-1) ?? ""));
    assert.equal(platform!.sha256, createHash("sha256").update(archive).digest("hex"));
    assert.ok(readdirSync(unpacked).includes(platform!.bin));
  });

  test("runs where there is no Node, as kubectl's plugin", () => {
    const { status, stdout, stderr } = run("kubectl", "proxyfleet", "version", "--client");
    assert.equal(status, 0, stderr);
    assert.ok(stdout.startsWith(`proxyfleet ${packageJson.version}`), stdout);
    const usage = run("kubectl", "proxyfleet", "status", "--help");
    assert.match(usage.stdout, /^Usage: kubectl proxyfleet status \[FLEET\] \[flags\]\n/);
  });

  test("names what is wrong with a kubeconfig", () => {
    const { status, stderr } = run("kubectl-proxyfleet", "status", "--kubeconfig", "/nowhere");
    assert.equal(status, 1);
    assert.match(stderr, /^proxyfleet: .*\/nowhere/);
  });

  test("completes for kubectl, through a link to it", () => {
    symlinkSync(
      join(unpacked, "kubectl-proxyfleet"),
      join(unpacked, "kubectl_complete-proxyfleet"),
    );
    const { stdout } = run("kubectl", "__complete", "proxyfleet", "dia");
    assert.equal(stdout, ":4\n");
    assert.match(run("kubectl", "__complete", "proxyfleet", "doc").stdout, /^doctor\t/);
  });
});
