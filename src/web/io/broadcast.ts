import type { ServerResponse } from "node:http";
import type { Instant, Millis } from "../../values/time.ts";
import type { Access, Viewer } from "../access.ts";
import { eventText } from "../event-stream.ts";
import { rightsKey } from "../rights.ts";
import { type CountedFleet, sessionCounts } from "../sessions.ts";
import type { Freshness } from "../wire.ts";
import type { LiveFleets } from "./live-fleets.ts";
import { Room } from "./room.ts";
import { Stream } from "./stream.ts";

export interface BroadcastOptions {
  readonly live: LiveFleets;
  readonly access: Access;
  /** Open sessions of all fleets, as far as this process knows them. */
  readonly sessions: () => readonly CountedFleet[];
  /** Whether the caches follow the API server. */
  readonly isCurrent: () => boolean;
  readonly now: () => Instant;
  /** Never goes back (ms). */
  readonly clock: () => number;
  readonly limits: StreamLimits;
}

/** How many pages may be open. */
export interface StreamLimits {
  readonly inAll: number;
  readonly perViewer: number;
  /** A viewer's rights are asked for again after this time. */
  readonly askAgainMs: Millis;
}

/** And held for this long (ms) where the API server does not answer. */
const holdMs = 120_000;
/** Between two rounds of what is only true now: session counts, and whether all this is current. */
const nowEveryMs = 15_000;
/** A room that nobody is in is kept for those who come back (ms). */
const keepRoomMs = 60_000;
/** All fleets' sessions are counted no more often than this (ms), whoever asks. */
const countEveryMs = 10_000;

/** All open pages. What changes is sent to them together, once in a while. */
export class Broadcast {
  readonly #options: BroadcastOptions;
  readonly #rooms = new Map<string, { readonly room: Room; usedAtMs: number }>();
  readonly #streams = new Set<Stream>();
  #nowSentAtMs = -Infinity;
  #counted: { readonly atMs: number; readonly fleets: readonly CountedFleet[] } | undefined;

  constructor(options: BroadcastOptions) {
    this.#options = options;
  }

  /** Pages that are open. */
  get size(): number {
    return this.#streams.size;
  }

  /** Whether there is room for one more page of this viewer. */
  hasRoomFor({ id }: Viewer): boolean {
    const { inAll, perViewer } = this.#options.limits;
    if (this.#streams.size >= inAll) return false;
    return [...this.#streams].filter(({ viewer }) => viewer.id === id).length < perViewer;
  }

  /** Sends a page what its viewer sees from now on. @param seen the last that it has of before */
  async open(response: ServerResponse, start: Opening): Promise<void> {
    const { live, clock } = this.#options;
    this.#update(await live.refresh());
    const room = this.#roomOf(start.viewer);
    const stream = new Stream(response, { ...start, room, clock });
    this.#streams.add(stream);
    response.once("close", () => this.#streams.delete(stream));
    stream.send(this.#nowText(room));
  }

  /** One round: what changed since the last one goes out. Whoever comes next finds it made already. */
  async tick(): Promise<void> {
    const { live, clock } = this.#options;
    this.#forgetRooms();
    this.#update(await live.refresh());
    const isTime = clock() - this.#nowSentAtMs >= nowEveryMs;
    if (isTime) this.#nowSentAtMs = clock();
    const texts = new Map<Room, string>();
    for (const stream of this.#streams) {
      if (stream.isStuck) stream.cut();
      else stream.send(isTime ? this.#sharedNowText(stream.room, texts) : undefined);
    }
    void this.#askAgain();
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of this.#streams) stream.cut();
  }

  #update(keys: ReadonlySet<string>): void {
    for (const { room } of this.#rooms.values()) room.update(keys);
  }

  #roomOf({ rights }: Viewer): Room {
    const { live, clock } = this.#options;
    const key = rightsKey(rights);
    const known = this.#rooms.get(key) ?? { room: new Room(rights, live), usedAtMs: 0 };
    known.usedAtMs = clock();
    this.#rooms.set(key, known);
    return known.room;
  }

  #forgetRooms(): void {
    const now = this.#options.clock();
    const used = new Set([...this.#streams].map(({ room }) => room));
    for (const [key, kept] of this.#rooms) {
      if (used.has(kept.room)) kept.usedAtMs = now;
      else if (now - kept.usedAtMs > keepRoomMs) this.#rooms.delete(key);
    }
  }

  #sharedNowText(room: Room, texts: Map<Room, string>): string {
    const text = texts.get(room) ?? this.#nowText(room);
    texts.set(room, text);
    return text;
  }

  #nowText({ rights }: Room): string {
    const { isCurrent, now } = this.#options;
    const freshness: Freshness = { isCurrent: isCurrent(), now: now() };
    const counts = sessionCounts(rights, this.#sessions());
    return [
      eventText({ name: "now", id: undefined, data: JSON.stringify(freshness) }),
      eventText({ name: "sessions", id: undefined, data: JSON.stringify(counts) }),
    ].join("");
  }

  #sessions(): readonly CountedFleet[] {
    const { sessions, clock } = this.#options;
    if (this.#counted === undefined || clock() - this.#counted.atMs >= countEveryMs)
      this.#counted = { atMs: clock(), fleets: sessions() };
    return this.#counted.fleets;
  }

  /** A token may be revoked, and rights taken away, while a page is open. */
  async #askAgain(): Promise<void> {
    const { clock, limits } = this.#options;
    const due = [...this.#streams].filter(
      ({ admittedAtMs, isAsked }) => !isAsked && clock() - admittedAtMs >= limits.askAgainMs,
    );
    await Promise.all(due.map(async (stream) => this.#admitAgain(stream)));
  }

  async #admitAgain(stream: Stream): Promise<void> {
    const { access, clock } = this.#options;
    stream.isAsked = true;
    const admission = await access.admit(stream.authorization);
    stream.isAsked = false;
    if (admission.kind === "Viewer") {
      stream.admittedAtMs = clock();
      stream.viewer = admission.viewer;
      const room = this.#roomOf(admission.viewer);
      if (room !== stream.room) stream.enter(room);
      return;
    }
    const { refused } = admission;
    const isHeld = refused.why === "Busy" && clock() - stream.admittedAtMs < holdMs;
    if (!isHeld) stream.refuse(refused);
  }
}

/** How a page begins. */
export interface Opening {
  readonly viewer: Viewer;
  readonly authorization: string | undefined;
  readonly seen: string | undefined;
}
