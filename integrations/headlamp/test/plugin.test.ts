import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { startChromium, withoutChromium } from "../../../test/stand-ins/browser/chromium.ts";
import { fleets, strange } from "../../test/fleets.ts";
import { cluster } from "./cluster.ts";
import {
  headlampScripts,
  type HeadlampPage,
  type HeadlampScripts,
  type Objects,
  openHeadlamp,
} from "./headlamp-page.ts";

const pictures = join(import.meta.dirname, "../../../test-output/headlamp");

describe("the plugin in a stand-in for Headlamp", { skip: withoutChromium }, () => {
  let browser: Browser;
  let scripts: HeadlampScripts;
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    scripts = await headlampScripts();
    browser = await startChromium();
  });
  after(async () => browser?.close());

  async function at(
    path: string,
    look: (shown: HeadlampPage, text: string) => Promise<void> | void,
    objects: Objects = cluster(fleets["cut off"]),
  ): Promise<void> {
    const open = await openHeadlamp(browser, scripts, { objects });
    try {
      await open.goTo(path);
      await look(open, await open.page.locator("main").innerText());
      assert.deepEqual(open.errors, []);
    } finally {
      await open.close();
    }
  }

  test("adds lists to the sidebar, and pages for each kind by the names that Headlamp's links use", async () =>
    at("/proxyfleet/whatsappproxies", async ({ page }) => {
      const { routes, entries, icons } = await page.evaluate(() => {
        const { registered } = window as unknown as {
          registered: Record<"routes" | "entries", { name: string }[]> & { icons: string[] };
        };
        const names = (each: { name: string }[]) => each.map(({ name }) => name);
        const { routes, entries, icons } = registered;
        return { routes: names(routes), entries: names(entries), icons };
      });
      const kinds = ["WhatsAppProxy", "ProxyAddress", "AddressPool", "VantagePoint"];
      const plurals = ["whatsappproxies", "proxyaddresses", "addresspools", "vantagepoints"];
      assert.deepEqual(routes.toSorted(), [...kinds, ...plurals].toSorted());
      assert.deepEqual(icons, kinds);
      assert.deepEqual(entries, ["proxyfleet", ...plurals.map((name) => `proxyfleet-${name}`)]);
    }));

  test("lists fleets with what their people have", async () =>
    at("/proxyfleet/whatsappproxies", async ({ page }, text) => {
      assert.match(text, /family\s+proxies\s+Cut off\s+1 of 2 groups is cut off\.\s+2\s+2/);
      assert.equal(await page.locator("b[data-status=error]").innerText(), "Cut off");
      await page.screenshot({ path: join(pictures, "fleets.png") });
    }));

  test("lists addresses with their fleet, pools with what is free, vantage points with whether they work", async () => {
    await at("/proxyfleet/proxyaddresses", (_, text) => {
      assert.match(text, /ip-203-0-113-10\s+Blocked in IR\s+203\.0\.113\.10\s+proxies\/family\s+1/);
      assert.match(text, /ip-203-0-113-30\s+Quarantined/);
    });
    await at("/proxyfleet/addresspools", (_, text) =>
      assert.match(text, /metallb-a\s+none free\s+MetalLB\s+2\s+0\s+58\s+60/),
    );
    await at("/proxyfleet/vantagepoints", (_, text) =>
      assert.match(text, /tehran-1\s+Does not measure\s+IR\s+Probe\s+agent/),
    );
  });

  test("shows of a fleet what each group has, what comes next, and why", async () =>
    at("/proxyfleet/whatsappproxies/proxies/family", async ({ page }, text) => {
      assert.match(text, /1 of 2 groups is cut off\./);
      assert.match(
        text,
        /0\s+Served\s+203\.0\.113\.9\s+.*2026-11-25 02:14 UTC\): its address is old by then/,
      );
      assert.match(
        text,
        /1\s+Cut off \(IR\)[^]*none is planned\s+3\s+203\.0\.113\.10 is blocked in IR since/,
      );
      assert.match(
        text,
        /PoolExhausted[^]*Add addresses to the pool, or shorten quarantine\.blocked/,
      );
      assert.match(text, /NoFreshAddress/);
      await page.screenshot({ path: join(pictures, "fleet.png"), fullPage: true });
    }));

  test("shows of an address what tests say, and of others their facts", async () => {
    await at("/proxyfleet/proxyaddresses/ip-203-0-113-10", (_, text) => {
      assert.match(text, /proxies\/family, group 1/);
      assert.match(text, /IR\s+Blocked\s+5 timeouts from 3 vantage points/);
    });
    await at("/proxyfleet/addresspools/metallb-a", (_, text) => assert.match(text, /none free/));
    await at("/proxyfleet/vantagepoints/tehran-1", (_, text) =>
      assert.match(text, /its Secret is missing/),
    );
  });

  test("draws fleets, their pools and the addresses that are not at rest on the map", async () =>
    at("/map", async ({ page }, text) => {
      assert.match(text, /family: Cut off/);
      assert.match(text, /fleet-uid → metallb-a-uid/);
      assert.match(text, /fleet-uid → ip-203-0-113-10-uid/);
      assert.doesNotMatch(text, /ip-203-0-113-30: /);
      const statuses = await page
        .locator("li[data-status]")
        .evaluateAll((all) => all.map((each) => each.getAttribute("data-status")));
      assert.ok(statuses.includes("error") && statuses.includes("success"));
    }));

  test("stands objects that no operator of this version wrote", async () => {
    for (const object of Object.values(strange).filter((each) => typeof each === "object")) {
      const metadata = { uid: "x", name: "x", namespace: "n" };
      const objects = Object.fromEntries(
        ["whatsappproxies", "proxyaddresses", "addresspools", "vantagepoints"].map((plural) => [
          plural,
          [{ ...object, metadata }],
        ]),
      );
      for (const path of ["/map", ...Object.keys(objects).map((name) => `/proxyfleet/${name}`)])
        await at(path, (_, text) => assert.notEqual(text, ""), objects);
    }
  });

  test("shows long Persian words", async () =>
    at(
      "/proxyfleet/whatsappproxies/proxies/family",
      async ({ page }) => {
        await page.screenshot({ path: join(pictures, "fleet-persian.png"), fullPage: true });
        assert.equal(await page.locator("[dir=auto]").count(), 4);
      },
      cluster(fleets.persian),
    ));
});
