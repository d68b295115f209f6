import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, type BuildOptions } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const folder = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** React as Argo CD brings it: 16 up to version 3.2, and what later versions may bring. */
export const reacts = { "16": "react-16", "18": "react", "19": "react-19" } as const;
export type ReactVersion = keyof typeof reacts;

export type Theme = "light" | "dark";

/** What the tab's file calls, as Argo CD has it (its file extensions-service.ts), and its panel. */
const standIn = `
  const tabs = [];
  window.extensionsAPI = {
    registerResourceExtension: (component, group, kind, title, opts) =>
      tabs.push({ component, group, kind, title, icon: opts && opts.icon }),
  };
  window.tabsOf = (group, kind) => tabs.filter((tab) => tab.group === group && tab.kind === kind);
  window.showTab = (resource) => {
    const [tab] = window.tabsOf("proxyfleet.dev", "WhatsAppProxy");
    const element = React.createElement(tab.component, { resource, tree: {}, application: {} });
    window.renderInto(document.getElementById("tab"), element);
  };
`;

/** Roughly Argo CD's own colours and panel. */
const styles = `
  body { margin: 0; font: 14px/1.4 Heebo, sans-serif; background: #dee6eb; }
  .theme-dark { background: #100f0f; min-height: 100vh; }
  main { background: #fff; color: #363c4a; padding: 20px; }
  .theme-dark main { background: #1f2124; color: #fff; }
`;

/** Builds the file as `npm run build` does, and returns its text. */
export async function builtExtension(): Promise<string> {
  // In a folder of its own: another test may build at the same time.
  const out = mkdtempSync(join(tmpdir(), "proxyfleet-tab-"));
  removeAtExit(out);
  const file = join(out, "extensions-proxyfleet.js");
  await run("npm", ["run", "build", "--", `--outfile=${file}`], { cwd: folder });
  return readFileSync(file, "utf8");
}

/** React of a version as a script that puts it into the window, as Argo CD does. */
export async function reactScript(version: ReactVersion): Promise<string> {
  const name = reacts[version];
  const dom = name.replace("react", "react-dom");
  const mount =
    version === "16"
      ? 'import { render } from "react-dom"; const renderInto = (root, element) => render(element, root);'
      : `import { createRoot } from "react-dom/client"; let root;
         const renderInto = (at, element) => { root ??= createRoot(at); root.render(element); };`;
  const contents = `import * as React from "react"; ${mount} Object.assign(window, { React, renderInto });`;
  const options: BuildOptions = {
    stdin: { contents, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    write: false,
    alias: { react: name, "react-dom": dom },
    define: { "process.env.NODE_ENV": '"development"' },
  };
  const { outputFiles } = await build(options);
  return outputFiles?.[0]?.text ?? "";
}

/** A page of Argo CD with the tab's file in it, and what went wrong there. */
export interface ArgoCdPage {
  readonly page: Page;
  readonly errors: readonly string[];
  show(resource: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Opens Argo CD as somebody sees it who looks at a resource. Nothing but the page is loaded. */
export async function openArgoCd(
  browser: Browser,
  scripts: { readonly react: string; readonly extension: string },
  { theme = "light", ...options }: BrowserContextOptions & { readonly theme?: Theme } = {},
): Promise<ArgoCdPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("request", (request) => errors.push(`asked ${request.url()}`));
  await page.setContent(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Argo CD</title><style>${styles}</style></head>
     <body><div class="theme-${theme}"><main><h1>family</h1><div id="tab"></div></main></div></body></html>`,
  );
  for (const content of [scripts.react, standIn, scripts.extension])
    await page.addScriptTag({ content });
  return {
    page,
    errors,
    show: async (resource) =>
      page.evaluate(
        (given) => (window as unknown as { showTab(given: unknown): void }).showTab(given),
        resource,
      ),
    close: async () => context.close(),
  };
}
