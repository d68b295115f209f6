import { chosenLanguage } from "./chosen-language.ts";
import { renderPage } from "./page.ts";
import type { PageMaker } from "./static-page.ts";

/** Draws the pages that the operator serves, too. */
export const pageMaker: PageMaker = {
  renderPage,
  languageFor: (countries) => chosenLanguage({ countries }),
};
