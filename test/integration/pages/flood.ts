import { exchange } from "./page-server.ts";

/** What one kind of stranger sends, each time that it begins. */
export type Attack = () => string | Buffer;

/**
 * Strangers who come again as soon as they are answered or closed, on many connections at once, until
 * they are stopped.
 */
export class Flood {
  readonly #ended = new Map<string, number>();
  readonly #lanes: Promise<void>[];
  #isOver = false;

  /** @param lanes connections of each kind at any time */
  constructor(port: number, attacks: Readonly<Record<string, Attack>>, lanes: number) {
    this.#lanes = Object.entries(attacks).flatMap(([kind, attack]) =>
      Array.from({ length: lanes }, async () => {
        while (!this.#isOver) {
          await exchange(port, attack());
          this.#ended.set(kind, (this.#ended.get(kind) ?? 0) + 1);
        }
      }),
    );
  }

  /** How many connections of a kind were answered or closed. */
  count(kind: string): number {
    return this.#ended.get(kind) ?? 0;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
  }
}
