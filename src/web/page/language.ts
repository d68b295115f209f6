import { type Texts, en } from "./texts/en.ts";
import { fa } from "./texts/fa.ts";

/** A language of the page. */
export interface Language {
  readonly code: string;
  readonly name: string;
  readonly direction: "ltr" | "rtl";
  readonly texts: Texts;
}

const english: Language = { code: "en", name: "English", direction: "ltr", texts: en };
const persian: Language = { code: "fa", name: "فارسی", direction: "rtl", texts: fa };

/** All that the page speaks. */
export const languages: readonly Language[] = [english, persian];

/** The one of this code; English where there is none. */
export function languageOf(code: string): Language {
  return languages.find((each) => each.code === code) ?? english;
}

/** The first of the wished languages (BCP 47) that the page speaks. */
export function chosenLanguage(wished: readonly string[]): Language {
  const codes = wished.map((tag) => tag.split("-", 1)[0]?.toLowerCase());
  const known = codes.flatMap((code) => languages.find((each) => each.code === code) ?? []);
  return known[0] ?? english;
}
