import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { millis } from "../../../../src/values/time.ts";
import { usualDashboardLimits } from "../../../../src/web/io/serve.ts";
import { waitFor } from "../../../../tooling/wait-for.ts";
import { startChromium, withoutChromium } from "../../../stand-ins/browser/chromium.ts";
import * as scenes from "../../../stand-ins/dashboard/scenes.ts";
import { StagedDashboard, adminToken } from "../../../stand-ins/dashboard/staged-dashboard.ts";
import { Reader } from "./reader.ts";

describe("the dashboard in Chromium, live", { skip: withoutChromium }, () => {
  let browser: Browser;
  let stage: StagedDashboard;
  let reader: Reader;

  before(async () => {
    browser = await startChromium();
  });
  after(async () => browser.close());
  beforeEach(async () => {
    stage = await StagedDashboard.start(scenes.many(1000));
    reader = await Reader.arrive(browser, stage.origin);
  });
  afterEach(async () => {
    await reader.leave();
    await stage.stop();
  });

  const place = ["team-7", "group-0007"] as const;
  const entryOf = (address: string, given: Partial<Parameters<typeof scenes.entry>[0]> = {}) =>
    scenes.entry({ address, of: place, slot: 0, ...given });

  test("a move is seen from the block to the fresh address, and nothing else is drawn", async () => {
    const { page } = reader;
    await reader.open(stage.urlFor(adminToken));
    await page.getByLabel("Find a fleet").fill("group-0007");
    await reader.choose("group-0007");
    await page.evaluate(`globalThis.whole = document.querySelector(".panel")`);
    const blocked = {
      reachability: [{ ...scenes.verdict("Blocked", "5 timeouts"), since: scenes.ago(0) }],
    };
    stage.put(entryOf("10.20.0.14", { status: blocked }));
    stage.put(entryOf("10.20.90.1", { status: { phase: "Verifying" }, created: scenes.ago(0) }));
    const slot = page.locator(".slot").first();
    await slot.getByText("Moving").waitFor();
    await slot.getByText("10.20.90.1").waitFor();
    assert.match(await page.locator(".headline").innerText(), /1 group moves to a fresh address/);
    await reader.look("a-move");
    stage.put(entryOf("10.20.90.1", { spec: { ordinal: 2 }, created: scenes.ago(0) }));
    await slot.getByText("Served").waitFor();
    assert.equal(
      await page.evaluate(`globalThis.whole === document.querySelector(".panel")`),
      true,
    );
  });

  test("a change of one fleet among a thousand touches no other row", async () => {
    const { page } = reader;
    await reader.open(stage.urlFor(adminToken));
    await page.evaluate(`
      globalThis.touched = new Set();
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const element = target.nodeType === 1 ? target : target.parentElement;
          touched.add(element?.closest(".option")?.id ?? "");
        }
      }).observe(document.querySelector(".list"), { subtree: true, childList: true, characterData: true, attributes: true });
    `);
    const name = await page.locator(".option").first().getAttribute("id");
    assert.equal(name, "fleet-team-0-in-group-0000");
    const message = "something else is wrong now";
    const row = scenes.slotRow(0, { message });
    stage.put(
      scenes.fleet({
        name: "group-0000",
        namespace: "team-0",
        status: { slots: [row, scenes.slotRow(1)] },
      }),
    );
    await page.locator(".option").first().getByText(message).waitFor();
    const touched = await page.evaluate<string[]>(`[...touched]`);
    assert.deepEqual(touched, [name]);
  });

  test("only the rows that can be seen are in the document", async () => {
    const { page } = reader;
    await reader.open(stage.urlFor(adminToken));
    const option = page.locator(".option");
    assert.ok((await option.count()) < 40);
    assert.equal(await option.first().getAttribute("aria-setsize"), "1000");
    await page.locator(".list").press("End");
    await page.locator(".option[aria-posinset='1000']").waitFor();
    assert.ok((await option.count()) < 40);
  });

  test("a fleet that is gone is said to be, and its row goes", async () => {
    const { page } = reader;
    await reader.open(stage.urlFor(adminToken));
    await reader.choose("group-0000");
    stage.remove(scenes.fleet({ name: "group-0000", namespace: "team-0" }));
    await page.getByText("This fleet is gone").waitFor();
    await page.getByText("999 of 999 fleets").waitFor();
  });

  test("whoever hears nothing of the cluster says so", async () => {
    stage.isCurrent = false;
    await reader.open(stage.urlFor(adminToken));
    await reader.page
      .getByRole("alert")
      .getByText(/may be old/)
      .waitFor();
  });
});

test(
  "a page whose connection is cut comes back by itself, and misses nothing",
  { skip: withoutChromium },
  async () => {
    const browser = await startChromium();
    const limits = { ...usualDashboardLimits, lifeMs: millis(2500) };
    const stage = await StagedDashboard.start(scenes.healthy, { limits });
    const reader = await Reader.arrive(browser, stage.origin);
    let streams = 0;
    const wholes: boolean[] = [];
    reader.page.on("request", (request) => {
      if (!request.url().endsWith("/api/stream")) return;
      streams++;
      wholes.push(request.headers()["last-event-id"] === undefined);
    });
    await reader.open(stage.urlFor(adminToken));
    for (let turn = 1; turn <= 2; turn++) {
      const message = `turn ${turn}`;
      await waitFor("another connection", async () => streams > turn);
      const slots = [scenes.slotRow(0, { message }), scenes.slotRow(1)];
      const conditions = [scenes.condition("Leaking True SlotLeaks", message)];
      stage.put(scenes.fleet({ status: { slots, conditions } }));
      await reader.page.locator(".option").first().getByText(message).waitFor();
    }
    assert.deepEqual(wholes.slice(0, 3), [true, false, false]);
    await reader.leave();
    await stage.stop();
    await browser.close();
  },
);
