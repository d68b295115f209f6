import { type Instant, instant } from "../../values/time.ts";

interface Appointment {
  readonly at: number;
  /** What is due at the same time happens in the order in which it was planned. */
  readonly order: number;
  readonly act: () => void;
  isCancelled: boolean;
}

/** Virtual time: it stands still while anything happens, and jumps to what comes next. */
export class Agenda {
  #now: number;
  #planned = 0;
  readonly #start: number;
  /** A binary heap, the earliest first. */
  readonly #heap: Appointment[] = [];

  constructor(start: Instant) {
    this.#now = start;
    this.#start = start;
  }

  readonly now = (): Instant => instant(this.#now);

  /** How much time has gone by since the start (ms). */
  readonly elapsedMs = (): number => this.#now - this.#start;

  /** Calls `act` in so many milliseconds of virtual time; returns what cancels it. */
  readonly timer = (ms: number, act: () => void): (() => void) => {
    const at = this.#now + Math.max(0, Math.ceil(ms));
    const appointment: Appointment = { at, order: this.#planned++, act, isCancelled: false };
    this.#push(appointment);
    return () => {
      appointment.isCancelled = true;
    };
  };

  /** Calls `act` at a time; at once where that is past. */
  at(when: Instant, act: () => void): () => void {
    return this.timer(when - this.#now, act);
  }

  /** When something happens next; undefined where nothing is planned. */
  get nextAt(): Instant | undefined {
    while (this.#heap[0]?.isCancelled === true) this.#pop();
    const [first] = this.#heap;
    return first === undefined ? undefined : instant(first.at);
  }

  /** Jumps to a time, and lets all happen that is due then. */
  jump(to: Instant): void {
    this.#now = Math.max(this.#now, to);
    for (let next = this.nextAt; next !== undefined && next <= this.#now; next = this.nextAt)
      this.#pop()?.act();
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, appointment)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = appointment;
  }

  #pop(): Appointment | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    let index = 0;
    for (;;) {
      const child = smallerChild(heap, index);
      const below = heap[child];
      if (below === undefined || isBefore(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function smallerChild(heap: readonly Appointment[], index: number): number {
  const [left, right] = [2 * index + 1, 2 * index + 2];
  const [one, other] = [heap[left], heap[right]];
  return one !== undefined && other !== undefined && isBefore(other, one) ? right : left;
}

function isBefore(a: Appointment, b: Appointment): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
