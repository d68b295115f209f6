import { type PageLanguage, type PageLinks, type PageView, pageLanguages } from "./page-view.ts";
import type { SharedSlot } from "./shared-slots.ts";

/** What draws a share page, and knows which language comes first. */
export interface PageMaker {
  readonly renderPage: (view: PageView) => string;
  /** The language of an audience, where no browser asks for one. */
  readonly languageFor: (countries: readonly string[]) => PageLanguage;
}

/** The files of one page, by name: HTML. */
export type PageFiles = ReadonlyMap<string, string>;

/** The page that a web server gives where only the folder is asked for. */
export const indexFile = "index.html";

const screenFile = (language: PageLanguage) => `${language}.html`;
const printFile = (language: PageLanguage) => `print-${language}.html`;

/**
 * A slot's share page as files for a web server that runs no program: in each language, on the
 * screen and printed, and `index.html` in the audience's language. Nobody can press a button there.
 */
export function staticPage(
  { published, countries }: Pick<SharedSlot, "published" | "countries">,
  { renderPage, languageFor }: PageMaker,
): PageFiles {
  const draw = (language: PageLanguage, variant: PageView["variant"]) =>
    renderPage({ published, language, variant, report: "none", links: linksIn(language) });
  return new Map([
    [indexFile, draw(languageFor(countries), "screen")],
    ...pageLanguages.flatMap((language): [string, string][] => [
      [screenFile(language), draw(language, "screen")],
      [printFile(language), draw(language, "print")],
    ]),
  ]);
}

/** Relative, so that the pages work under any address. */
function linksIn(language: PageLanguage): PageLinks {
  return { inLanguage: screenFile, print: printFile(language), report: "" };
}
