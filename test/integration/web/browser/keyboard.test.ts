import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { startChromium, withoutChromium } from "../../../stand-ins/browser/chromium.ts";
import * as scenes from "../../../stand-ins/dashboard/scenes.ts";
import { StagedDashboard, adminToken } from "../../../stand-ins/dashboard/staged-dashboard.ts";
import { Reader } from "./reader.ts";

/** What has the focus, as a screen reader would name it. */
const focused = `(() => {
  const at = document.activeElement;
  const label = at?.getAttribute("aria-label") ?? at?.labels?.[0]?.innerText ?? at?.innerText ?? "";
  return at?.tagName + " " + label.trim().split("\\n")[0];
})()`;

/** Presses Tab until what has the focus fits. @returns all that had it on the way */
async function tabTo(page: Page, wanted: RegExp): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let press = 0; press < 40; press++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate<string>(focused);
    seen.push(name);
    if (wanted.test(name)) return seen;
  }
  throw new Error(`Tab never led to ${String(wanted)}: ${seen.join(", ")}`);
}

describe("the dashboard with the keyboard alone", { skip: withoutChromium }, () => {
  let browser: Browser;

  before(async () => {
    browser = await startChromium();
  });
  after(async () => browser.close());

  test("leads from the sign-in to the evidence, and back", async (t) => {
    const stage = await StagedDashboard.start(scenes.slotBlocked);
    const reader = await Reader.arrive(browser, stage.origin);
    const { page } = reader;
    await page.goto(stage.origin);
    await page.getByRole("alert").waitFor();
    await reader.look("sign-in");

    await t.test("a wrong token is refused in words that help", async () => {
      await tabTo(page, /^INPUT Token/);
      await page.keyboard.type("wrong");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("Sign in with a token of this cluster").waitFor();
    });

    await t.test("a good one opens the list", async () => {
      await page.locator("#token").waitFor();
      await page.locator("body").press("Home");
      await tabTo(page, /^INPUT Token/);
      await page.keyboard.type(adminToken);
      await page.keyboard.press("Enter");
      await page.locator(".headline").waitFor();
      assert.ok(!page.url().includes(adminToken));
    });

    await t.test("the order of Tab is that of the page", async () => {
      await page.reload();
      await page.locator(".headline").waitFor();
      const seen = await tabTo(page, /^DIV Fleets/);
      const order = ["SELECT", "BUTTON Sign out", "BUTTON All", "BUTTON Cut off", "INPUT Find"];
      const places = order.map((name) => seen.findIndex((each) => each.startsWith(name)));
      assert.ok(!places.includes(-1), seen.join(", "));
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
      );
    });

    await t.test("arrows choose a fleet, and Enter leads to it", async () => {
      await page.keyboard.press("ArrowDown");
      const active = () => page.locator(".list").getAttribute("aria-activedescendant");
      assert.equal(await active(), "fleet-north-in-school");
      await page.keyboard.press("Home");
      assert.equal(await active(), "fleet-proxies-in-family");
      await page.keyboard.press("Enter");
      await page.locator(".slots").waitFor();
      assert.match(await page.evaluate<string>(focused), /^H2 family/);
    });

    await t.test("the evidence can be asked for, and the timeline changed", async () => {
      await tabTo(page, /^BUTTON ✕ Blocked/);
      await page.keyboard.press("Enter");
      await page.locator("#evidence").getByText("5 timeouts").waitFor();
      await tabTo(page, /^BUTTON 30 days/);
      await page.keyboard.press("Space");
      assert.equal(
        await page.getByRole("button", { name: "30 days" }).getAttribute("aria-pressed"),
        "true",
      );
    });

    await t.test("what has the focus can be seen", async () => {
      const outline = await page.evaluate<string>(
        "getComputedStyle(document.activeElement).outlineStyle",
      );
      assert.equal(outline, "solid");
    });

    await t.test("signing out shows nothing any more", async () => {
      await page.getByRole("button", { name: "Sign out" }).focus();
      await page.keyboard.press("Enter");
      await page.locator("#token").waitFor();
      assert.doesNotMatch(await page.locator("body").innerText(), /203\.0\.113|family/);
      assert.equal(await page.evaluate("sessionStorage.length"), 0);
    });
    await reader.leave();
    await stage.stop();
  });
});
