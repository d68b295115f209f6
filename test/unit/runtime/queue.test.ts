import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { WorkQueue } from "../../../src/runtime/queue.ts";

/** A clock that goes when it is told to. */
class HandClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  readonly now = (): number => this.#now;

  readonly timer = (ms: number, callback: () => void): (() => void) => {
    const entry = { at: this.#now + ms, callback };
    this.#timers.add(entry);
    return () => this.#timers.delete(entry);
  };

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers]
        .filter(({ at }) => at <= until)
        .toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = until;
  }

  get waiting(): number {
    return this.#timers.size;
  }
}

function handQueue(): { readonly queue: WorkQueue; readonly clock: HandClock } {
  const clock = new HandClock();
  return { clock, queue: new WorkQueue({ now: clock.now, timer: clock.timer, random: () => 1 }) };
}

/** Lets promises that are settled run their callbacks. */
const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a queue of keys", () => {
  test("hands out a key once, however often it was added", async () => {
    const { queue } = handQueue();
    for (const key of ["a", "b", "a"]) queue.add(key);
    assert.deepEqual(
      [queue.depth, await queue.next(), await queue.next(), queue.depth],
      [2, "a", "b", 0],
    );
  });

  test("tells how long the first key has waited, whatever came later", async () => {
    const { queue, clock } = handQueue();
    assert.equal(queue.lagMs, 0);
    queue.add("a");
    clock.advance(300);
    queue.add("b", "high");
    clock.advance(100);
    assert.equal(queue.lagMs, 400);
    await queue.next();
    await queue.next();
    clock.advance(100);
    assert.equal(queue.lagMs, 0);
  });

  test("hands a key that was added while it was worked on out again afterwards, and not before", async () => {
    const { queue } = handQueue();
    queue.add("a");
    await queue.next();
    queue.add("a");
    assert.equal(queue.depth, 0);
    queue.done("a");
    assert.equal(await queue.next(), "a");
    queue.done("a");
    assert.equal(queue.depth, 0);
  });

  test("gives a worker that waits the next key", async () => {
    const { queue } = handQueue();
    const next = queue.next();
    queue.add("a");
    assert.equal(await next, "a");
  });

  test("keeps the earliest of several delays", () => {
    const { queue, clock } = handQueue();
    queue.addAfter("a", 100);
    queue.addAfter("a", 50);
    queue.addAfter("a", 70);
    clock.advance(49);
    assert.equal(queue.depth, 0);
    clock.advance(1);
    assert.deepEqual([queue.depth, clock.waiting], [1, 0]);
  });

  test("forgets a delay when the key is added at once", () => {
    const { queue, clock } = handQueue();
    queue.addAfter("a", 100);
    queue.add("a");
    assert.deepEqual([queue.depth, clock.waiting], [1, 0]);
  });

  test("doubles the pause with each failure in a row, up to a minute, until a success", () => {
    const { queue, clock } = handQueue();
    const pause = (): number => {
      const before = queue.depth;
      let ms = 0;
      for (; queue.depth === before && ms < 100_000; ms += 50) clock.advance(50);
      void queue.next();
      queue.done("a");
      return ms;
    };
    const pauses = Array.from({ length: 13 }, () => {
      queue.addFailed("a");
      return pause();
    });
    assert.deepEqual(
      pauses,
      [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000],
    );
    queue.forget("a");
    queue.addFailed("a");
    assert.equal(pause(), 50);
  });

  test("shortens a pause at random, by half at most", () => {
    const { clock } = handQueue();
    const queue = new WorkQueue({ now: clock.now, timer: clock.timer, random: () => 0 });
    queue.addFailed("a");
    clock.advance(24);
    assert.equal(queue.depth, 0);
    clock.advance(1);
    assert.equal(queue.depth, 1);
  });

  test("takes what goes on later though nobody works on it now", () => {
    const { queue, clock } = handQueue();
    queue.addAgain("a", 10);
    clock.advance(10);
    assert.equal(queue.depth, 1);
  });

  test("waits at least as long as the server wishes", () => {
    const { queue, clock } = handQueue();
    queue.addFailed("a", 3_000);
    clock.advance(2_999);
    assert.equal(queue.depth, 0);
    clock.advance(1);
    assert.equal(queue.depth, 1);
  });

  test("sends workers home when it is closed, and takes no more", async () => {
    const { queue, clock } = handQueue();
    const waiting = queue.next();
    queue.addAfter("a", 10);
    queue.close();
    queue.add("b");
    queue.addFailed("c");
    queue.addAfter("d", 1);
    clock.advance(100_000);
    assert.deepEqual(
      [await waiting, await queue.next(), queue.depth, clock.waiting],
      [undefined, undefined, 0, 0],
    );
  });

  test("drops a key that came again while it was worked on, when it is closed meanwhile", async () => {
    const { queue } = handQueue();
    queue.add("a");
    await queue.next();
    queue.add("a");
    queue.close();
    queue.done("a");
    assert.equal(await queue.next(), undefined);
  });
});

type Step =
  | { readonly do: "add" | "addFailed" | "forget"; readonly key: string }
  | { readonly do: "addAfter"; readonly key: string; readonly ms: number }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "work" | "finish" };

const key = fc.constantFrom("a", "b", "c");
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom("add" as const, "addFailed" as const, "forget" as const),
        key,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("addAfter" as const), key, ms: fc.nat(200) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.nat(150) }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constantFrom("work" as const, "finish" as const) }),
    },
  ),
  { maxLength: 50 },
);

/** Plays steps, and keeps count of what was asked and what was begun. */
class Shift {
  readonly queue: WorkQueue;
  readonly #clock: HandClock;
  readonly #running: string[] = [];
  /** Keys that were asked for since they were last begun. */
  readonly #asked = new Set<string>();

  constructor() {
    ({ queue: this.queue, clock: this.#clock } = handQueue());
  }

  play(step: Step): void {
    switch (step.do) {
      case "add":
        this.#asked.add(step.key);
        return this.queue.add(step.key);
      case "addFailed":
        this.#asked.add(step.key);
        return this.queue.addFailed(step.key);
      case "addAfter":
        this.#asked.add(step.key);
        return this.queue.addAfter(step.key, step.ms);
      case "forget":
        return this.queue.forget(step.key);
      case "advance":
        return this.#clock.advance(step.ms);
      case "work":
        return void this.#work();
      case "finish": {
        const done = this.#running.shift();
        if (done !== undefined) this.queue.done(done);
      }
    }
  }

  /** Workers go on until nothing is left. Returns what was asked and never begun. */
  async end(): Promise<ReadonlySet<string>> {
    for (let i = 0; i < 20; i++) {
      this.#clock.advance(120_000);
      void this.#work();
      await settle();
      while (this.#running.length > 0) this.play({ do: "finish" });
    }
    this.queue.close();
    return this.#asked;
  }

  async #work(): Promise<void> {
    const begun = await this.queue.next();
    if (begun === undefined) return;
    assert.ok(!this.#running.includes(begun), `${begun} is worked on twice at the same time`);
    this.#running.push(begun);
    this.#asked.delete(begun);
  }
}

test("nothing that was asked is lost, and no key is worked on twice at once", () =>
  fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const shift = new Shift();
      for (const step of history) {
        shift.play(step);
        await settle();
      }
      assert.deepEqual([...(await shift.end())], []);
    }),
    { seed: 20_261_123, numRuns: 300 },
  ));
