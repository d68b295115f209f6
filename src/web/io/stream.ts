import type { ServerResponse } from "node:http";
import type { Viewer } from "../access.ts";
import { eventText } from "../event-stream.ts";
import type { Refused } from "../wire.ts";
import type { Room } from "./room.ts";

/** Somebody who reads nothing for this long (ms) is let go: the page comes back by itself. */
const patienceMs = 30_000;

/**
 * One open page. It holds at most one message that its reader has not taken yet: what happens
 * meanwhile is sent together after that.
 */
export class Stream {
  viewer: Viewer;
  readonly authorization: string | undefined;
  readonly #response: ServerResponse;
  readonly #clock: () => number;
  #room: Room;
  #seen: string | undefined;
  #extra: string | undefined;
  #stuckSinceMs: number | undefined;
  /** When its rights were known last, by the clock. */
  admittedAtMs: number;
  /** Whether they are being asked for. */
  isAsked = false;

  constructor(response: ServerResponse, { viewer, authorization, room, seen, clock }: StreamStart) {
    this.viewer = viewer;
    this.authorization = authorization;
    this.#response = response;
    this.#room = room;
    this.#seen = seen;
    this.#clock = clock;
    this.admittedAtMs = clock();
    response.on("drain", () => this.send());
  }

  get room(): Room {
    return this.#room;
  }

  /** Its viewer sees another board from now on. */
  enter(room: Room): void {
    this.#room = room;
    this.#seen = undefined;
  }

  /** Whether its reader takes nothing. */
  get isStuck(): boolean {
    return this.#stuckSinceMs !== undefined && this.#clock() - this.#stuckSinceMs > patienceMs;
  }

  /** Sends what its viewer has not seen, and what is only true now: the last of that replaces others. */
  send(extra?: string): void {
    this.#extra = extra ?? this.#extra;
    if (this.#response.writableNeedDrain) {
      this.#stuckSinceMs ??= this.#clock();
      return;
    }
    this.#stuckSinceMs = undefined;
    const missed = this.#room.after(this.#seen);
    this.#seen = this.#room.id;
    if (missed !== undefined) this.#response.write(missed);
    if (this.#extra !== undefined) this.#response.write(this.#extra);
    this.#extra = undefined;
  }

  /** Its viewer may see nothing any more. */
  refuse(refused: Refused): void {
    const data = JSON.stringify(refused);
    this.#response.end(eventText({ name: "refused", id: undefined, data }));
  }

  cut(): void {
    this.#response.destroy();
  }
}

export interface StreamStart {
  readonly viewer: Viewer;
  readonly authorization: string | undefined;
  readonly room: Room;
  /** What the page saw last, before it was cut off. */
  readonly seen: string | undefined;
  /** Never goes back (ms). */
  readonly clock: () => number;
}
