import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { apiError } from "../../../src/kubernetes/errors.ts";
import {
  type Controller,
  type Outcome,
  done,
  failed,
  requeueAfter,
  runController,
} from "../../../src/runtime/controller.ts";
import { WorkQueue } from "../../../src/runtime/queue.ts";

interface Shop {
  readonly queue: WorkQueue;
  /** Delays (ms) that were asked for, in order. */
  readonly delays: number[];
  readonly seen: string[];
  readonly lines: Record<string, unknown>[];
  /** Runs until `enough` keys were reconciled, then stops the workers and waits for them. */
  readonly run: (enough: number) => Promise<void>;
}

/** A controller whose delays are over at once, so that no test waits for one. */
function shop(reconcile: (key: string, nth: number) => Promise<Outcome>, workers = 1): Shop {
  const delays: number[] = [];
  const seen: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: "debug", base: null },
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const timer = (ms: number, callback: () => void): (() => void) => {
    delays.push(ms);
    const handle = setImmediate(callback);
    return () => clearImmediate(handle);
  };
  const queue = new WorkQueue({ now: () => 0, random: () => 1, timer });
  const stop = new AbortController();
  const run = async (enough: number): Promise<void> => {
    const controller: Controller = {
      name: "shop",
      queue,
      reconcile: async (key) => {
        seen.push(key);
        if (seen.length === enough) stop.abort();
        return reconcile(key, seen.length);
      },
    };
    await runController(controller, { log, signal: stop.signal, workers });
  };
  return { queue, delays, seen, lines, run };
}

describe("the loop of a controller", () => {
  test("reconciles every key that was added, and ends when it is told to", async () => {
    const { queue, run, seen } = shop(async () => done);
    for (const key of ["a", "b", "c"]) queue.add(key);
    await run(3);
    assert.deepEqual(seen, ["a", "b", "c"]);
  });

  test("looks again when the reconcile asks for it", async () => {
    const { queue, run, seen, delays } = shop(async (_key, nth) =>
      nth === 1 ? requeueAfter(1_500) : done,
    );
    queue.add("a");
    await run(2);
    assert.deepEqual([seen, delays], [["a", "a"], [1_500]]);
  });

  test("tries what failed again, later each time, and starts anew after a success", async () => {
    const { queue, run, delays, lines } = shop(async (_key, nth) => {
      if (nth === 3) return requeueAfter(7);
      throw new Error(`try ${nth}`);
    });
    queue.add("a");
    await run(5);
    assert.deepEqual(delays, [50, 100, 7, 50]);
    const warned = lines
      .filter(({ level }) => level === 40)
      .map(({ key, controller, outcome, error }) => ({ key, controller, outcome, error }));
    assert.deepEqual(warned[0], { key: "a", controller: "shop", outcome: "error", error: "try 1" });
  });

  test("a look that came too early ends no back-off", async () => {
    const { queue, run, delays } = shop(async (_key, nth) => {
      if (nth % 2 === 0) return { kind: "tooEarly", afterMs: 7 };
      throw new Error(`try ${nth}`);
    });
    queue.add("a");
    await run(6);
    assert.deepEqual(delays.slice(0, 5), [50, 7, 100, 7, 200]);
  });

  test("a failure of one key holds no other up", async () => {
    const { queue, run, seen } = shop(async (key) => {
      if (key === "bad") throw new Error("always");
      return done;
    });
    for (const key of ["bad", "a", "b"]) queue.add(key);
    await run(5);
    assert.deepEqual(
      seen.filter((key) => key !== "bad"),
      ["a", "b"],
    );
  });

  test("what failed is tried after a pause, or earlier where the rest goes on", async () => {
    const { queue, run, delays } = shop(async (_key, nth) => {
      if (nth <= 3) return failed(new Error(`try ${nth}`), nth === 2 ? 0 : 60_000);
      return done;
    });
    queue.add("a");
    await run(4);
    // The shorter of the two counts: 60 s or 50 ms, then 1 s or 100 ms, then 60 s or 200 ms.
    assert.deepEqual(delays, [60_000, 50, 1_000, 100, 60_000, 200]);
  });

  test("waits as long as a busy server wishes", async () => {
    const { queue, run, delays } = shop(async (_key, nth) => {
      if (nth === 1) throw apiError("apply x", { status: 429, body: "", retryAfter: "9" });
      return done;
    });
    queue.add("a");
    await run(2);
    assert.deepEqual(delays, [9_000]);
  });

  test("an hour that a server wishes for puts nobody to sleep for an hour", async () => {
    const { queue, run, delays } = shop(async (_key, nth) => {
      if (nth === 1) throw apiError("apply x", { status: 503, body: "", retryAfter: "3600" });
      return done;
    });
    queue.add("a");
    await run(2);
    assert.deepEqual(delays, [30_000]);
  });

  test("a conflict is looked at again soon, later each time, and is no failure", async () => {
    const { queue, run, delays, lines } = shop(async (_key, nth) => {
      if (nth === 10) return requeueAfter(7);
      throw apiError("apply x", { status: 409, body: "" });
    });
    queue.add("a");
    await run(12);
    assert.deepEqual(delays, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 7, 200]);
    assert.deepEqual(
      lines.filter(({ level }) => level === 40),
      [],
    );
  });

  test("several workers never have the same key at once", async () => {
    const busy = new Set<string>();
    const { queue, run } = shop(async (key) => {
      assert.ok(!busy.has(key), `${key} is worked on twice`);
      busy.add(key);
      await new Promise((resolve) => setImmediate(resolve));
      queue.add(key);
      busy.delete(key);
      return done;
    }, 4);
    for (const key of ["a", "b"]) queue.add(key);
    await run(40);
  });
});

test("a time to look again that is past is now, and none is none", () => {
  assert.deepEqual(requeueAfter(-5), { kind: "requeue", afterMs: 0 });
  assert.deepEqual(requeueAfter(undefined), done);
});
