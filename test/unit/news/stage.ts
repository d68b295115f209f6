import { setImmediate as turn } from "node:timers/promises";
import { pino } from "pino";
import type { Attempt } from "../../../src/news/attempt.ts";
import type { NewsEvent } from "../../../src/news/event.ts";
import { Courier } from "../../../src/news/io/courier.ts";
import { Couriers, courierOf, deliveryController } from "../../../src/news/io/couriers.ts";
import type { Send } from "../../../src/news/io/send.ts";
import type { NewsItem } from "../../../src/news/item.ts";
import type { Receiver } from "../../../src/news/receivers.ts";
import { runController } from "../../../src/runtime/controller.ts";
import { WorkQueue } from "../../../src/runtime/queue.ts";
import { type Instant, type Millis, plus } from "../../../src/values/time.ts";
import { noon } from "./build.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Who delivers news, as the operator has it, in a time that stands still until it is moved on. */
export class DeliveryStage {
  readonly couriers = new Couriers();
  readonly lines: string[] = [];
  /** Milliseconds since noon. */
  clock = 0;
  /** Calls that have not ended. */
  open = 0;
  send: (receiver: Receiver, event: NewsEvent, signal: AbortSignal) => Promise<Attempt>;
  readonly #timers = new Set<Timer>();
  readonly #stop = new AbortController();
  readonly #queue: WorkQueue;
  #ended: Promise<void> = Promise.resolve();

  constructor(send: Send) {
    this.send = send;
    this.#queue = new WorkQueue({
      now: () => this.clock,
      random: () => 0.5,
      timer: (ms, callback) => {
        const timer = { at: this.clock + ms, callback };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
    });
  }

  get now(): Instant {
    return plus(noon, this.clock as Millis);
  }

  /** Begins to lead, with these receivers. */
  start(receivers: readonly Receiver[], most?: number): void {
    const log = pino({ level: "trace" }, { write: (line) => this.lines.push(line) });
    const options = {
      send: async (...call: Parameters<Send>) => {
        this.open += 1;
        return this.send(...call).finally(() => (this.open -= 1));
      },
      now: () => this.now,
      clock: () => this.clock,
      random: () => 0.5,
      log,
      queue: this.#queue,
    };
    const make = (receiver: Receiver) =>
      most === undefined ? courierOf(receiver, options) : this.#small(receiver, options, most);
    this.couriers.take({ receivers, problems: [] }, make);
    this.#ended = runController(deliveryController(this.couriers, this.#queue), {
      log,
      signal: this.#stop.signal,
      workers: 2,
    });
  }

  offer(items: readonly NewsItem[]): void {
    this.couriers.offer(items.toSorted((a, b) => a.at - b.at));
  }

  /** Waits until nothing goes on but calls that hang. */
  async quiet(hanging = 0): Promise<void> {
    for (let still = 0; still < 5;) {
      await turn();
      const isStill =
        this.open <= hanging && this.#queue.depth === 0 && this.#queue.runningMs.length === 0;
      still = isStill ? still + 1 : 0;
    }
  }

  /** Moves time on, from timer to timer, as long as there is one before the end. */
  async pass(ms: number, hanging = 0): Promise<void> {
    const end = this.clock + ms;
    for (;;) {
      await this.quiet(hanging);
      const next = [...this.#timers].toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.clock = Math.max(this.clock, next.at);
      this.#timers.delete(next);
      next.callback();
    }
    this.clock = end;
  }

  /** As if the process had been killed: nothing that waits goes out any more. */
  async kill(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  #small(
    receiver: Receiver,
    { queue, ...options }: Parameters<typeof courierOf>[1],
    most: number,
  ): Courier {
    const wake = (name: string, lane: string) => queue.add(`${name}\n${lane}`);
    return new Courier(receiver, { ...options, wake }, most);
  }
}
