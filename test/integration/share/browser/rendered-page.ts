import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { readPng } from "../../../unit/share/read-code.ts";

/** Screenshots stay here for whoever wants to see the pages. Git ignores it. */
const pictures = join(import.meta.dirname, "../../../../test-output/share-pages");

/** Keeps a picture of the whole page. @returns it, as PNG */
export async function picture(page: Page, name: string): Promise<Buffer> {
  const png = await page.screenshot({ fullPage: true });
  await mkdir(pictures, { recursive: true });
  await writeFile(join(pictures, `${name}.png`), png);
  return png;
}

/** Keeps the page as a printer gets it, on A4. */
export async function paper(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  await page.pdf({ format: "A4", path: join(pictures, `${name}.pdf`) });
}

/** What the code on the page says to a second phone, read off the picture of it. */
export async function codeOn(page: Page): Promise<string | undefined> {
  return readPng(await page.locator("svg").screenshot());
}

/** Takes the styles away, as an old or a sparing browser does. */
export async function withoutStyles(page: Page): Promise<void> {
  await page.locator("style").evaluateAll((styles) => styles.forEach((style) => style.remove()));
}
