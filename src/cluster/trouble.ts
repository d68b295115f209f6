/** What keeps something from being known, in words for people; empty: nothing does. */
export class Trouble {
  #words = "";
  readonly #listeners: (() => void)[] = [];

  get words(): string {
    return this.#words;
  }

  /** Whoever shows it hears of a change. */
  set words(words: string) {
    if (words === this.#words) return;
    this.#words = words;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back whenever the words changed. */
  onTurn(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
