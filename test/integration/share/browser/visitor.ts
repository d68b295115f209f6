import assert from "node:assert/strict";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { pageLanguages } from "../../../../src/share/page-view.ts";
import type { PageStage } from "./stage.ts";

/** Most bytes of a page, its code included (design: 30 KB). */
const largestPage = 30_000;

/** Somebody with a browser of their own, who sees whom pages ask. */
export class Visitor {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #asked: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    context.on("request", (request) => this.#asked.push(request.url()));
  }

  static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ deviceScaleFactor: 2, ...options });
    return new Visitor(context, await context.newPage());
  }

  /** Opens a page that is there, and small enough. */
  async open(url: string): Promise<void> {
    const answer = await this.page.goto(url);
    assert.equal(answer?.status(), 200);
    const size = (await answer.body()).length;
    assert.ok(size <= largestPage, `${url} has ${size} bytes`);
  }

  /** @throws AssertionError where a page asked somebody else than who serves it */
  async leave(origin: string): Promise<void> {
    await this.#context.close();
    const elsewhere = this.#asked.filter(
      (url) => new URL(url).origin !== origin && !url.startsWith("data:"),
    );
    assert.deepEqual(elsewhere, [], "a page asked somebody else");
  }
}

/** Asserts that the page's switch leads to every language, and to paper. */
export async function assertSwitches(visitor: Visitor, stage: PageStage): Promise<void> {
  const { page } = visitor;
  for (const language of pageLanguages.filter((one) => one !== "fa")) {
    await visitor.open(stage.url("fa", "screen"));
    await page.locator(`#languages a[hreflang="${language}"]`).click();
    await page.waitForURL(stage.url(language, "screen"));
    assert.equal(await page.locator("html").getAttribute("lang"), language);
  }
  const print = stage.url("fa", "print").slice(stage.kept.length);
  await visitor.open(stage.url("fa", "screen"));
  await page.locator(`a[href="${print}"]`).click();
  await page.waitForURL(stage.url("fa", "print"));
}
