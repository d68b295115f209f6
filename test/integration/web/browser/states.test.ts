import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { startChromium, withoutChromium } from "../../../stand-ins/browser/chromium.ts";
import * as scenes from "../../../stand-ins/dashboard/scenes.ts";
import {
  type Shown,
  StagedDashboard,
  adminToken,
} from "../../../stand-ins/dashboard/staged-dashboard.ts";
import { Reader } from "./reader.ts";

interface State {
  readonly shown: Shown;
  /** What one look tells. */
  readonly headline: RegExp;
  readonly options?: BrowserContextOptions;
  /** Words of the fleet's details. */
  readonly details?: RegExp;
}

const phone = { viewport: { width: 390, height: 800 } };

const states: Readonly<Record<string, State>> = {
  healthy: {
    shown: scenes.healthy,
    headline: /Nobody is known to be cut off/,
    details: /2 of 2 pods ready.*Next move.*203\.0\.113\.9 serving/s,
  },
  "a slot blocked": {
    shown: scenes.slotBlocked,
    headline: /1 group is cut off, in 1 fleet/,
    details: /it moves as soon as pool-a has a free address/,
  },
  "an outage held": {
    shown: scenes.outageHeld,
    headline: /Nobody is known to be cut off/,
    details: /this looks like an outage of the country: no slot moves/,
  },
  "a pool dry": {
    shown: scenes.poolDry,
    headline: /Nobody is known to be cut off/,
    details: /pool-a has no free address/,
  },
  "a leak": {
    shown: scenes.leak,
    headline: /Nobody is known to be cut off/,
    details: /slot 0 leaks.*3 addresses were blocked/s,
  },
  empty: { shown: scenes.empty, headline: /no fleets that you may see/ },
  "a thousand fleets": {
    shown: scenes.many(1000),
    headline: /11 groups are cut off, in 11 fleets/,
  },
  "a phone": { shown: scenes.slotBlocked, headline: /1 group/, options: phone },
  "a phone, with a fleet": {
    shown: scenes.slotBlocked,
    headline: /1 group/,
    options: phone,
    details: /Slot 0/,
  },
  "a narrow phone in Persian": {
    shown: scenes.slotBlocked,
    headline: /گروه/,
    options: { viewport: { width: 320, height: 600 }, locale: "fa-IR" },
    details: /جایگاه/,
  },
  dark: {
    shown: scenes.slotBlocked,
    headline: /1 group/,
    options: { colorScheme: "dark" },
    details: /Slot 0/,
  },
  Persian: {
    shown: scenes.slotBlocked,
    headline: /ارتباط ۱ گروه در ۱ ناوگان قطع است/,
    options: { locale: "fa-IR", timezoneId: "Asia/Tehran" },
    details: /جایگاه ۰/,
  },
};

describe("the dashboard in Chromium", { skip: withoutChromium }, () => {
  let browser: Browser;

  before(async () => {
    browser = await startChromium();
  });
  after(async () => browser.close());

  for (const [name, { shown, headline, options, details }] of Object.entries(states))
    test(`${name}: it says at a glance who is cut off, fits, and axe finds nothing`, async () => {
      const stage = await StagedDashboard.start(shown);
      const reader = await Reader.arrive(browser, stage.origin, options);
      await reader.open(stage.urlFor(adminToken));
      assert.match(await reader.page.locator(".headline").innerText(), headline);
      if (details !== undefined) {
        await reader.choose("family");
        assert.match(await reader.page.locator("main").innerText(), details);
      }
      await reader.look(name.replaceAll(/[ ,]+/g, "-"));
      await reader.leave();
      await stage.stop();
    });

  test("times are in the viewer's zone and in UTC", async () => {
    const stage = await StagedDashboard.start(scenes.slotBlocked);
    const reader = await Reader.arrive(browser, stage.origin, { timezoneId: "Asia/Tehran" });
    await reader.open(stage.urlFor(adminToken));
    await reader.choose("family");
    const time = reader.page.locator(".slot time").first();
    const [shown, at] = [await time.innerText(), (await time.getAttribute("datetime")) ?? ""];
    const write = (timeZone: string) =>
      new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short", timeZone }).format(
        new Date(at),
      );
    assert.equal(shown, `${write("Asia/Tehran")} (${write("UTC")} UTC)`);
    await reader.leave();
    await stage.stop();
  });

  test("the evidence behind a verdict is told on asking", async () => {
    const stage = await StagedDashboard.start(scenes.slotBlocked);
    const reader = await Reader.arrive(browser, stage.origin);
    await reader.open(stage.urlFor(adminToken));
    await reader.choose("family");
    await reader.page.getByRole("button", { name: "Blocked" }).click();
    assert.match(
      await reader.page.locator("#evidence").innerText(),
      /Slot 0 in IR: Blocked, since .* 5 timeouts from 3 vantage points, while controls reach it/,
    );
    await reader.look("evidence");
    await reader.leave();
    await stage.stop();
  });
});
