import type { PageLanguage } from "../../../../src/share/page-view.ts";

/** A share page as somebody serves it: what the browser is led to. */
export interface PageStage {
  /** Scheme, host and port: a page may ask nobody else. */
  readonly origin: string;
  /** Where a language is found; on paper or on the screen. */
  readonly url: (language: PageLanguage, variant: "screen" | "print") => string;
  /** The page that people keep: in the language that their browser asks for, or their audience's. */
  readonly kept: string;
  /** What the code and the button must give now. */
  readonly link: () => Promise<string>;
}
