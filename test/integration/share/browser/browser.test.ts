import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { parseShareLink } from "../../../../src/share/link.ts";
import { pageMaker } from "../../../../src/share/page-maker.ts";
import { pageLanguages } from "../../../../src/share/page-view.ts";
import { staticPage } from "../../../../src/share/static-page.ts";
import { instant } from "../../../../src/values/time.ts";
import { startChromium, withoutChromium } from "../../../stand-ins/browser/chromium.ts";
import { exportedPages } from "./exported-pages.ts";
import {
  assertAccessible,
  assertFits,
  codeOn,
  paper,
  picture,
  withoutStyles,
} from "./rendered-page.ts";
import type { PageStage } from "./stage.ts";

/** Most bytes of a page, its code included (design: 30 KB). */
const largestPage = 30_000;
/** CSS pixels: the narrowest phone that people still have, and a desk. */
const sizes = { narrow: { width: 320, height: 568 }, wide: { width: 1280, height: 800 } } as const;
const rightToLeft: ReadonlySet<string> = new Set(["fa", "ar"]);

describe("share pages in Chromium", { skip: withoutChromium }, () => {
  let browser: Browser;
  let stage: PageStage;
  let context: BrowserContext;
  let page: Page;
  /** What the page asked for elsewhere. */
  let foreign: string[];

  before(async () => {
    browser = await startChromium();
  });
  after(async () => browser.close());
  beforeEach(async () => {
    stage = await exportedPages();
    context = await browser.newContext({ deviceScaleFactor: 2 });
    page = await context.newPage();
    foreign = [];
    page.on("request", (request) => {
      const isOwn = new URL(request.url()).origin === stage.origin;
      if (!isOwn && !request.url().startsWith("data:")) foreign.push(request.url());
    });
  });
  afterEach(async () => {
    await context.close();
    await stage.close();
    assert.deepEqual(foreign, [], "a page asked somebody else");
  });

  async function open(url: string): Promise<void> {
    const answer = await page.goto(url);
    assert.equal(answer?.status(), 200);
    const size = (await answer.body()).length;
    assert.ok(size <= largestPage, `${url} has ${size} bytes`);
  }

  for (const language of pageLanguages) {
    for (const [name, size] of Object.entries(sizes))
      test(`${language}, ${name}: it reads well, fits, and its code gives the link`, async () => {
        await page.setViewportSize(size);
        await open(stage.url(language, "screen"));
        await picture(page, `${language}-${name}`);
        await assertFits(page);
        await assertAccessible(page);
        assert.equal(await codeOn(page), stage.link());
        const direction = await page.evaluate("getComputedStyle(document.body).direction");
        assert.equal(direction, rightToLeft.has(language) ? "rtl" : "ltr");
      });

    test(`${language}, without styles: what to type comes first, then the button, then the code`, async () => {
      await page.setViewportSize(sizes.narrow);
      await open(stage.url(language, "screen"));
      await withoutStyles(page);
      await picture(page, `${language}-plain`);
      const typed = page.locator("code");
      const { host, chatPort, mediaPort } = parseShareLink(stage.link());
      assert.deepEqual(await typed.allInnerTexts(), [host, String(chatPort), String(mediaPort)]);
      const things = [
        ...(await typed.all()),
        page.locator(`a[href*="wa.me"]`),
        page.locator("svg"),
      ];
      const tops = await Promise.all(things.map(async (it) => (await it.boundingBox())?.y ?? -1));
      assert.deepEqual(
        tops,
        tops.toSorted((a, b) => a - b),
      );
      assert.equal(await codeOn(page), stage.link());
    });

    test(`${language}, on paper: nothing to press, and the code gives the link`, async () => {
      await open(stage.url(language, "print"));
      await page.emulateMedia({ media: "print" });
      await picture(page, `${language}-print`);
      await paper(page, `${language}-print`);
      const pressable = page.locator("a, button").filter({ visible: true });
      assert.equal(await pressable.count(), 0);
      assert.equal(await codeOn(page), stage.link());
      await page.emulateMedia({ media: "screen" });
      await assertAccessible(page);
    });
  }

  for (const language of pageLanguages)
    test(`${language}, as the operator serves it: the form and its answer can be read by all`, async () => {
      const links = { inLanguage: () => "x", print: "x", report: "x" };
      const target = { ...parseShareLink(stage.link()), since: instant(0) };
      const view = { published: target, language, variant: "screen", links } as const;
      await page.setViewportSize(sizes.narrow);
      await page.setContent(pageMaker.renderPage({ ...view, report: "offered" }));
      await picture(page, `${language}-form`);
      assert.equal(await page.locator("form button").isVisible(), true);
      await assertFits(page);
      await assertAccessible(page);
      await page.setContent(pageMaker.renderPage({ ...view, report: "received" }));
      assert.equal(await page.getByRole("status").isVisible(), true);
      await assertAccessible(page);
    });

  test("the kept page follows a move when it is loaded again", async () => {
    await open(stage.kept);
    const before = await codeOn(page);
    stage.move("2001:db8::44");
    await page.reload();
    const now = await codeOn(page);
    assert.notEqual(now, before);
    assert.equal(now, stage.link());
    const button = page.locator(`a[href*="wa.me"]`);
    assert.equal(await button.getAttribute("href"), stage.link());
    assert.equal(parseShareLink(now ?? "").host, "2001:db8::44");
    await picture(page, "moved");
  });

  test("its switch leads to every language, and to paper", async () => {
    for (const language of pageLanguages.filter((one) => one !== "fa")) {
      await open(stage.url("fa", "screen"));
      await page.locator(`#languages a[hreflang="${language}"]`).click();
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      assert.equal(page.url(), stage.url(language, "screen"));
    }
    const print = stage.url("fa", "print").slice(stage.kept.length);
    await open(stage.url("fa", "screen"));
    await page.locator(`a[href="${print}"]`).click();
    assert.equal(page.url(), stage.url("fa", "print"));
  });

  test("a page without an address says so, and can be read", async () => {
    const files = staticPage({ published: undefined, countries: ["IR"] }, pageMaker);
    await page.setContent(files.get("index.html") ?? "");
    await assertAccessible(page);
    await picture(page, "unpublished");
    assert.equal(await page.locator("svg").count(), 0);
  });
});
