import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { pageTexts } from "../../../src/share/languages/all.ts";
import { shareLink, writtenHost } from "../../../src/share/link.ts";
import { renderPage } from "../../../src/share/page.ts";
import { type PageLanguage, type PageView, pageLanguages } from "../../../src/share/page-view.ts";
import { readSvg } from "./read-code.ts";
import { targets, usual } from "./targets.ts";

const english: PageView = {
  published: usual,
  language: "en",
  variant: "screen",
  report: "offered",
  links: {
    inLanguage: (language) => `?lang=${language}&from="page"`,
    print: "?print=1",
    report: "?report=1",
  },
};

const views: fc.Arbitrary<PageView> = fc.record(
  {
    published: fc.option(targets, { nil: undefined }),
    language: fc.constantFrom(...pageLanguages),
    variant: fc.constantFrom("screen", "print"),
    report: fc.constantFrom("offered", "received", "none"),
    links: fc.constant(english.links),
  },
  { noNullPrototype: true },
);

const unescaped = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");

/** The addresses that a page leads to. */
function linksOf(page: string): readonly string[] {
  return [...page.matchAll(/\s(?:href|action)="([^"]*)"/g)].map(([, to = ""]) => unescaped(to));
}

function countsOf(tags: readonly (string | undefined)[]): ReadonlyMap<string | undefined, number> {
  return new Map([...Map.groupBy(tags, (tag) => tag)].map(([tag, all]) => [tag, all.length]));
}

/** What is read where styles, pictures and markup are left out. */
function wordsOf(page: string): string {
  const body = page.slice(page.indexOf("<body>")).replaceAll(/<svg.*?<\/svg>/gs, "");
  return unescaped(body.replaceAll(/<[^>]+>/g, " ")).replaceAll(/\s+/g, " ");
}

