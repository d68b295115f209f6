import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Metafile, type Plugin, build } from "esbuild";
import { buildDashboardPage } from "../../tooling/dashboard-page.ts";
import packageJson from "../../package.json" with { type: "json" };

const project = join(import.meta.dirname, "../..");

// Some dependencies are CommonJS inside and ask for `require`, which an ES module does not have.
const requireForCommonJs =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/**
 * Leaves out what packages load and nobody here uses: each pod of the operator would pay for it in
 * memory. client-node's OpenID Connect loads its KubeConfig, which could make typed clients, for
 * which it loads a class for every kind there is; undici brings a browser's fetch, web sockets and
 * caches, and mocks for tests; zod its messages in all languages.
 */
const withoutTheUnused: Plugin = {
  name: "without-the-unused",
  setup(bundling) {
    bundling.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      importer.endsWith("client-node/dist/config.js")
        ? { path: "typed-clients", namespace: "unused" }
        : undefined,
    );
    bundling.onResolve({ filter: /^\.\/lib\/(web|mock|cache|interceptor)\// }, ({ importer }) =>
      importer.endsWith("undici/index.js")
        ? { path: "web-and-mocks", namespace: "unused" }
        : undefined,
    );
    bundling.onLoad({ filter: /^typed-clients$/, namespace: "unused" }, () => ({
      contents: "export class ServerConfiguration {} export const createConfiguration = undefined;",
    }));
    // Whatever is taken out of it is a class that does nothing: undici makes one of them while it
    // loads.
    bundling.onLoad({ filter: /^web-and-mocks$/, namespace: "unused" }, () => ({
      contents: "class Unused {} module.exports = new Proxy(Unused, { get: () => Unused });",
    }));
    // An import statement reads all that node:http exports, and with it Node loads its own fetch:
    // 10 MB. A require takes only what is used.
    bundling.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === "import-statement" ? { path: "node-http", namespace: "required" } : undefined,
    );
    bundling.onLoad({ filter: /.*/, namespace: "required" }, () => ({
      contents: 'module.exports = require("node:http");',
    }));
    bundling.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
      loader: "js",
    }));
  },
};

/**
 * Bundles the program into one file: it starts in a third of the time of loose files. The same
 * sources give the same bytes, wherever and whenever it is done.
 * @param folder where to write proxyfleet.mjs; undefined: nowhere
 * @returns what went into it (esbuild's metafile)
 */
export async function bundleProgram(folder?: string): Promise<Metafile> {
  const page = await buildDashboardPage();
  const { metafile, outputFiles } = await build({
    absWorkingDir: project,
    entryPoints: ["src/main.ts"],
    write: false,
    bundle: true,
    metafile: true,
    platform: "node",
    target: "node24",
    format: "esm",
    banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}` },
    define: {
      PROXYFLEET_VERSION: JSON.stringify(packageJson.version),
      PROXYFLEET_COMMIT: JSON.stringify(commit()),
      // As one text: an object would be set up by each module of the bundle.
      PROXYFLEET_DASHBOARD: JSON.stringify(JSON.stringify(page.files)),
    },
    keepNames: true,
    plugins: [withoutTheUnused],
    logLevel: "warning",
  });
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, "proxyfleet.mjs"),
      outputFiles.map(({ text }) => ascii(text)).join(""),
    );
  }
  return { ...metafile, inputs: { ...metafile.inputs, ...page.metafile.inputs } };
}

/**
 * A single letter beyond Latin-1, be it in a comment, and V8 keeps the whole source with two bytes
 * for each letter.
 */
function ascii(source: string): string {
  return source.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * The commit that is checked out, with a mark where tracked files differ from it; empty outside of
 * a git repository.
 */
function commit(): string {
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, {
      cwd: project,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    return `${git("rev-parse", "--short=12", "HEAD")}${git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+changes"}`;
  } catch {
    return "";
  }
}
