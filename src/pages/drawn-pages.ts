import type { PageView } from "../share/page-view.ts";
import type { ServedPage } from "./served-page.ts";

/** About 8 MB of the largest pages. */
const mostKept = 256;

/**
 * Pages as they were drawn last, so that a page that everybody opens after a move is drawn once. A
 * page that shows something else is another object, so an old one is never given out.
 */
export class DrawnPages {
  readonly #draw: (view: PageView) => string;
  /** What was asked for last comes last. */
  readonly #kept = new Map<string, { readonly of: ServedPage; readonly html: string }>();

  constructor(draw: (view: PageView) => string) {
    this.#draw = draw;
  }

  /**
   * @param mayDraw whether there is time to draw one
   * @returns undefined where it would have to be drawn, and there is none. @throws what drawing throws
   */
  html(page: ServedPage, view: PageView, mayDraw: () => boolean): string | undefined {
    const key = [page.id, view.language, view.variant, view.report].join(" ");
    const kept = this.#kept.get(key);
    const html = kept?.of === page ? kept.html : this.#drawn(view, mayDraw);
    this.#kept.delete(key);
    if (html !== undefined) this.#kept.set(key, { of: page, html });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return html;
  }

  #drawn(view: PageView, mayDraw: () => boolean): string | undefined {
    return mayDraw() ? this.#draw(view) : undefined;
  }
}
