import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import axe from "axe-core";
import type { Browser } from "playwright-core";
import { startChromium, withoutChromium } from "../../../test/stand-ins/browser/chromium.ts";
import { fleets, strange } from "../../test/fleets.ts";
import {
  type ArgoCdPage,
  builtExtension,
  openArgoCd,
  type ReactVersion,
  reacts,
  reactScript,
} from "./argo-cd.ts";

/** All states once, and the telling ones in each theme and width. */
const shownIn = (theme: string, size: string): readonly (keyof typeof fleets)[] =>
  theme === "light" && size === "panel"
    ? (Object.keys(fleets) as (keyof typeof fleets)[])
    : ["cut off", "persian"];
const pictures = join(import.meta.dirname, "../../../test-output/argocd-tab");

describe("the tab in Argo CD", { skip: withoutChromium }, () => {
  let browser: Browser;
  let extension: string;
  const scripts = new Map<string, string>();
  let open: ArgoCdPage | undefined;

  before(async () => {
    mkdirSync(pictures, { recursive: true });
    extension = await builtExtension();
    for (const version of Object.keys(reacts) as ReactVersion[])
      scripts.set(version, await reactScript(version));
    browser = await startChromium();
  });
  after(async () => browser?.close());

  /** Argo CD with a tab that shows this, and whatever the test then wants of it. */
  async function showing(
    resource: unknown,
    look: (shown: ArgoCdPage) => Promise<void>,
    { react = "16", ...options }: Parameters<typeof openArgoCd>[2] & { react?: ReactVersion } = {},
  ): Promise<void> {
    open = await openArgoCd(browser, { react: scripts.get(react)!, extension }, options);
    try {
      await open.show(resource);
      await open.page.locator(".proxyfleet h2").waitFor();
      await look(open);
      assert.deepEqual(open.errors, []);
    } finally {
      await open.close();
    }
  }

  const textOf = async ({ page }: ArgoCdPage) => page.locator(".proxyfleet").innerText();

  test("is a small file that brings no React of its own", () => {
    assert.ok(extension.length < 20_000);
    assert.doesNotMatch(extension, /react\.element|__SECRET_INTERNALS/);
  });

  for (const react of Object.keys(reacts) as ReactVersion[])
    test(`says what comes next and why, under React ${react}`, async () => {
      await showing(
        fleets["cut off"],
        async (shown) => {
          const text = await textOf(shown);
          assert.match(text, /1 of 2 groups is cut off\./);
          assert.match(text, /Group 0: Served/);
          assert.match(text, /2026-11-25 02:14 UTC\): its address is old by then/);
          assert.match(text, /Group 1: Cut off \(blocked in IR\)/);
          assert.match(text, /should move and can't: pool metallb-a has no free address/);
          assert.match(text, /Blocked so far\s+3 addresses/);
          assert.match(text, /PoolExhausted NoFreshAddress/);
        },
        { react },
      );
    });

  test("follows a fleet as it moves", async () => {
    await showing(fleets["cut off"], async (shown) => {
      await shown.show(fleets.moving);
      await shown.page.getByText("Group 1: Moving").waitFor();
      assert.match(await textOf(shown), /203\.0\.113\.44 is being made ready/);
      assert.match(await textOf(shown), /203\.0\.113\.12 still serves until .*15:20 UTC/);
      await shown.show(fleets.healthy);
      await shown.page.getByText("Nobody is known to be cut off.").waitFor();
      assert.equal(await shown.page.locator(".pf-bad").count(), 0);
    });
  });

  test("says so where an operator has not looked, or pods are missing, or nothing may move", async () => {
    for (const [name, words] of [
      ["never seen", /No operator has looked at this fleet yet/],
      ["without pods", /No proxy pod is ready: nobody is served/],
      ["without an address", /Address\s+none/],
      ["paused", /It is paused[^]*has not looked at the latest change/],
    ] as const)
      await showing(fleets[name], async (shown) => assert.match(await textOf(shown), words));
  });

  for (const [name, object] of Object.entries(strange))
    test(`stands ${name} as an object`, async () =>
      showing(object, async (shown) => assert.notEqual(await textOf(shown), "")));

  test("runs no markup that stands in a message", async () => {
    const message = "<img src=x onerror=document.body.remove()>";
    const slots = [{ slot: 0, address: "203.0.113.9", burnt: 0, message }];
    const status = { observedGeneration: 3, readyReplicas: 1, slots };
    await showing({ ...fleets.healthy, status }, async (shown) =>
      assert.ok((await textOf(shown)).includes(message)),
    );
  });

  const sizes = { wide: 1100, panel: 620, phone: 320 } as const;
  for (const theme of ["light", "dark"] as const)
    for (const [size, width] of Object.entries(sizes))
      test(`fits and is accessible: ${theme}, ${size}`, async () => {
        for (const name of shownIn(theme, size))
          await showing(
            fleets[name],
            async ({ page }) => {
              await page.screenshot({
                path: join(pictures, `${name.replaceAll(" ", "-")}-${theme}-${size}.png`),
                fullPage: name !== "large",
              });
              const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
              assert.ok(scrollWidth <= width, `${name} is ${scrollWidth} wide`);
              await page.evaluate(axe.source);
              const { violations } = await page.evaluate(async () =>
                (window as unknown as { axe: typeof axe }).axe.run(),
              );
              assert.deepEqual(
                violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
                [],
                name,
              );
            },
            { theme, viewport: { width, height: 900 }, timezoneId: "Asia/Tehran", locale: "en-GB" },
          );
      });
});
