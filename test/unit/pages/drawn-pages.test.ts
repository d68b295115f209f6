import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DrawnPages } from "../../../src/pages/drawn-pages.ts";
import { readRequest } from "../../../src/pages/page-request.ts";
import type { ServedPage } from "../../../src/pages/served-page.ts";
import type { PageLanguage, PageView } from "../../../src/share/page-view.ts";
import { pageOf } from "../../objects/served-page.ts";

function viewOf(page: ServedPage, language: PageLanguage = "en"): PageView {
  const request = { method: "GET", url: `/${page.share.path}`, acceptLanguage: undefined };
  const library = { find: () => page, chooseLanguage: () => language };
  const read = readRequest(request, library);
  assert.ok(read.kind === "Page");
  return read.view;
}

function drawing() {
  const drawn: PageView[] = [];
  const pages = new DrawnPages((view) => {
    drawn.push(view);
    return `${view.language} ${view.published?.host}`;
  });
  return { drawn, pages };
}

const yes = () => true;

describe("pages that were drawn", () => {
  test("are given out again, each in its language", () => {
    const { drawn, pages } = drawing();
    const page = pageOf();
    for (const language of ["en", "fa", "en", "fa"] as const)
      assert.equal(pages.html(page, viewOf(page, language), yes), `${language} 203.0.113.9`);
    assert.equal(drawn.length, 2);
  });

  test("never show an address that the page no longer has", () => {
    const { pages } = drawing();
    const [before, after] = [pageOf(), pageOf()];
    const published = { ...after.share.published!, host: "203.0.113.44" };
    const moved = { ...after, share: { ...after.share, published } };
    pages.html(before, viewOf(before), yes);
    assert.equal(pages.html(moved, viewOf(moved), yes), "en 203.0.113.44");
  });

  test("are there while there is no time to draw; others are not", () => {
    const { pages } = drawing();
    const page = pageOf();
    const no = () => false;
    assert.equal(pages.html(page, viewOf(page), no), undefined);
    pages.html(page, viewOf(page), yes);
    assert.equal(pages.html(page, viewOf(page), no), "en 203.0.113.9");
    assert.equal(pages.html(page, viewOf(page, "fa"), no), undefined);
  });

  test("are forgotten when there are too many, the one that was used last at last", () => {
    const { drawn, pages } = drawing();
    const page = pageOf();
    for (let index = 0; index < 1000; index++) {
      const other = { ...pageOf(), id: String(index) };
      pages.html(other, viewOf(other), yes);
      pages.html(page, viewOf(page), yes);
    }
    assert.equal(drawn.length, 1001);
    const first = { ...pageOf(), id: "0" };
    pages.html(first, viewOf(first), yes);
    assert.equal(drawn.length, 1002);
  });
});
