import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const folder = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** What the plugin finds in the window, and what it draws with. */
export interface HeadlampScripts {
  readonly standIn: string;
  readonly plugin: string;
}

/** Builds the plugin as `npm run build` does, and the stand-in for Headlamp. */
export async function headlampScripts(): Promise<HeadlampScripts> {
  await run("npm", ["run", "build"], { cwd: folder });
  const plugin = readFileSync(join(folder, "dist/proxyfleet/main.js"), "utf8");
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "stand-in.tsx")],
    absWorkingDir: folder,
    bundle: true,
    write: false,
    define: { "process.env.NODE_ENV": '"development"' },
  });
  return { plugin, standIn: outputFiles[0]?.text ?? "" };
}

/** Objects of the cluster, by the plural of their kind. */
export type Objects = Readonly<Record<string, readonly unknown[]>>;

/** A page of Headlamp with the plugin in it, and what went wrong there. */
export interface HeadlampPage {
  readonly page: Page;
  readonly errors: readonly string[];
  /** Goes to an address of Headlamp, such as /proxyfleet/addresspools. */
  goTo(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens Headlamp on a cluster with these objects. Nothing but the page is loaded. */
export async function openHeadlamp(
  browser: Browser,
  { standIn, plugin }: HeadlampScripts,
  { objects, ...options }: BrowserContextOptions & { readonly objects: Objects },
): Promise<HeadlampPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("request", (request) => errors.push(`asked ${request.url()}`));
  await page.setContent(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Headlamp</title></head><body><div id="root"></div></body></html>',
  );
  await page.evaluate((given) => Object.assign(window, { objects: given }), objects);
  for (const content of [standIn, plugin]) await page.addScriptTag({ content });
  return {
    page,
    errors,
    goTo: async (path) => {
      await page.evaluate(
        (given) => (window as unknown as { goTo(path: string): void }).goTo(given),
        path,
      );
      await page.locator("main h1").waitFor();
    },
    close: async () => context.close(),
  };
}
