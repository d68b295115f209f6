import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type ChooseLanguage,
  type PageRequest,
  type Reading,
  readRequest,
} from "../../../src/pages/page-request.ts";
import type { ServedPage } from "../../../src/pages/served-page.ts";
import type { PageView } from "../../../src/share/page-view.ts";
import { pageOf, pagePath } from "../../objects/served-page.ts";

const page = pageOf();
const edition = (page.share.published?.since ?? 0).toString(36);
const chooseLanguage: ChooseLanguage = ({ asked, acceptLanguage }) =>
  asked === "fa" || acceptLanguage === "fa" ? "fa" : "en";

function reading(request: Partial<PageRequest>, shown: ServedPage = page): Reading {
  const find = (path: string) => (path === `/${pagePath}` ? shown : undefined);
  const whole = { method: "GET", url: `/${pagePath}`, acceptLanguage: undefined, ...request };
  return readRequest(whole, { find, chooseLanguage });
}

function view(request: Partial<PageRequest>, shown?: ServedPage): PageView {
  const read = reading(request, shown);
  assert.ok(read.kind === "Page");
  return read.view;
}

describe("a request for a page", () => {
  const shown: Record<string, { request: Partial<PageRequest>; expect: Partial<PageView> }> = {
    "gets the slot's present target": {
      request: {},
      expect: { published: page.share.published, variant: "screen", report: "offered" },
    },
    "comes in the browser's language": {
      request: { acceptLanguage: "fa" },
      expect: { language: "fa" },
    },
    "comes in the language that is asked for": {
      request: { url: `/${pagePath}?l=fa` },
      expect: { language: "fa" },
    },
    "is printed without a button": {
      request: { url: `/${pagePath}?l=fa&print=1` },
      expect: { language: "fa", variant: "print", report: "none" },
    },
    "may have parameters that an app added": {
      request: { url: `/${pagePath}?fbclid=x&l=fa` },
      expect: { language: "fa", report: "offered" },
    },
    "may end in a question mark": {
      request: { url: `/${pagePath}?` },
      expect: { language: "en", report: "offered" },
    },
    "by its button is answered as received": {
      request: { method: "POST", url: `/${pagePath}?l=fa&v=${edition}` },
      expect: { language: "fa", report: "received" },
    },
    "by a button from before a move gets the present page": {
      request: { method: "POST", url: `/${pagePath}?l=fa&v=1` },
      expect: { report: "offered" },
    },
  };
  for (const [name, { request, expect }] of Object.entries(shown))
    test(name, () => {
      const seen = view(request);
      assert.deepEqual({ ...seen, ...expect }, seen);
    });

  const presses: Record<string, { request: Partial<PageRequest>; expect: boolean }> = {
    "a press counts": {
      request: { method: "POST", url: `/${pagePath}?v=${edition}` },
      expect: true,
    },
    "one of an older page does not": {
      request: { method: "POST", url: `/${pagePath}?v=1` },
      expect: false,
    },
    "one that says nothing of its page does not": { request: { method: "POST" }, expect: false },
    "looking at a page does not": { request: { url: `/${pagePath}?v=${edition}` }, expect: false },
    "neither does a HEAD": {
      request: { method: "HEAD", url: `/${pagePath}?v=${edition}` },
      expect: false,
    },
  };
  for (const [name, { request, expect }] of Object.entries(presses))
    test(name, () => {
      const read = reading(request);
      assert.equal(read.kind === "Page" && read.isPress, expect);
    });

  test("a page without an address, or for a fleet that hears nobody, has no button", () => {
    assert.equal(view({}, { ...page, reported: undefined }).report, "none");
    const pressed = { method: "POST", url: `/${pagePath}?v=${edition}` };
    const read = reading(pressed, { ...page, reported: undefined });
    assert.ok(read.kind === "Page" && !read.isPress && read.view.report === "none");
  });

  test("links stay on the page, and name neither path nor host", () => {
    const { links } = view({ url: `/${pagePath}?l=fa&print=1` });
    assert.deepEqual(
      [links.inLanguage("ar"), links.print, links.report],
      ["?l=ar&print=1", "?l=fa&print=1", `?l=fa&v=${edition}`],
    );
  });
});

describe("nothing is answered", () => {
  const strange: Record<string, Partial<PageRequest>> = {
    "to another path": { url: "/somethingelse" },
    "to no path": { url: undefined },
    "to the root": { url: "/" },
    "to a part of the path": { url: `/${pagePath.slice(0, -1)}` },
    "to more than the path": { url: `/${pagePath}a` },
    "to two trailing slashes": { url: `/${pagePath}//` },
    "to two slashes": { url: `//${pagePath}` },
    "to dots": { url: `/./${pagePath}` },
    "to dots that lead back": { url: `/x/../${pagePath}` },
    "to an encoded dot": { url: `/%2e/${pagePath}` },
    "to an encoded letter": { url: `/%61${pagePath.slice(1)}` },
    "to capital letters": { url: `/${pagePath.toUpperCase()}` },
    "to an encoded null byte": { url: `/${pagePath}%00` },
    "to a null byte": { url: `/${pagePath}\0` },
    "to a semicolon": { url: `/${pagePath};a=b` },
    "to a fragment": { url: `/${pagePath}#x` },
    "to a backslash": { url: `\\${pagePath}` },
    "to a whole URL": { url: `http://x/${pagePath}` },
    "to a path without its slash": { url: pagePath },
    "to a path in the query": { url: `/?/${pagePath}` },
    "to a deletion": { method: "DELETE" },
    "to OPTIONS": { method: "OPTIONS" },
    "to a method that nobody knows": { method: "BREW" },
    "to a method in small letters": { method: "get" },
    "to no method": { method: undefined },
  };
  for (const [name, request] of Object.entries(strange))
    test(name, () => assert.deepEqual(reading(request), { kind: "Nothing" }));

  test("after the same look as for a page: one, at the path as it came", () => {
    for (const url of [`/${pagePath}?l=fa`, "/wrong?l=fa", "", "http://x"]) {
      const looked: string[] = [];
      const find = (path: string) => void looked.push(path);
      readRequest({ method: "DELETE", url, acceptLanguage: undefined }, { find, chooseLanguage });
      assert.deepEqual(looked, [url.split("?")[0]]);
    }
  });
});

test("what a client says of languages is cut before anything is made of it", () => {
  let given: readonly (number | undefined)[] = [];
  const choose: ChooseLanguage = ({ asked, acceptLanguage }) => {
    given = [asked?.length, acceptLanguage?.length];
    return "en";
  };
  const url = `/${pagePath}?l=${"x".repeat(8000)}`;
  readRequest(
    { method: "GET", url, acceptLanguage: "x".repeat(8000) },
    { find: () => page, chooseLanguage: choose },
  );
  assert.deepEqual(given, [16, 512]);
});
