import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { pageTexts } from "../../../../src/share/languages/all.ts";
import { parseShareLink } from "../../../../src/share/link.ts";
import { type PageLanguage, pageLanguages } from "../../../../src/share/page-view.ts";
import { waitFor } from "../../../../tooling/wait-for.ts";
import { assertAccessible, assertFits } from "../../../stand-ins/browser/checks.ts";
import { startChromium, withoutChromium } from "../../../stand-ins/browser/chromium.ts";
import { ServedFleet } from "../../pages/served-fleet.ts";
import { codeOn, paper, picture, withoutStyles } from "./rendered-page.ts";
import { servedPages } from "./served-pages.ts";
import type { PageStage } from "./stage.ts";
import { Visitor, assertSwitches } from "./visitor.ts";

/** CSS pixels: the narrowest phone that people still have, and a desk. */
const sizes = { narrow: { width: 320, height: 568 }, wide: { width: 1280, height: 800 } } as const;
const rightToLeft: ReadonlySet<string> = new Set(["fa", "ar"]);
/** How browsers name the language: most name a country, and no script. */
const locales: Partial<Record<PageLanguage, string>> = { "zh-Hans": "zh-CN", pt: "pt-BR" };

describe("share pages that an operator serves, in Chromium", { skip: withoutChromium }, () => {
  let browser: Browser;
  let fleet: ServedFleet;

  before(async () => {
    browser = await startChromium();
    fleet = await ServedFleet.start();
  });
  after(async () => {
    await fleet?.stop();
    await browser.close();
  });
  describe("show each language", () => {
    let stage: PageStage;
    let visitor: Visitor;
    let page: Page;

    beforeEach(async () => {
      stage = await servedPages(fleet);
      visitor = await Visitor.arrive(browser);
      ({ page } = visitor);
    });
    afterEach(async () => visitor.leave(stage.origin));

    for (const language of pageLanguages) {
      for (const [name, size] of Object.entries(sizes))
        test(`${language}, ${name}: it reads well, fits, and its code gives the link`, async () => {
          await page.setViewportSize(size);
          await visitor.open(stage.url(language, "screen"));
          await picture(page, `${language}-${name}`);
          await assertFits(page);
          await assertAccessible(page);
          assert.equal(await codeOn(page), await stage.link());
          assert.equal(await page.locator("form button").isVisible(), true);
          const direction = await page.evaluate("getComputedStyle(document.body).direction");
          assert.equal(direction, rightToLeft.has(language) ? "rtl" : "ltr");
        });

      test(`${language}, without styles: what to type comes first, then the button, then the code`, async () => {
        await page.setViewportSize(sizes.narrow);
        await visitor.open(stage.url(language, "screen"));
        await withoutStyles(page);
        await picture(page, `${language}-plain`);
        const typed = page.locator("code");
        const { host, chatPort, mediaPort } = parseShareLink(await stage.link());
        assert.deepEqual(await typed.allInnerTexts(), [host, String(chatPort), String(mediaPort)]);
        const things = [
          ...(await typed.all()),
          page.locator(`a[href*="wa.me"]`),
          page.locator("svg"),
          page.locator("form button"),
        ];
        const tops = await Promise.all(things.map(async (it) => (await it.boundingBox())?.y ?? -1));
        assert.deepEqual(
          tops,
          tops.toSorted((a, b) => a - b),
        );
        assert.equal(await codeOn(page), await stage.link());
      });

      test(`${language}, on paper: nothing to press, and the code gives the link`, async () => {
        await visitor.open(stage.url(language, "print"));
        await page.emulateMedia({ media: "print" });
        await picture(page, `${language}-print`);
        await paper(page, `${language}-print`);
        const pressable = page.locator("a, button").filter({ visible: true });
        assert.equal(await pressable.count(), 0);
        assert.equal(await codeOn(page), await stage.link());
        await page.emulateMedia({ media: "screen" });
        await assertAccessible(page);
      });

      test(`${language}: whoever presses "it does not work for me" reads that it was received`, async () => {
        await page.setViewportSize(sizes.narrow);
        await visitor.open(stage.url(language, "screen"));
        await page.locator("form button").click();
        const { received } = pageTexts[language];
        assert.equal(await page.getByRole("status").innerText(), received);
        await picture(page, `${language}-received`);
        await assertFits(page);
        await assertAccessible(page);
        assert.equal(await codeOn(page), await stage.link());
      });

      test(`${language}: a browser that asks for it gets it without a choice`, async () => {
        const reader = await Visitor.arrive(browser, { locale: locales[language] ?? language });
        await reader.open(stage.kept);
        assert.equal(await reader.page.locator("html").getAttribute("lang"), language);
        await reader.leave(stage.origin);
      });
    }

    test("the switch leads to every language, and to paper", async () => {
      await assertSwitches(visitor, stage);
    });
  });

  test("the kept page follows its group, hears its people, and ends when it is renewed", async (t) => {
    const stage = await servedPages(fleet);
    const visitor = await Visitor.arrive(browser);
    const { page } = visitor;
    await visitor.open(stage.kept);
    const before = await codeOn(page);
    const late = await Visitor.arrive(browser);
    await late.open(stage.kept);
    await fleet.move();

    await t.test("it shows the new address when it is loaded again", async () => {
      const link = await stage.link();
      assert.notEqual(link, before);
      await waitFor("the page to follow", async () => {
        await page.reload();
        return (await codeOn(page)) === link;
      });
      assert.equal(await page.locator(`a[href*="wa.me"]`).getAttribute("href"), link);
      assert.ok(!(await page.content()).includes(parseShareLink(before ?? "").host));
      await picture(page, "moved");
    });

    await t.test(
      "one that was opened before reports nothing, and shows the new address",
      async () => {
        await late.page.locator("form button").click();
        await late.page.waitForURL(/&v=/);
        assert.equal(await codeOn(late.page), await stage.link());
        assert.equal(await late.page.getByRole("status").count(), 0);
        assert.equal(await late.page.locator("form button").isVisible(), true);
        await late.leave(stage.origin);
      },
    );

    await t.test("its button makes the address suspected, for the group's country", async () => {
      await page.locator("form button").click();
      await page.getByRole("status").waitFor();
      const known = await waitFor("a verdict", async () => {
        const now = await fleet.verdict("IR");
        return now?.verdict === "Suspected" && now;
      });
      assert.equal(known.message, "reported on the share page: the button was pressed once");
    });

    await t.test("its old path leads nowhere as soon as it has another one", async () => {
      await fleet.renewPage();
      const answer = await page.goto(stage.kept);
      assert.equal(answer?.status(), 404);
      assert.equal(await page.innerText("body"), "404 Not Found");
      await visitor.open(await fleet.page());
      assert.equal(await codeOn(page), await stage.link());
    });
    await visitor.leave(stage.origin);
  });
});
