import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pageTexts } from "../../../src/share/languages/all.ts";
import { type PageLanguage, pageLanguages } from "../../../src/share/page-view.ts";

const folder = join(import.meta.dirname, "../../../src/share/languages");

/** In what letters a language is written. */
const scripts: Readonly<Record<PageLanguage, RegExp>> = {
  en: /\p{Script=Latin}/u,
  fa: /\p{Script=Arabic}/u,
  ar: /\p{Script=Arabic}/u,
  ru: /\p{Script=Cyrillic}/u,
  "zh-Hans": /\p{Script=Han}/u,
  my: /\p{Script=Myanmar}/u,
  es: /\p{Script=Latin}/u,
  fr: /\p{Script=Latin}/u,
  pt: /\p{Script=Latin}/u,
  tr: /\p{Script=Latin}/u,
};

const textsOf = (language: PageLanguage): [string, string][] =>
  Object.entries(pageTexts[language]).flatMap(([key, text]): [string, string][] => {
    const list: readonly string[] = typeof text === "string" ? [text] : text;
    return list.map((each, index) => [`${key} ${index}`, each]);
  });

test("each language has a file of its own, and each file a language", () => {
  const files = readdirSync(folder).filter((name) => name !== "all.ts");
  assert.deepEqual(new Set(files), new Set(pageLanguages.map((language) => `${language}.ts`)));
});

for (const language of pageLanguages)
  describe(`what pages say in ${language}`, () => {
    const english = new Map(textsOf("en"));
    const own = textsOf(language);

    test("is as much as in English, and nothing of it is empty", () => {
      assert.deepEqual(
        own.map(([key]) => key),
        [...english.keys()],
      );
      for (const [key, text] of own) assert.ok(text.trim() === text && text !== "", key);
    });

    test("is written in its own letters", () => {
      for (const [key, text] of own)
        if (key !== "direction 0") assert.match(text, scripts[language], key);
    });

    test("was translated, but for words that are the same", () => {
      if (language === "en") return;
      const same = own.filter(([key, text]) => english.get(key) === text).map(([key]) => key);
      const maySame = ["direction 0", "menu 2"];
      assert.deepEqual(
        same.filter((key) => !maySame.includes(key)),
        [],
      );
    });

    test("has the time once, and no markup", () => {
      for (const [key, text] of own) {
        assert.equal(text.split("{time}").length - 1, key === "changed 0" ? 1 : 0, key);
        assert.ok(!/[<>&"]/.test(text), key);
      }
    });

    test("gives away neither what made the page nor what it is against", () =>
      own.forEach(([key, text]) =>
        assert.doesNotMatch(text, /proxyfleet|kubernetes|censor|vpn|block/i, key),
      ));

    test("runs in the direction of its letters", () => {
      const expected = ["fa", "ar"].includes(language) ? "rtl" : "ltr";
      assert.equal(pageTexts[language].direction, expected);
    });
  });
