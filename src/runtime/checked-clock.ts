import type { Logger } from "pino";
import {
  type Instant,
  type Millis,
  clockTolerance,
  instant,
  millis,
  minutes,
} from "../values/time.ts";

/** A clock that was set is not relied on before so much time has gone by: it may be set back. */
const trustAfter: Millis = minutes(10);

/** The server's time is measured again only where it has moved by more than this (ms). */
const steadyMs = 2_000;

export interface CheckedClockOptions {
  /** This machine's wall clock (ms since 1970). */
  readonly wall: () => number;
  /** Never goes back, and is not set (ms). */
  readonly monotonic: () => number;
  readonly log: Logger;
}

/**
 * The time, from two clocks that watch each other: this machine's and the API server's. While they
 * agree it is this machine's. Where they differ, one of them is wrong, and nobody here can say which:
 * then it is the API server's, since that dates the ledger, and what can't be undone has to wait.
 * Both may be one and the same clock, so it waits, too, after that was set.
 */
export class CheckedClock {
  readonly #options: CheckedClockOptions;
  readonly #listeners: (() => void)[] = [];
  /** The server's time, less the monotonic one; undefined before its first answer. */
  #offset: number | undefined;
  #agreed = true;
  /** This machine's time, less the monotonic one: it changes only where the clock is set. */
  #base: number;
  /** In monotonic time. */
  #doubtedUntil = Number.NEGATIVE_INFINITY;

  constructor(options: CheckedClockOptions) {
    this.#options = options;
    this.#base = options.wall() - options.monotonic();
  }

  /** The API server has just answered, at this time of its own (ms since 1970, whole seconds). */
  heard(serverMs: number): void {
    // Its second began up to a second ago.
    const offset = serverMs + 500 - this.#options.monotonic();
    const isSteady = this.#offset !== undefined && Math.abs(offset - this.#offset) <= steadyMs;
    if (!isSteady) this.#offset = offset;
    this.#look();
  }

  /** The time that decisions are made at. */
  readonly now = (): Instant => {
    const { wall } = this.#options;
    const server = this.#server();
    return instant(server === undefined || this.#isNear(server) ? wall() : server);
  };

  /** Whether both clocks say the same, and have done so for a while. */
  readonly agrees = (): boolean => {
    this.#noteJump();
    const server = this.#server();
    const isDoubted = this.#options.monotonic() < this.#doubtedUntil;
    return server !== undefined && this.#isNear(server) && !isDoubted;
  };

  /** How far this machine's clock is ahead of the API server's; undefined before its first answer. */
  get aheadBy(): Millis | undefined {
    const server = this.#server();
    return server === undefined ? undefined : millis(this.#options.wall() - server);
  }

  /** Calls `listener` each time that the clocks begin to agree again, or to differ. */
  onTurn(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #noteJump(): void {
    const { wall, monotonic } = this.#options;
    const base = wall() - monotonic();
    if (Math.abs(base - this.#base) <= clockTolerance) return;
    this.#base = base;
    this.#doubtedUntil = monotonic() + trustAfter;
  }

  #server(): number | undefined {
    return this.#offset === undefined ? undefined : this.#offset + this.#options.monotonic();
  }

  #isNear(server: number): boolean {
    return Math.abs(this.#options.wall() - server) <= clockTolerance;
  }

  #look(): void {
    const agrees = this.agrees();
    if (agrees === this.#agreed) return;
    this.#agreed = agrees;
    const { log } = this.#options;
    const facts = { aheadSeconds: Math.round((this.aheadBy ?? 0) / 1000) };
    if (agrees) log.info(facts, "the time can be relied on again");
    else log.warn(facts, doubtText);
    for (const listener of this.#listeners) listener();
  }
}

const doubtText =
  "the time may be wrong: the clocks of this machine and of the API server differ, or were set. Moves by age, ends of drains and the forgetting of addresses wait until both have agreed for ten minutes. Check the time service (NTP) of both";
