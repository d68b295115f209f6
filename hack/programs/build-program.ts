import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipped } from "../../src/cli/bundle/zip.ts";
import { nodeOf } from "./node-of.ts";
import { type Platform, programFile } from "./platforms.ts";

/** What a program is made of. */
interface Parts {
  /** The bundle, as one file. */
  readonly bundle: string;
  /** The licences of what is in it. */
  readonly notices: string;
  /** Our own. */
  readonly license: string;
}

/** Every file of an archive has this time, so that the same sources give the same bytes. */
const epoch = new Date("2026-01-01T00:00:00Z");

/**
 * One file that is Node and this program, made as Node itself does it (Node documentation, "Single
 * executable applications"), in a zip archive with the licences.
 */
export function programArchive(platform: Platform, { bundle, notices, license }: Parts): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-program-"));
  try {
    const program = buildProgram(platform, bundle, folder);
    return zipped(
      [
        { name: programFile(platform), content: readFileSync(program), mode: "program" },
        { name: "LICENSE", content: license, mode: "everybodys" },
        { name: "NOTICES.txt", content: notices, mode: "everybodys" },
      ],
      epoch,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function buildProgram(platform: Platform, bundle: string, folder: string): string {
  const output = join(folder, programFile(platform));
  const node = nodeOf(platform);
  const settings = join(folder, "settings.json");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    settings,
    JSON.stringify({
      main: bundle,
      mainFormat: "module",
      executable: node,
      output,
      disableExperimentalSEAWarning: true,
      // What V8 has compiled fits only the machine that it was compiled on.
      useCodeCache: false,
    }),
  );
  execFileSync(process.execPath, ["--build-sea", settings], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  // macOS starts no program whose signature does not fit, and only a Mac can sign one.
  if (platform.os === "darwin") execFileSync("codesign", ["--force", "--sign", "-", output]);
  return output;
}
