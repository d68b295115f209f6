import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type LanguageHints, chosenLanguage } from "../../../src/share/chosen-language.ts";
import { type PageLanguage, pageLanguages } from "../../../src/share/page-view.ts";

describe("the language of a page", () => {
  const cases: Record<string, { given: Partial<LanguageHints>; expect: PageLanguage }> = {
    "is what the person chose, whatever the browser says": {
      given: { asked: "my", acceptLanguage: "fa", countries: ["RU"] },
      expect: "my",
    },
    "may be chosen in capitals": { given: { asked: "ZH-HANS" }, expect: "zh-Hans" },
    "is not one that nobody wrote": { given: { asked: "de", acceptLanguage: "fr" }, expect: "fr" },
    "is what the browser likes best, and not what it names first": {
      given: { acceptLanguage: "en;q=0.3, fa-IR;q=0.9, tr;q=0.8" },
      expect: "fa",
    },
    "is the next one that the browser takes where the first one is missing": {
      given: { acceptLanguage: "ku, tr;q=0.5" },
      expect: "tr",
    },
    "is the browser's and not the country's": {
      given: { acceptLanguage: "en-GB,en;q=0.9", countries: ["IR"] },
      expect: "en",
    },
    "is not one that the browser refuses": {
      given: { acceptLanguage: "fr;q=0, es;q=0.1" },
      expect: "es",
    },
    "is simplified Chinese for zh-CN": { given: { acceptLanguage: "zh-CN" }, expect: "zh-Hans" },
    "is simplified Chinese for zh": { given: { acceptLanguage: "zh" }, expect: "zh-Hans" },
    "is simplified Chinese for zh-Hans-CN": {
      given: { acceptLanguage: "zh-Hans-CN" },
      expect: "zh-Hans",
    },
    "is Portuguese for Brazil's": { given: { acceptLanguage: "pt-BR" }, expect: "pt" },
    "is the country's for a browser that takes any": {
      given: { acceptLanguage: "*", countries: ["MM"] },
      expect: "my",
    },
    "is the country's for a browser that names none": {
      given: { countries: ["IR"] },
      expect: "fa",
    },
    "is the country's for a browser that names none that there is": {
      given: { acceptLanguage: "ps, ur;q=0.5", countries: ["AF"] },
      expect: "fa",
    },
    "is the country's for a browser that talks nonsense": {
      given: { acceptLanguage: ";;q=x,,=,ümläut", countries: ["TR"] },
      expect: "tr",
    },
    "is that of the first country that has one": {
      given: { countries: ["KP", "CN", "RU"] },
      expect: "zh-Hans",
    },
    "is what people of a country read beside their own": {
      given: { countries: ["UZ"] },
      expect: "ru",
    },
    "is English where nothing else is known": { given: {}, expect: "en" },
    "is English where the country's is missing": { given: { countries: ["KP"] }, expect: "en" },
    "is English where the country is none": { given: { countries: ["", "x-x"] }, expect: "en" },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(chosenLanguage({ countries: [], ...given }), expect));

  test("is one of ours, whatever a stranger sends", () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(fc.string()), (asked, accept, countries) => {
        const chosen = chosenLanguage({ asked, acceptLanguage: accept, countries });
        assert.ok(pageLanguages.includes(chosen));
      }),
    ));
});
