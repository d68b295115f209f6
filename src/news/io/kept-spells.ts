import type { Logger } from "pino";
import { explainError } from "../../values/errors.ts";
import { type Spell, type SpellLook, encodeSpells, nextSpells } from "../spells.ts";
import type { SpellStore } from "./spell-store.ts";

/**
 * Since when something lasts, across restarts. It is written down before it is announced, so that
 * whoever leads next announces the same.
 */
export class KeptSpells {
  readonly #store: SpellStore;
  #spells: readonly Spell[] | undefined;
  /** As the store has them. */
  #saved: string | undefined;

  constructor(store: SpellStore) {
    this.#store = store;
  }

  /**
   * The spells after one more look; none while those of before can't be read. Where they can't be
   * written, they are announced all the same, and writing is tried with the next look.
   */
  async after(look: SpellLook, log: Logger): Promise<readonly Spell[]> {
    try {
      this.#spells ??= await this.#begun(log);
    } catch (error) {
      log.warn({ error: explainError(error) }, "news of outages and pools wait for the API server");
      return [];
    }
    this.#spells = nextSpells(this.#spells, look);
    await this.#save(this.#spells, log);
    return this.#spells;
  }

  async #begun(log: Logger): Promise<readonly Spell[]> {
    const read = await this.#store.read(log);
    this.#saved = encodeSpells(read);
    return read;
  }

  async #save(spells: readonly Spell[], log: Logger): Promise<void> {
    const text = encodeSpells(spells);
    if (text === this.#saved) return;
    try {
      await this.#store.write(spells);
      this.#saved = text;
    } catch (error) {
      log.warn(
        { error: explainError(error) },
        "what news are about can't be kept: after a restart some may come again, with another id",
      );
    }
  }
}
