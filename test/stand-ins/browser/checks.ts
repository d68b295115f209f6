import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Asserts that axe's rules, its advice included, find nothing. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
  assert.deepEqual(found, []);
}

/** Asserts that nobody has to push the page sideways to read it. */
export async function assertFits(page: Page): Promise<void> {
  const widths = "({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]";
  const [scrollWidth = 0, clientWidth = 0] = await page.evaluate<number[]>(
    `(${widths})(document.documentElement)`,
  );
  assert.ok(scrollWidth <= clientWidth, `${scrollWidth} pixels on ${clientWidth}`);
}
