import type { PublishedTarget } from "./slot-share.ts";

/** Languages that share pages are written in (BCP 47). */
export const pageLanguages = [
  "en",
  "fa",
  "ar",
  "ru",
  "zh-Hans",
  "my",
  "es",
  "fr",
  "pt",
  "tr",
] as const;
export type PageLanguage = (typeof pageLanguages)[number];

/** All that one share page is drawn from. The page's own path is not among it: links are relative. */
export interface PageView {
  /** Undefined while the slot has no published address: the page says so, and is worth keeping. */
  readonly published: PublishedTarget | undefined;
  readonly language: PageLanguage;
  readonly variant: "screen" | "print";
  /** The button "it does not work for me": a static page has none. */
  readonly report: "offered" | "received" | "none";
  readonly links: PageLinks;
}

/** Relative addresses: of the same page in another language, printed, and where the form goes. */
export interface PageLinks {
  readonly inLanguage: (language: PageLanguage) => string;
  readonly print: string;
  readonly report: string;
}
