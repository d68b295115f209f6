import type { Logger } from "pino";
import { type Instant, type Millis, clockTolerance, instant, millis } from "../values/time.ts";

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
 */
export class CheckedClock {
  readonly #options: CheckedClockOptions;
  readonly #listeners: (() => void)[] = [];
  /** The server's time, less the monotonic one; undefined before its first answer. */
  #offset: number | undefined;
  #agreed = true;

  constructor(options: CheckedClockOptions) {
    this.#options = options;
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

  /** Whether it is known that both clocks say the same. */
  readonly agrees = (): boolean => {
    const server = this.#server();
    return server !== undefined && this.#isNear(server);
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
    if (agrees) log.info(facts, "the clocks agree again");
    else log.warn(facts, differText);
    for (const listener of this.#listeners) listener();
  }
}

const differText =
  "the clocks of this machine and of the API server differ: moves by age, ends of drains and the forgetting of addresses wait until they agree. Check the time service (NTP) of both";
