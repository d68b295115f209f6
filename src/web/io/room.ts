import { randomBytes } from "node:crypto";
import { SentBoard, boardOf, seesPools } from "../board.ts";
import { eventText } from "../event-stream.ts";
import { Journal } from "../journal.ts";
import type { Rights } from "../rights.ts";
import type { Fleets } from "../board.ts";
import type { LiveFleets } from "./live-fleets.ts";

/** Enough for a cut of minutes; a whole board is no worse than more than this. */
const kept = { entries: 64, characters: 512 * 1024 };

/** What those with the same rights are sent. It is made once for all of them. */
export class Room {
  readonly rights: Rights;
  readonly #live: LiveFleets;
  readonly #journal = new Journal(randomBytes(9).toString("base64url"), kept);
  #sent: SentBoard;
  #whole: { readonly id: string; readonly text: Buffer } | undefined;

  constructor(rights: Rights, live: LiveFleets) {
    this.rights = rights;
    this.#live = live;
    this.#sent = new SentBoard(rights, boardOf(rights, this.#fleets));
  }

  get id(): string {
    return this.#journal.id;
  }

  /** Notes what changed for those who are in it. @param keys of the fleets that may have changed */
  update(keys: Iterable<string>): void {
    if (seesPools(this.rights)) this.#live.countPools();
    const change = this.#sent.change(keys, this.#fleets);
    if (change === undefined) return;
    const data = JSON.stringify(change);
    this.#journal.add((id) => eventText({ name: "change", id, data }));
  }

  /** What is to be sent to whoever was sent all up to `id`. */
  after(id: string | undefined): Buffer | undefined {
    const missed = this.#journal.after(id);
    if (missed === undefined) return this.#wholeBoard();
    return missed.length === 0 ? undefined : Buffer.from(missed.join(""));
  }

  /** Shared by all who come while nothing changes. */
  #wholeBoard(): Buffer {
    if (this.#whole?.id === this.id) return this.#whole.text;
    if (seesPools(this.rights)) this.#live.countPools();
    const board = boardOf(this.rights, this.#fleets);
    const text = Buffer.from(
      eventText({ name: "board", id: this.id, data: JSON.stringify(board) }),
    );
    this.#whole = { id: this.id, text };
    return text;
  }

  get #fleets(): Fleets {
    return this.#live.shown({ addresses: this.rights.ledger });
  }
}
