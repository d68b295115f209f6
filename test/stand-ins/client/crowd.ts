import type { Endpoint } from "./connection.ts";
import { type HoldResult, hold } from "./hold.ts";
import { AttemptError } from "./outcome.ts";

export interface CrowdOptions {
  readonly endpoint: Endpoint;
  readonly connections: number;
  /** Addresses of this host from which they come, in turns; none: the host's own choice. */
  readonly sources: readonly string[];
  /** Milliseconds between two lines of one connection. */
  readonly everyMs: number;
  /** A connection without an echo for so long (ms) counts as dead. */
  readonly stallMs: number;
  /** All go home. */
  readonly signal: AbortSignal;
  /** Once a second, and when all are there. */
  readonly onBeat: (state: CrowdState) => void;
}

/** How a crowd is. */
export interface CrowdState {
  /** Connections that came to be. */
  readonly opened: number;
  /** Those that live. */
  readonly open: number;
  readonly echoes: number;
  /** Those that could not be opened, by reason. */
  readonly failed: Readonly<Record<string, number>>;
  /** Those that ended, by how. */
  readonly ended: Readonly<Record<string, number>>;
  /** Lines that were swallowed on the way, of those that ended. */
  readonly lost: number;
}

/** So many open their connection at the same time. */
const atOnce = 50;

/**
 * Many people who hold a chat connection each and talk on it now and then, until they are told to
 * go home.
 */
export class Crowd {
  readonly #options: CrowdOptions;
  readonly #echoes: number[] = [];
  readonly #failed: Record<string, number> = {};
  readonly #ended: Record<string, number> = {};
  readonly #holds: Promise<void>[] = [];
  #opened = 0;
  #lost = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  get state(): CrowdState {
    const gone = Object.values(this.#ended).reduce((sum, count) => sum + count, 0);
    const echoes = this.#echoes.reduce((sum, count) => sum + count, 0);
    const [opened, lost] = [this.#opened, this.#lost];
    return {
      opened,
      open: opened - gone,
      echoes,
      failed: { ...this.#failed },
      ended: { ...this.#ended },
      lost,
    };
  }

  /** Comes, stays, and goes home; gives how it was in the end. */
  async gather(): Promise<CrowdState> {
    const beats = setInterval(() => this.#options.onBeat(this.state), 1_000);
    let next = 0;
    const worker = async () => {
      while (next < this.#options.connections && !this.#options.signal.aborted)
        await this.#join(next++);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    this.#options.onBeat(this.state);
    await Promise.all(this.#holds);
    clearInterval(beats);
    return this.state;
  }

  /** Resolves when this one is there, or could not come. */
  async #join(index: number): Promise<void> {
    const { endpoint, sources, everyMs, stallMs, signal } = this.#options;
    const from = sources[index % sources.length];
    return new Promise((resolve) => {
      const held = hold({
        endpoint: { ...endpoint, ...(from === undefined ? {} : { from }) },
        tls: true,
        everyMs,
        stallMs,
        signal,
        onOpen: () => {
          this.#opened += 1;
          resolve();
        },
        onBeat: (echoes) => (this.#echoes[index] = echoes),
      });
      this.#holds.push(
        held
          .then((result) => this.#left(index, result))
          .catch((error: unknown) => this.#stayedAway(error))
          .finally(resolve),
      );
    });
  }

  #left(index: number, { how, echoes, lost }: HoldResult): void {
    this.#echoes[index] = echoes;
    this.#ended[how] = (this.#ended[how] ?? 0) + 1;
    this.#lost += lost;
  }

  #stayedAway(error: unknown): void {
    const reason = error instanceof AttemptError ? `${error.step}: ${error.reason}` : String(error);
    this.#failed[reason] = (this.#failed[reason] ?? 0) + 1;
  }
}
