import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { parseShareLink } from "../../../../src/share/link.ts";
import { pageMaker } from "../../../../src/share/page-maker.ts";
import { staticPage } from "../../../../src/share/static-page.ts";
import { assertAccessible } from "../../../stand-ins/browser/checks.ts";
import { startChromium, withoutChromium } from "../../../stand-ins/browser/chromium.ts";
import { type ExportedPages, exportedPages } from "./exported-pages.ts";
import { codeOn, picture } from "./rendered-page.ts";
import { Visitor, assertSwitches } from "./visitor.ts";

/** What differs from pages that an operator serves. */
describe("share pages that were exported, in Chromium", { skip: withoutChromium }, () => {
  let browser: Browser;
  let stage: ExportedPages;
  let visitor: Visitor;
  let page: Page;

  before(async () => {
    browser = await startChromium();
  });
  after(async () => browser.close());
  beforeEach(async () => {
    stage = await exportedPages();
    visitor = await Visitor.arrive(browser);
    ({ page } = visitor);
  });
  afterEach(async () => {
    await visitor.leave(stage.origin);
    await stage.close();
  });

  test("the kept page is in the audience's language, and nobody can press a button there", async () => {
    await visitor.open(stage.kept);
    await picture(page, "exported");
    await assertAccessible(page);
    assert.equal(await page.locator("html").getAttribute("lang"), "fa");
    assert.equal(await page.locator("form, button").count(), 0);
    assert.equal(await codeOn(page), await stage.link());
  });

  test("the switch leads to every language's file, and to paper", async () => {
    await assertSwitches(visitor, stage);
  });

  test("the kept page follows a move to an IPv6 address when it is loaded again", async () => {
    await visitor.open(stage.kept);
    const before = await codeOn(page);
    stage.move("2001:db8::44");
    await page.reload();
    const now = await codeOn(page);
    assert.notEqual(now, before);
    assert.equal(now, await stage.link());
    assert.equal(await page.locator(`a[href*="wa.me"]`).getAttribute("href"), now);
    assert.equal(parseShareLink(now ?? "").host, "2001:db8::44");
    assert.equal(await page.locator("code").first().innerText(), "[2001:db8::44]");
  });

  test("a page without an address says so, and can be read", async () => {
    const files = staticPage({ published: undefined, countries: ["IR"] }, pageMaker);
    await page.setContent(files.get("index.html") ?? "");
    await assertAccessible(page);
    await picture(page, "unpublished");
    assert.equal(await page.locator("svg").count(), 0);
  });
});
