// How soon the dashboard shows fleets of two slots in Chromium, and how soon it shows a change of one of them. The page, its server and the
// browser are real; the cluster's objects are in the server's caches already, as they are in an operator that runs.
//   dashboard.ts [TURNS]      default: 10 of each
import type { Browser, Page } from "playwright-core";
import { startChromium } from "../test/stand-ins/browser/chromium.ts";
import * as scenes from "../test/stand-ins/dashboard/scenes.ts";
import { StagedDashboard, adminToken } from "../test/stand-ins/dashboard/staged-dashboard.ts";
import { markdownTable } from "../tooling/markdown-table.ts";
import { quantile } from "./quantile.ts";

const turns = Number(process.argv[2] ?? 10);

/** Milliseconds, each turn's. */
interface Times {
  readonly picture: readonly number[];
  readonly update: readonly number[];
  /** Of the stream, until the first picture is whole. */
  readonly bytes: number;
}

async function measure(browser: Browser, count: number): Promise<Times> {
  const stage = await StagedDashboard.start(scenes.many(count));
  const [picture, update]: [number[], number[]] = [[], []];
  // The first page waits until the server has looked at all fleets once, as it does after its start.
  await firstPicture(browser, stage);
  for (let turn = 0; turn < turns; turn++) {
    const opened = await firstPicture(browser, stage);
    picture.push(opened.ms);
    update.push(await changeOfOne(opened.page, stage, `turn ${turn}`));
    await opened.page.context().close();
  }
  const bytes = await boardSize(stage);
  await stage.stop();
  return { picture, update, bytes };
}

async function firstPicture(browser: Browser, stage: StagedDashboard) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(stage.urlFor(adminToken));
  await page.locator(".option").first().waitFor();
  return { page, ms: performance.now() - began };
}

/** What changes waits for the next round of the server: up to a second of this is that wait. */
async function changeOfOne(page: Page, stage: StagedDashboard, message: string): Promise<number> {
  const slots = [scenes.slotRow(0, { message }), scenes.slotRow(1)];
  const began = performance.now();
  stage.put(scenes.fleet({ name: "group-0000", namespace: "team-0", status: { slots } }));
  await page.locator(".option").first().getByText(message).waitFor();
  return performance.now() - began;
}

async function boardSize({ origin }: StagedDashboard): Promise<number> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const { body } = await fetch(`${origin}/api/stream`, { headers });
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (Buffer.from(piece).includes("event: sessions")) return bytes;
  }
  return bytes;
}

const browser = await startChromium();
const rows = [["fleets", "first picture, p50", "p95", "update, p50", "p95", "whole board"]];
for (const count of [100, 1_000]) {
  const { picture, update, bytes } = await measure(browser, count);
  const ms = (times: readonly number[], share: number) =>
    `${Math.round(
      quantile(
        times.toSorted((a, b) => a - b),
        share,
      ),
    )} ms`;
  rows.push([
    String(count),
    ms(picture, 0.5),
    ms(picture, 0.95),
    ms(update, 0.5),
    ms(update, 0.95),
    `${Math.round(bytes / 1_000)} kB`,
  ]);
}
console.log(markdownTable(rows));
await browser.close();
