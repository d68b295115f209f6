import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { assertAccessible, assertFits } from "../../../stand-ins/browser/checks.ts";

/** Screenshots stay here for whoever wants to see the page. Git ignores it. */
const pictures = join(import.meta.dirname, "../../../../test-output/dashboard");
/** Most bytes of the page, as it comes over the line. */
const largestPage = 150_000;

/** Somebody with a browser of their own, in which everything that goes wrong is noted. */
export class Reader {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #origin: string;
  readonly #problems: string[] = [];
  #bytes = 0;

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.#context = context;
    this.page = page;
    this.#origin = origin;
    context.on("request", (request) => {
      if (new URL(request.url()).origin !== origin) this.#problems.push(`asked ${request.url()}`);
    });
    context.on("response", async (response) => {
      if (response.url().includes("/api/")) return;
      this.#bytes += (await response.body().catch(() => Buffer.alloc(0))).length;
    });
    page.on("pageerror", (error) => this.#problems.push(error.message));
    page.on("console", (message) => {
      // Chromium notes each answer that is none, such as 401 for a wrong token.
      const isAnswer = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isAnswer) this.#problems.push(message.text());
    });
  }

  static async arrive(
    browser: Browser,
    origin: string,
    options: BrowserContextOptions = {},
  ): Promise<Reader> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    return new Reader(context, await context.newPage(), origin);
  }

  /** Opens the page, and waits until fleets are shown, or known to be none. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.locator(".headline").waitFor();
  }

  /** Chooses a fleet of the list, and waits until it is shown whole. */
  async choose(name: string): Promise<void> {
    await this.page.getByRole("option", { name: new RegExp(`^${name} `) }).click();
    await this.page.locator(".slots").waitFor();
    await this.page.getByRole("heading", { name: new RegExp(`^${name} `) }).waitFor();
  }

  /** Keeps a picture of all of the page, and asserts that it fits and that axe finds nothing. */
  async look(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ fullPage: true, path: join(pictures, `${name}.png`) });
    await assertFits(this.page);
    await assertAccessible(this.page);
  }

  /** @throws AssertionError where anything went wrong, or the page was too large */
  async leave(): Promise<void> {
    await this.#context.close();
    assert.deepEqual(this.#problems, [], `with ${this.#origin}`);
    assert.ok(this.#bytes <= largestPage, `the page has ${this.#bytes} bytes`);
  }
}
