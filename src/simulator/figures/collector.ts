import type { Person, PeopleListener, Span } from "../people/people.ts";
import type { Day } from "../world/day.ts";
import { type Instant, hours } from "../../values/time.ts";

/** What one run came to. Times in minutes, unless a name says otherwise. */
export interface RunFigures {
  /** Of the hours in which people use their phones, the share in which they could. */
  readonly reachable: number;
  /** From a block until a phone that it cut off is connected again. */
  readonly reconnect: { readonly median: number; readonly p90: number; readonly count: number };
  readonly moves: { readonly age: number; readonly blocked: number; readonly other: number };
  /** Moves because of a block that was none. */
  readonly falseMoves: number;
  /** Moves because of a block, begun while the whole country was down. */
  readonly movesInOutage: number;
  /** The most moves that began within one hour. */
  readonly busiestHour: number;
  /** Different addresses that the censor came to block while they were in use. */
  readonly burnt: number;
  /** Days until a slot that should move found no address; undefined: that never happened. */
  readonly dryAfterDays: number | undefined;
}

/** Adds up what happens to people. */
export class PeopleCollector implements PeopleListener {
  readonly #day: Day;
  #reachable = 0;
  #all = 0;
  readonly #reconnects: number[] = [];

  constructor(day: Day) {
    this.#day = day;
  }

  readonly onSpan = (person: Person, { isConnected, from, to, cut }: Span): void => {
    if (cut === "start" && !isConnected) return;
    const use = this.#day.use(to) - this.#day.use(from);
    this.#all += use;
    if (isConnected) this.#reachable += use;
    else if (cut === "block" && person.address !== undefined)
      this.#reconnects.push((to - from) / 60_000);
  };

  get reachable(): number {
    return this.#all === 0 ? 1 : this.#reachable / this.#all;
  }

  get reconnect(): RunFigures["reconnect"] {
    const sorted = this.#reconnects.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return { median: at(0.5), p90: at(0.9), count: sorted.length };
  }
}

const hour = hours(1);

/** What is known of a move when it begins. */
export interface MoveFacts {
  readonly at: Instant;
  /** Nothing blocked the address that it leaves. */
  readonly isFalse: boolean;
  readonly inOutage: boolean;
}

/** Counts moves, and what the censor came to know. */
export class MoveCollector {
  readonly #start: Instant;
  readonly moves = { age: 0, blocked: 0, other: 0 };
  falseMoves = 0;
  movesInOutage = 0;
  readonly burnt = new Set<string>();
  readonly #times: Instant[] = [];
  #dryAt: Instant | undefined;

  constructor(start: Instant) {
    this.#start = start;
  }

  moved(cause: keyof MoveCollector["moves"], about: MoveFacts): void {
    this.moves[cause]++;
    this.#times.push(about.at);
    if (cause !== "blocked") return;
    if (about.isFalse) this.falseMoves++;
    if (about.inOutage) this.movesInOutage++;
  }

  dry(at: Instant): void {
    this.#dryAt ??= at;
  }

  get busiestHour(): number {
    let from = 0;
    const sizes = this.#times.map((at, index) => {
      while (at - (this.#times[from] ?? at) > hour) from++;
      return index - from + 1;
    });
    return Math.max(0, ...sizes);
  }

  get dryAfterDays(): number | undefined {
    return this.#dryAt === undefined ? undefined : (this.#dryAt - this.#start) / 86_400_000;
  }
}
