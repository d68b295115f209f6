import type { PageTexts } from "../page-texts.ts";
import type { PageLanguage } from "../page-view.ts";
import { ar } from "./ar.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fa } from "./fa.ts";
import { fr } from "./fr.ts";
import { my } from "./my.ts";
import { pt } from "./pt.ts";
import { ru } from "./ru.ts";
import { tr } from "./tr.ts";
import { simplifiedChinese } from "./zh-Hans.ts";

/** What pages say, by language. A language without a text does not compile. */
export const pageTexts: Readonly<Record<PageLanguage, PageTexts>> = {
  en,
  fa,
  ar,
  ru,
  "zh-Hans": simplifiedChinese,
  my,
  es,
  fr,
  pt,
  tr,
};
