import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type Priority, type QueueOptions, WorkQueue } from "../../../src/runtime/queue.ts";

/**
 * A queue whose time is set by hand, with a first worker already served, so that what comes is a
 * change.
 */
async function servedQueue(
  timer: QueueOptions["timer"] = () => () => undefined,
): Promise<{ readonly queue: WorkQueue; readonly time: { now: number } }> {
  const time = { now: 0 };
  const queue = new WorkQueue({ now: () => time.now, random: () => 1, timer });
  queue.add("first");
  queue.done((await queue.next()) ?? "");
  return { queue, time };
}

async function drain(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.depth > 0) {
    const key = (await queue.next()) ?? "";
    keys.push(key);
    queue.done(key);
  }
  return keys;
}

describe("which key comes first", () => {
  const cases: Record<
    string,
    {
      given: readonly [key: string, priority: Priority | undefined, atMs: number][];
      expect: string[];
    }
  > = {
    "a change goes before what is only looked at again": {
      given: [
        ["old", "low", 0],
        ["new", undefined, 10],
      ],
      expect: ["new", "old"],
    },
    "what is only looked at again goes before changes that came five seconds later": {
      given: [
        ["old", "low", 0],
        ["soon", undefined, 4_999],
        ["late", undefined, 5_000],
      ],
      expect: ["soon", "old", "late"],
    },
    "a key that waits to be looked at again rises when it changes": {
      given: [
        ["a", "low", 0],
        ["b", "low", 1],
        ["b", undefined, 2],
      ],
      expect: ["b", "a"],
    },
    "a key that changed does not sink": {
      given: [
        ["a", undefined, 0],
        ["b", undefined, 1],
        ["a", "low", 2],
      ],
      expect: ["a", "b"],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, async () => {
      const { queue, time } = await servedQueue();
      for (const [key, priority, atMs] of given) {
        time.now = atMs;
        queue.add(key, priority);
      }
      assert.deepEqual(await drain(queue), expect);
    });

  test("the first list waits behind the first change", async () => {
    const queue = new WorkQueue({ now: () => 0, random: () => 1, timer: () => () => undefined });
    for (const key of ["a", "b", "c"]) queue.add(key);
    const first = await queue.next();
    queue.add("changed");
    assert.deepEqual([first, await queue.next(), await queue.next()], ["a", "changed", "b"]);
  });

  test("a change while a key is worked on makes it come again as a change", async () => {
    const { queue } = await servedQueue();
    queue.add("a");
    await queue.next();
    queue.add("a", "low");
    queue.add("a");
    queue.add("other", "low");
    queue.done("a");
    assert.deepEqual(await drain(queue), ["a", "other"]);
  });

  for (const priority of ["high", "low"] as const)
    test(`a step that is to go on keeps its priority: ${priority}`, async () => {
      const { queue, time } = await servedQueue((_ms, callback) => (callback(), () => undefined));
      queue.add("a", priority);
      const begun = (await queue.next()) ?? "";
      queue.addAgain(begun, 0);
      queue.done(begun);
      time.now = 10;
      queue.add("b", "high");
      assert.deepEqual(await drain(queue), priority === "high" ? ["a", "b"] : ["b", "a"]);
    });

  test("a write that goes on meeting others' loses its priority", async () => {
    const { queue, time } = await servedQueue((_ms, callback) => (callback(), () => undefined));
    queue.add("a", "high");
    const order: string[] = [];
    for (let conflicts = 0; conflicts < 4; conflicts++) {
      const begun = (await queue.next()) ?? "";
      queue.addConflicted(begun);
      queue.done(begun);
      time.now += 1;
      queue.add("b", "high");
      const [first = "", second = ""] = [await queue.next(), await queue.next()];
      order.push(first);
      for (const key of [first, second]) queue.done(key);
      queue.add("a", "high");
    }
    assert.deepEqual(order, ["a", "a", "a", "b"]);
  });

  test("no stream of changes starves a key: it waits for those of five seconds at most", async () => {
    const arrival = fc.record({
      key: fc.integer({ min: 0, max: 9 }),
      gapMs: fc.integer({ min: 0, max: 2_000 }),
      served: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 20, maxLength: 60 }), async (arrivals) => {
        const { queue, time } = await servedQueue();
        queue.add("patient", "low");
        for (const { key, gapMs, served } of arrivals) {
          time.now += gapMs;
          // Each key only once, so that the stream of changes never ends.
          queue.add(`${key}-${time.now}`);
          if (!served && queue.depth < 3) continue;
          const next = (await queue.next()) ?? "";
          queue.done(next);
          if (next === "patient") return;
          const since = Number(next.split("-")[1]);
          assert.ok(since < 5_000, `${next} came ${since} ms later, and went before`);
        }
      }),
    );
  });
});

test("who observes a queue hears of each key once", async () => {
  const time = { now: 0 };
  const queue = new WorkQueue({
    now: () => time.now,
    random: () => 1,
    timer: () => () => undefined,
  });
  const heard: string[] = [];
  queue.observe({
    added: () => heard.push("added"),
    started: (ms) => heard.push(`started after ${ms}`),
    finished: (ms) => heard.push(`finished after ${ms}`),
    retried: () => heard.push("retried"),
  });
  queue.add("a");
  queue.add("a");
  time.now = 30;
  await queue.next();
  time.now = 50;
  assert.deepEqual(queue.runningMs, [20]);
  queue.addFailed("a");
  queue.done("a");
  assert.deepEqual(
    [heard, queue.runningMs],
    [["added", "started after 30", "retried", "finished after 20"], []],
  );
});