describe("any share page", () => {
  test("leads to what is published, by its link and by its code, and says what to type", () =>
    fc.assert(
      fc.property(views, (view) => {
        const page = renderPage(view);
        const elsewhere = linksOf(page).filter((to) => to.startsWith("http"));
        const { published } = view;
        if (published === undefined) {
          assert.deepEqual([elsewhere, page.includes("<svg")], [[], false]);
          return;
        }
        const link = shareLink(published);
        assert.deepEqual(elsewhere, [link]);
        assert.equal(readSvg(page), link);
        const values = [...page.matchAll(/<bdi dir="ltr"><code>([^<]*)/g)].map(([, text]) => text);
        const { host, chatPort, mediaPort } = published;
        assert.deepEqual(values, [writtenHost(host), String(chatPort), String(mediaPort)]);
      }),
      { numRuns: 40 },
    ));

  test("has no script, asks for nothing from elsewhere, and is small", () =>
    fc.assert(
      fc.property(views, (view) => {
        const page = renderPage(view);
        assert.doesNotMatch(page, /<script|javascript:|\son\w+=|\ssrc=|@import|url\(|<iframe/i);
        const stripped = page.replaceAll("https://wa.me/proxy?", "");
        assert.doesNotMatch(stripped, /https?:|="\/\//);
        assert.ok(Buffer.byteLength(page) <= 14_000, `${Buffer.byteLength(page)} bytes`);
      }),
      { numRuns: 60 },
    ));

  test("says in its head how it is read, and that nobody may find it or learn of it", () =>
    fc.assert(
      fc.property(views, (view) => {
        const page = renderPage(view);
        const { direction, title } = pageTexts[view.language];
        assert.ok(
          page.startsWith(`<!doctype html><html lang="${view.language}" dir="${direction}"`),
        );
        assert.ok(page.includes(`<title>${title}</title>`));
        assert.match(page, /<meta name="robots" content="noindex, nofollow, noarchive">/);
        assert.match(page, /<meta name="referrer" content="no-referrer">/);
        assert.match(page, /content="default-src 'none'; /);
        assert.doesNotMatch(page, /proxyfleet|kubernetes/i);
      }),
      { numRuns: 40 },
    ));

  test("has headings without a gap, one main part, and one place of each name", () =>
    fc.assert(
      fc.property(views, (view) => {
        const page = renderPage(view);
        const levels = [...page.matchAll(/<h(\d)>/g)].map(([, level]) => level);
        assert.equal(levels.join("").replace(/^1(2)*$/, ""), "");
        assert.equal(page.split("<main>").length, 2);
        const open = [...page.matchAll(/<([a-z]+\d?)[\s>]/g)].map(([, tag]) => tag);
        const close = [...page.matchAll(/<\/([a-z]+\d?)>/g)].map(([, tag]) => tag);
        const single = new Set(["meta", "link", "br", "path"]);
        assert.deepEqual(
          countsOf(open.filter((tag) => !single.has(tag ?? ""))),
          countsOf(close.filter((tag) => tag !== "path")),
        );
      }),
      { numRuns: 40 },
    ));
});

describe("a share page without styles", () => {
  const order = (page: string, parts: readonly string[]): void => {
    const words = wordsOf(page);
    const places = parts.map((part) => words.indexOf(part));
    assert.ok(
      places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1)),
      `${places.join(" ")} in: ${words}`,
    );
  };

  for (const language of pageLanguages)
    test(`says in ${language} first what to type, then what to press and scan, and that it is worth keeping`, () => {
      const texts = pageTexts[language];
      order(renderPage({ ...english, language }), [
        texts.typeHeading,
        texts.menu.join(" › "),
        texts.host,
        "203.0.113.9",
        texts.chatPort,
        "443",
        `TLS ${texts.on}`,
        texts.mediaPort,
        "587",
        texts.button,
        texts.buttonNote,
        texts.codeHeading,
        texts.changed.split("{time}")[0]?.trim() ?? "",
        texts.keep,
        texts.report,
        texts.print,
      ]);
    });

  test("says when it changed in the reader's calendar, and in UTC", () => {
    const timeIn = (language: PageLanguage) =>
      />([^<]*)<\/time>/.exec(renderPage({ ...english, language }))?.[1];
    assert.equal(timeIn("en"), "November 23, 2026 at 12:00 UTC");
    assert.equal(timeIn("fa"), "۲ آذر ۱۴۰۵ ساعت ۱۲:۰۰ (UTC)");
    assert.match(renderPage(english), /<time datetime="2026-11-23T12:00:00Z">/);
  });

  test("names the menu in English too, where phones may be in English", () => {
    assert.match(renderPage({ ...english, language: "fa" }), /<bdi lang="en">Settings › Storage/);
    assert.doesNotMatch(renderPage(english), /<bdi lang="en">/);
  });

  test("says that TLS is off where the chat has none", () => {
    const page = renderPage({ ...english, published: { ...usual, chatTls: false } });
    assert.match(wordsOf(page), /TLS off/);
    assert.match(page, /chatTLS=false/);
  });
});

describe("a share page leads", () => {
  test("to itself in the nine other languages, each named in its own words", () => {
    const page = renderPage({ ...english, language: "ar" });
    const [, list = ""] = /<nav [^>]*><ul>(.*)<\/ul><\/nav>/s.exec(page) ?? [];
    const items = [
      ...list.matchAll(/<a href="([^"]*)" hreflang="([^"]*)" lang="([^"]*)" dir="(\w+)">([^<]*)/g),
    ];
    const expected = pageLanguages
      .filter((language) => language !== "ar")
      .map((language) => {
        const { direction, name } = pageTexts[language];
        return [`?lang=${language}&from="page"`, language, language, direction, name];
      });
    assert.deepEqual(
      items.map(([, to = "", ...rest]) => [unescaped(to), ...rest]),
      expected,
    );
  });

  test("to its printed form, which has neither a form nor links to others, and says that paper grows old", () => {
    assert.ok(linksOf(renderPage(english)).includes("?print=1"));
    const printed = renderPage({ ...english, variant: "print" });
    assert.deepEqual(linksOf(printed), ["data:,", shareLink(usual)]);
    assert.ok(wordsOf(printed).includes(pageTexts.en.printNote));
    assert.ok(!wordsOf(printed).includes(pageTexts.en.keep));
  });

  const forms: Record<string, { given: Partial<PageView>; form: boolean; thanks: boolean }> = {
    "to a report, where one is offered": { given: {}, form: true, thanks: false },
    "to no second report, and says that the first came": {
      given: { report: "received" },
      form: false,
      thanks: true,
    },
    "to no report from a file": { given: { report: "none" }, form: false, thanks: false },
    "to no report while nothing is published": {
      given: { published: undefined },
      form: false,
      thanks: false,
    },
  };
  for (const [name, { given, form, thanks }] of Object.entries(forms))
    test(name, () => {
      const page = renderPage({ ...english, ...given });
      assert.equal(page.includes('<form class="screen" method="post" action="?report=1">'), form);
      assert.equal(page.includes('<p role="status">'), thanks);
    });
});

test("while nothing is published, a page says to come back, in every language", () => {
  for (const language of pageLanguages) {
    const words = wordsOf(renderPage({ ...english, language, published: undefined }));
    const { absentHeading, absentNote, button } = pageTexts[language];
    assert.ok(words.includes(absentHeading) && words.includes(absentNote));
    assert.ok(!words.includes(button));
  }
});
