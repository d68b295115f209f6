import Negotiator from "negotiator";
import { type PageLanguage, pageLanguages } from "./page-view.ts";

/** What is known of the language that somebody reads. */
export interface LanguageHints {
  /** What the person chose by the page's switch, as it came. */
  readonly asked?: string | undefined;
  /** The browser's header, as it came. */
  readonly acceptLanguage?: string | undefined;
  /** ISO 3166-1 alpha-2: for whom the page is. */
  readonly countries: readonly string[];
}

/**
 * The language of a page: what the person chose; otherwise the one that the browser likes best
 * (RFC 9110 §12.5.4), otherwise that of the audience's first country that has one, otherwise
 * English. What can't be read is no wish.
 */
export function chosenLanguage({ asked, acceptLanguage, countries }: LanguageHints): PageLanguage {
  return known(asked) ?? ofBrowser(acceptLanguage) ?? ofCountries(countries) ?? "en";
}

function known(tag: string | undefined): PageLanguage | undefined {
  return pageLanguages.find((language) => language.toLowerCase() === tag?.toLowerCase());
}

/** Browsers ask for `zh-CN`, and name no script: whoever asks for any Chinese gets ours. */
const offered: ReadonlyMap<string, PageLanguage> = new Map(
  pageLanguages.map((language) => [primary(language), language]),
);

function ofBrowser(acceptLanguage: string | undefined): PageLanguage | undefined {
  if (acceptLanguage === undefined) return undefined;
  // Whoever takes any language says nothing: what the audience reads is better then.
  const wishes = acceptLanguage.split(",").filter((wish) => !wish.trim().startsWith("*"));
  const negotiator = new Negotiator({ headers: { "accept-language": wishes.join(",") } });
  const [best] = negotiator.languages([...offered.keys()]);
  return best === undefined ? undefined : offered.get(best);
}

/**
 * What people read beside a language that pages don't have: it was the language of their schools or
 * offices.
 */
const readToo: Readonly<Record<string, PageLanguage>> = {
  hy: "ru",
  ky: "ru",
  tg: "ru",
  tk: "ru",
  uz: "ru",
  bm: "fr",
  ht: "fr",
  mg: "fr",
  rn: "fr",
  wo: "fr",
};

function ofCountries(countries: readonly string[]): PageLanguage | undefined {
  for (const country of countries) {
    const language = spokenIn(country);
    const found = offered.get(language) ?? readToo[language];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The language that most people of a country use: CLDR's likely subtags, which Node brings. */
function spokenIn(country: string): string {
  return /^[A-Z]{2}$/.test(country) ? primary(new Intl.Locale(`und-${country}`).maximize()) : "";
}

function primary(tag: string | Intl.Locale): string {
  return new Intl.Locale(tag).language;
}
