/** How much a journal keeps for those who come back. */
export interface JournalLimits {
  readonly entries: number;
  readonly characters: number;
}

interface Entry {
  readonly number: number;
  readonly text: string;
}

/**
 * What was sent last, for somebody whose connection was cut. Its numbers count what happened on one
 * board only, so they say nothing of what others see.
 */
export class Journal {
  readonly #name: string;
  readonly #limits: JournalLimits;
  #entries: readonly Entry[] = [];
  #last = 0;

  /** @param name of no other journal, ever: a number of another one means nothing here */
  constructor(name: string, limits: JournalLimits) {
    this.#name = name;
    this.#limits = limits;
  }

  /** Where the board is now. */
  get id(): string {
    return this.#idOf(this.#last);
  }

  /** Adds what happened. @param make gets the id that it has from now on */
  add(make: (id: string) => string): void {
    this.#last++;
    const entry = { number: this.#last, text: make(this.id) };
    this.#entries = this.#fitting([...this.#entries, entry]);
  }

  /** All that happened after `id`; undefined where that is not known any more. */
  after(id: string | undefined): readonly string[] | undefined {
    if (id === this.id) return [];
    const first = this.#entries.findIndex(({ number }) => this.#idOf(number - 1) === id);
    return first < 0 ? undefined : this.#entries.slice(first).map(({ text }) => text);
  }

  #idOf(number: number): string {
    return `${this.#name}-${number}`;
  }

  #fitting(entries: readonly Entry[]): readonly Entry[] {
    let [from, characters] = [entries.length, 0];
    while (from > 0 && entries.length - from < this.#limits.entries) {
      characters += entries[from - 1]?.text.length ?? 0;
      if (characters > this.#limits.characters) break;
      from--;
    }
    return entries.slice(from);
  }
}
