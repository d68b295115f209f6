import {
  type SecretData,
  type SharedSlot,
  type SharedSlots,
  readSharedSlots,
} from "../../share/shared-slots.ts";
import { type PageMaker, staticPage } from "../../share/static-page.ts";
import { type ExportScope, markOf, ofFleet } from "./mark.ts";
import type { Site } from "./site.ts";
import { type FleetKey, fleetText, secretText } from "./without-links.ts";

export interface PageExportOptions {
  readonly site: Pick<Site, "prepare" | "put" | "keepOnly">;
  readonly pages: PageMaker;
  /** For whoever runs it: what was done. Never a path, a link or an address. */
  readonly say: (message: string) => void;
}

/** The pages of fleets as files: makes the site show what their Secrets say. */
export class PageExport {
  readonly #options: PageExportOptions;
  /** Paths of each fleet's pages as they were seen last. */
  readonly #paths = new Map<string, ReadonlySet<string>>();

  constructor(options: PageExportOptions) {
    this.#options = options;
  }

  /** How many pages are in place. */
  get pages(): number {
    return this.#all().size;
  }

  /**
   * Writes one fleet's pages as its Secret has them, and removes those that it no longer has.
   * @param data of its Secret; undefined where the server says that there is none
   * @throws SiteError
   */
  async take(key: FleetKey, data: SecretData | undefined): Promise<void> {
    const shared = readSharedSlots(data ?? {}, { namespace: key.namespace, fleet: key.name });
    await this.#options.site.prepare();
    // A page that was revoked goes first: the disk may be full.
    const removed = await this.#removeStale(key, shared);
    const written = await this.#write(key, shared.slots);
    for (const problem of shared.problems)
      this.#options.say(`${secretText(key)}: ${problem}; the slot's page stays as it is`);
    if (written + removed > 0)
      this.#options.say(`${fleetText(key)}: ${counted(written)} written, ${removed} removed`);
  }

  /** Removes what belongs to a scope and to none of the fleets that were taken. @throws SiteError */
  async keepOnlyTaken(scope: ExportScope): Promise<void> {
    await this.#options.site.prepare();
    const removed = await this.#options.site.keepOnly(scope, this.#all());
    if (removed > 0) this.#options.say(`${counted(removed)} of fleets that are gone removed`);
  }

  /** Of a slot that can't be read it is not known which page it had: then all stay. */
  async #removeStale(key: FleetKey, { slots, problems }: SharedSlots): Promise<number> {
    const paths = new Set(slots.flatMap(({ path }) => path ?? []));
    const before = this.#paths.get(fleetText(key)) ?? [];
    this.#paths.set(fleetText(key), problems.length > 0 ? new Set([...before, ...paths]) : paths);
    return problems.length > 0 ? 0 : this.#options.site.keepOnly(ofFleet(key), paths);
  }

  async #write(key: FleetKey, slots: readonly SharedSlot[]): Promise<number> {
    const { site, pages, say } = this.#options;
    let written = 0;
    for (const slot of slots) {
      if (slot.path === undefined) continue;
      const mark = markOf(slot.path, key);
      const done = await site.put(slot.path, { files: staticPage(slot, pages), mark });
      if (done === "Written") written += 1;
      if (done === "Foreign")
        say(
          `slot ${slot.seat.slot} of ${fleetText(key)} has the page of another fleet: not written`,
        );
    }
    return written;
  }

  #all(): ReadonlySet<string> {
    return new Set([...this.#paths.values()].flatMap((paths) => [...paths]));
  }
}

/** `1 page`, `2 pages` */
export function counted(pages: number): string {
  return pages === 1 ? "1 page" : `${pages} pages`;
}
