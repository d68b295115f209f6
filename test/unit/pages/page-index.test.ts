import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { PageIndex, pageId } from "../../../src/pages/io/page-index.ts";
import type { ServedPage } from "../../../src/pages/served-page.ts";
import { pageOf } from "../../objects/served-page.ts";

/** Fleets whose paths are what a test says, and an index of them. */
function indexed(given: Record<string, readonly string[]> = {}) {
  const paths = new Map(Object.entries(given));
  const looked: string[] = [];
  const failures: unknown[] = [];
  const index = new PageIndex({
    fleets: () => [...paths.keys()],
    pagesOf: (fleet) => {
      looked.push(fleet);
      return (paths.get(fleet) ?? []).map((path) => pageOf({ path, seat: seatOf(fleet) }));
    },
    failed: (error) => failures.push(error),
  });
  return { index, paths, looked, failures };
}

const seatOf = (fleet: string) => ({ namespace: "proxies", fleet, slot: 0 });
const fleetAt = (index: PageIndex, path: string) => index.find(`/${path}`)?.share.seat.fleet;

describe("the index of pages", () => {
  test("finds each page by its path, and by its hash", () => {
    const { index } = indexed({ family: ["a", "b"], relief: ["c"] });
    assert.deepEqual(
      ["a", "b", "c", "d", ""].map((path) => fleetAt(index, path)),
      ["family", "family", "relief", undefined, undefined],
    );
    assert.equal(index.get(pageId("/c"))?.share.path, "c");
  });

  test("does not find what is no path of its own, such as a hash", () => {
    const { index } = indexed({ family: ["a"] });
    assert.deepEqual(
      ["a", "//a", "/a/", `/${pageId("/a")}`, pageId("/a")].map((path) => index.find(path)),
      Array.from({ length: 5 }, () => undefined),
    );
  });

  test("forgets a fleet that is gone, and a path that was renewed, with the next request", () => {
    const { index, paths } = indexed({ family: ["a"], relief: ["c"] });
    assert.equal(fleetAt(index, "a"), "family");
    paths.set("family", ["b"]);
    index.changed("family");
    assert.equal(fleetAt(index, "a"), undefined);
    assert.equal(fleetAt(index, "b"), "family");
    paths.delete("family");
    index.changed("family");
    assert.equal(fleetAt(index, "b"), undefined);
    assert.equal(fleetAt(index, "c"), "relief");
  });

  test("looks at a thousand fleets once, and then only at those that change", () => {
    const names = Array.from({ length: 1000 }, (_, at) => `fleet-${at}`);
    const { index, looked } = indexed(
      Object.fromEntries(names.map((name) => [name, [`${name}-a`, `${name}-b`]])),
    );
    for (let request = 0; request < 100; request++) index.find("/guess");
    assert.equal(looked.length, 1000);
    for (let change = 0; change < 50; change++) index.changed("fleet-7");
    for (let request = 0; request < 100; request++) index.find("/guess");
    assert.deepEqual(looked.slice(1000), ["fleet-7"]);
    index.changedAll();
    index.find("/guess");
    assert.equal(looked.length, 2001);
  });

  test("keeps the page as it was where nothing of it changed", () => {
    const { index } = indexed({ family: ["a"] });
    const before = index.find("/a");
    index.changed("family");
    assert.equal(index.find("/a"), before);
  });

  test("one fleet that can't be read has no pages, and the others have theirs", () => {
    const failures: unknown[] = [];
    const pagesOf = (fleet: string): readonly ServedPage[] => {
      if (fleet === "odd") throw new Error("no");
      return [pageOf({ path: fleet })];
    };
    const index = new PageIndex({
      fleets: () => ["odd", "family"],
      pagesOf,
      failed: (error) => failures.push(error),
    });
    assert.ok(index.find("/family"));
    assert.equal(index.find("/odd"), undefined);
    assert.equal(failures.length, 1);
  });

  test("after whatever happened it finds exactly the pages that there are", () => {
    const fleets = ["a", "b", "c"];
    const change = fc.record({
      fleet: fc.constantFrom(...fleets),
      slots: fc.uniqueArray(fc.integer({ min: 0, max: 3 })),
      asks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const { index, paths } = indexed();
        const pathsOf = (fleet: string) => [0, 1, 2, 3].map((slot) => `${fleet}${slot}`);
        const holds = () => {
          for (const fleet of fleets)
            for (const path of pathsOf(fleet))
              assert.equal(
                fleetAt(index, path) === fleet,
                paths.get(fleet)?.includes(path) ?? false,
              );
        };
        for (const { fleet, slots, asks } of changes) {
          if (slots.length === 0) paths.delete(fleet);
          else
            paths.set(
              fleet,
              slots.map((slot) => `${fleet}${slot}`),
            );
          index.changed(fleet);
          if (asks) holds();
        }
        holds();
      }),
    );
  });
});
