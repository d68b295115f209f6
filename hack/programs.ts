// Makes one program for each platform in dist/programs, as archives, and from all archives that are there the manifest for Krew,
// proxyfleet.yaml.
//   node hack/programs.ts [--home URL] [--base URL] [PLATFORM…]     default: linux-amd64 linux-arm64 windows-amd64; on a Mac those of macOS
// --home is the project's page, --base where the archives will be.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dump } from "js-yaml";
import packageJson from "../package.json" with { type: "json" };
import { removeAtExit } from "../tooling/scratch-folder.ts";
import { programArchive } from "./programs/build-program.ts";
import { krewManifest } from "./programs/krew.ts";
import { archiveName, platformName, platforms } from "./programs/platforms.ts";
import { notices } from "./supply/notices.ts";
import { bundledPackages } from "./supply/packages.ts";
import { bundleProgram } from "./supply/program.ts";

const project = join(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  options: {
    home: { type: "string", default: "https://example.org/proxyfleet" },
    base: { type: "string", default: "https://example.org/proxyfleet" },
    out: { type: "string", default: join(project, "dist/programs") },
  },
  allowPositionals: true,
});
const { version } = packageJson;
const folder = values.out;
mkdirSync(folder, { recursive: true });

const isMac = process.platform === "darwin";
const usual = platforms.filter(({ os }) => (os === "darwin") === isMac).map(platformName);
const wanted = positionals.length === 0 ? usual : positionals;
const unknown = wanted.filter((name) => !platforms.some((one) => platformName(one) === name));
if (unknown.length > 0)
  throw new Error(`${unknown.join(", ")}: choose from ${platforms.map(platformName).join(", ")}`);

const scratch = mkdtempSync(join(tmpdir(), "proxyfleet-bundle-"));
removeAtExit(scratch);
const packages = bundledPackages(await bundleProgram(scratch));
const parts = {
  bundle: join(scratch, "proxyfleet.mjs"),
  notices: notices(packages),
  license: readFileSync(join(project, "LICENSE"), "utf8"),
};
for (const platform of platforms.filter((one) => wanted.includes(platformName(one)))) {
  const archive = join(folder, archiveName(version, platform));
  writeFileSync(archive, programArchive(platform, parts));
  process.stdout.write(`${archive}\n`);
}

const archives = platforms.flatMap((platform) => {
  const file = join(folder, archiveName(version, platform));
  if (!existsSync(file)) return [];
  return { platform, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
});
const manifest = join(folder, "proxyfleet.yaml");
writeFileSync(manifest, dump(krewManifest(version, values, archives)));
process.stdout.write(`${manifest}\n`);
