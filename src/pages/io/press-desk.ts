import type { Endpoint } from "../../probe/endpoint.ts";
import type { ReportEvidence } from "../../reachability/evidence.ts";
import type { Seat } from "../../share/tokens.ts";
import type { Instant } from "../../values/time.ts";
import { pageReports } from "../page-report.ts";
import { type DuePresses, PressWindows } from "../press-windows.ts";
import { PressCount, type Presses, handOverBodies } from "../presses.ts";
import { type ServedPage, shownSince } from "../served-page.ts";
import type { PageIndex } from "./page-index.ts";

export interface PressDeskOptions {
  readonly pages: Pick<PageIndex, "get">;
  /** Whose verdicts count for a slot. */
  readonly countriesOf: (seat: Seat) => readonly string[];
  readonly isLeading: () => boolean;
  /** Where the replica that leads serves pages; undefined while none is known. */
  readonly leader: () => Endpoint | undefined;
  /** Rejects where it does not take the body. */
  readonly handOver: (body: string, leader: Endpoint) => Promise<void>;
  /** Takes evidence, where this replica leads. */
  readonly take: (evidence: readonly ReportEvidence[]) => void;
  readonly now: () => Instant;
  /** Never goes back (ms). */
  readonly clock: () => number;
}

/**
 * Counts how often buttons are pressed, and sees to it that the replica that leads makes evidence of
 * it. Kept in memory only: what a replica has not handed over when it ends is lost, and people press
 * again.
 */
export class PressDesk {
  readonly #options: PressDeskOptions;
  readonly #counted = new PressCount();
  readonly #windows = new PressWindows();

  constructor(options: PressDeskOptions) {
    this.#options = options;
  }

  /** A button was pressed here. */
  press(page: ServedPage): void {
    const shown = shownSince(page);
    if (shown !== undefined) this.#counted.add({ page: page.id, shown, count: 1 });
  }

  /** Takes what was counted on another replica. @returns whether this one leads, and so took it */
  take(presses: readonly Presses[]): boolean {
    if (!this.#options.isLeading()) return false;
    for (const one of presses)
      if (this.#shownPage(one) !== undefined) this.#windows.add(one, this.#options.clock());
    return true;
  }

  /**
   * Passes on what was counted, and reports what is due. @throws what `handOver` throws; then
   * nothing is lost, and it can be tried again
   */
  async passOn(): Promise<void> {
    const counted = this.#counted.takeAll();
    if (this.take(counted)) return this.#report();
    this.#windows.clear();
    const leader = this.#options.leader();
    try {
      for (const body of handOverBodies(leader === undefined ? [] : counted))
        if (leader !== undefined) await this.#options.handOver(body, leader);
      if (leader === undefined) this.#keep(counted);
    } catch (error) {
      this.#keep(counted);
      throw error;
    }
  }

  #keep(counted: readonly Presses[]): void {
    for (const one of counted) if (this.#shownPage(one) !== undefined) this.#counted.add(one);
  }

  #report(): void {
    const { clock, take } = this.#options;
    const evidence = this.#windows.due(clock()).flatMap((due) => this.#evidenceOf(due));
    if (evidence.length > 0) take(evidence);
  }

  #evidenceOf(due: DuePresses): readonly ReportEvidence[] {
    const page = this.#shownPage(due);
    if (page?.reported === undefined) return [];
    const countries = this.#options.countriesOf(page.share.seat);
    return pageReports(due, { address: page.reported, countries }, this.#options.now());
  }

  /** The page, while it shows what was reported: after a move that is about nothing any more. */
  #shownPage({ page: id, shown }: Presses): ServedPage | undefined {
    const page = this.#options.pages.get(id);
    return page !== undefined && shownSince(page) === shown ? page : undefined;
  }
}
