import type { Logger } from "pino";
import * as resources from "../../api/resources.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { type ObjectKey, keyOf, keyText } from "../../kubernetes/resource.ts";
import type { Store } from "../../kubernetes/store.ts";
import type { Inquiries } from "../../runtime/inquiries.ts";
import { explainError } from "../../values/errors.ts";
import { type Instant, millis } from "../../values/time.ts";
import type { Absence } from "../absence.ts";

export interface AbsencesOptions {
  readonly client: Pick<ApiClient, "list">;
  readonly fleets: Store<CustomObject>;
  readonly inquiries: Inquiries<Instant>;
  readonly now: () => Instant;
  /** Never goes back (ms). */
  readonly clock: () => number;
  readonly log: Logger;
}

/** Whoever asks is woken by the answer, so each asker has a subject of its own. */
export interface AbsenceQuestion {
  readonly subject: string;
  readonly fleet: ObjectKey;
}

/**
 * Asks the server for fleets that the cache does not have, and remembers since when it has said that
 * there is none. A restart forgets that, and the wait begins again: that is the safe direction.
 */
export class Absences {
  readonly #options: AbsencesOptions;
  /** When the server first said so, by the clock that never goes back. */
  readonly #since = new Map<string, number>();
  /** How long it was so when the server said it last. */
  readonly #lasted = new Map<string, number>();

  constructor(options: AbsencesOptions) {
    this.#options = options;
    options.fleets.onChange(({ after }) => {
      if (after !== undefined) this.#reset(keyText(keyOf(after)));
    });
  }

  /** What the server said last; undefined where the fleet was seen since then. */
  answer({ subject, fleet }: AbsenceQuestion): Absence | undefined {
    const at = this.#options.inquiries.answer(subject);
    const lasted = this.#lasted.get(keyText(fleet));
    return at === undefined || lasted === undefined ? undefined : { forMs: millis(lasted), at };
  }

  /** Asks again, and calls `answered` once an answer is there, or none came. */
  ask({ subject, fleet }: AbsenceQuestion, answered: () => void): void {
    this.#options.inquiries.ask(subject, async () => this.#look(fleet), answered);
  }

  /** Drops the answer to one asker; others may still ask for the fleet. */
  drop(subject: string): void {
    this.#options.inquiries.forget(subject);
  }

  /** Drops what is known: nothing asks for this fleet any more. */
  forget({ subject, fleet }: AbsenceQuestion): void {
    this.#options.inquiries.forget(subject);
    this.#reset(keyText(fleet));
  }

  async #look(fleet: ObjectKey): Promise<Instant> {
    const { fleets, now, log } = this.#options;
    try {
      const found = await this.#find(fleet);
      if (found === undefined) this.#notFound(keyText(fleet));
      else {
        this.#reset(keyText(fleet));
        fleets.recordWrite(found);
      }
    } catch (error) {
      // No answer confirms nothing: it is asked again after a while, and not at once.
      this.#lasted.set(keyText(fleet), 0);
      log.warn(
        { fleet: keyText(fleet), error: explainError(error) },
        "the API server did not say whether a fleet exists: its addresses are kept",
      );
    }
    return now();
  }

  async #find({ namespace, name }: ObjectKey): Promise<CustomObject | undefined> {
    const { items } = await this.#options.client.list(resources.fleets, { namespace });
    return items.find(({ metadata }) => metadata.name === name);
  }

  #notFound(key: string): void {
    const now = this.#options.clock();
    const start = this.#since.get(key) ?? now;
    this.#since.set(key, start);
    this.#lasted.set(key, now - start);
  }

  #reset(key: string): void {
    this.#since.delete(key);
    this.#lasted.delete(key);
  }
}
