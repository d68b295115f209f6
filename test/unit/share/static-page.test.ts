import assert from "node:assert/strict";
import { test } from "node:test";
import { type PageView, pageLanguages } from "../../../src/share/page-view.ts";
import { staticPage } from "../../../src/share/static-page.ts";
import { instant } from "../../../src/values/time.ts";

const published = {
  host: "203.0.113.9",
  chatPort: 443,
  mediaPort: 587,
  chatTls: true,
  since: instant(0),
};

/** Draws what it is asked for as text. */
const renderPage = ({ language, variant, report, links, published: target }: PageView) =>
  JSON.stringify([
    language,
    variant,
    report,
    target?.host,
    links.print,
    links.inLanguage("fa"),
    links.report,
  ]);
const maker = { renderPage, languageFor: ([country]: readonly string[]) => languageOf(country) };
const languageOf = (country: string | undefined) => (country === "IR" ? "fa" : "en");

test("a page has one file for each language and variant, and the audience's language first", () => {
  const files = staticPage({ published, countries: ["IR"] }, maker);
  const names = pageLanguages.flatMap((one) => [`${one}.html`, `print-${one}.html`]);
  assert.deepEqual([...files.keys()].toSorted(), ["index.html", ...names].toSorted());
  assert.equal(files.get("index.html"), files.get("fa.html"));
});

test("its links are relative, and it has no button that nobody would answer", () => {
  const files = staticPage({ published, countries: [] }, maker);
  assert.deepEqual(JSON.parse(files.get("ru.html") ?? ""), [
    "ru",
    "screen",
    "none",
    "203.0.113.9",
    "print-ru.html",
    "fa.html",
    "",
  ]);
  assert.equal(
    files.get("print-my.html"),
    '["my","print","none","203.0.113.9","print-my.html","fa.html",""]',
  );
});

test("a slot without an address keeps its page", () => {
  const files = staticPage({ published: undefined, countries: [] }, maker);
  assert.deepEqual(JSON.parse(files.get("index.html") ?? "")[3], null);
});
