import { createHash } from "node:crypto";
import type { ServedPage } from "../served-page.ts";

/** What pages are of a fleet, by its key `namespace/name`. */
export interface IndexedFleets {
  readonly fleets: () => readonly string[];
  /** None for a fleet that is gone or going, or has no pages. */
  readonly pagesOf: (fleet: string) => readonly ServedPage[];
  /** Takes what `pagesOf` throws: the fleet has no pages then, and the others have theirs. */
  readonly failed: (error: unknown) => void;
}

/** What stands for a page's path wherever it is remembered. @param path as in the URL, with `/` */
export function pageId(path: string): string {
  return createHash("sha256").update(path).digest("hex");
}

/**
 * Finds pages by their paths. What it compares are hashes, so that no time says how much of a path
 * was right, and each request costs one of them. Only fleets that changed are looked at again, before
 * the next request is answered.
 */
export class PageIndex {
  readonly #source: IndexedFleets;
  readonly #pages = new Map<string, ServedPage>();
  readonly #ofFleet = new Map<string, readonly ServedPage[]>();
  readonly #stale = new Set<string>();

  constructor(source: IndexedFleets) {
    this.#source = source;
    this.changedAll();
  }

  /** Something changed that the pages of this fleet are made of. */
  changed(fleet: string): void {
    this.#stale.add(fleet);
  }

  /** Something changed that all pages are made of, such as the key. */
  changedAll(): void {
    for (const fleet of [...this.#source.fleets(), ...this.#ofFleet.keys()]) this.changed(fleet);
  }

  /** The page of a path as it came in a request. */
  find(path: string): ServedPage | undefined {
    return this.get(pageId(path));
  }

  get(id: string): ServedPage | undefined {
    for (const fleet of this.#stale) this.#renew(fleet);
    return this.#pages.get(id);
  }

  #renew(fleet: string): void {
    const before = new Map((this.#ofFleet.get(fleet) ?? []).map((page) => [page.id, page]));
    for (const id of before.keys()) this.#pages.delete(id);
    this.#ofFleet.delete(fleet);
    const pages = this.#pagesOf(fleet).map((page) => sameOr(before.get(page.id), page));
    for (const page of pages) this.#pages.set(page.id, page);
    if (pages.length > 0) this.#ofFleet.set(fleet, pages);
    this.#stale.delete(fleet);
  }

  #pagesOf(fleet: string): readonly ServedPage[] {
    try {
      return this.#source.pagesOf(fleet);
    } catch (error) {
      this.#source.failed(error);
      return [];
    }
  }
}

/** A page that shows the same stays the same object, and so need not be drawn again. */
function sameOr(before: ServedPage | undefined, after: ServedPage): ServedPage {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(after) ? before : after;
}
