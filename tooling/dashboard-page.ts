import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Metafile, build } from "esbuild";
import type { PageFiles } from "../src/web/page-files.ts";

const project = join(import.meta.dirname, "..");
const folder = join(project, "src/web/page");

/** The dashboard's page, and what went into it. */
export interface BuiltPage {
  readonly files: PageFiles;
  readonly metafile: Metafile;
}

/** Bundles the page for browsers. The same sources give the same bytes. */
export async function buildDashboardPage(): Promise<BuiltPage> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: project,
    entryPoints: { app: join(folder, "main.tsx"), style: join(folder, "style.css") },
    outdir: "page",
    write: false,
    bundle: true,
    metafile: true,
    minify: true,
    platform: "browser",
    target: ["chrome123", "firefox120", "safari17.5"],
    format: "esm",
    charset: "utf8",
    tsconfig: join(folder, "tsconfig.json"),
    logLevel: "warning",
  });
  const built = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? "";
  const files = {
    "index.html": await readFile(join(folder, "index.html"), "utf8"),
    "app.js": built("app.js"),
    "style.css": built("style.css"),
    "icon.svg": await readFile(join(folder, "icon.svg"), "utf8"),
  };
  return { files, metafile };
}
