import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import {
  type Outcome,
  type ReconcileResult,
  done,
  gone,
  requeueAfter,
  runController,
} from "../../../src/runtime/controller.ts";
import { WorkQueue } from "../../../src/runtime/queue.ts";

const silent = pino({ level: "silent" });

/** Reconciles one key once; gives the delays that were asked for and what the observer heard. */
async function once(
  outcome: Outcome | Error,
): Promise<{ delays: number[]; results: ReconcileResult[] }> {
  const delays: number[] = [];
  const results: ReconcileResult[] = [];
  const timer = (ms: number): (() => void) => {
    delays.push(ms);
    return () => delays.splice(delays.indexOf(ms), 1);
  };
  const queue = new WorkQueue({ now: () => 0, random: () => 1, timer });
  const stop = new AbortController();
  queue.add("a");
  const reconcile = async (): Promise<Outcome> => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const observer = {
    started: () => undefined,
    ended: (result: ReconcileResult) => {
      results.push(result);
      results.length = 1;
      setImmediate(() => stop.abort());
    },
  };
  const running = runController(
    { name: "shop", queue, reconcile },
    {
      log: silent,
      signal: stop.signal,
      workers: 1,
      observer,
      resyncMs: () => 36_000_000,
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  const asked = [...delays];
  await running;
  return { delays: asked, results };
}

const cases: Record<string, { given: Outcome | Error; delays: number[]; result: ReconcileResult }> =
  {
    "a settled object is looked at again hours later": {
      given: done,
      delays: [36_000_000],
      result: "success",
    },
    "a time to look again that is earlier goes before the resync": {
      given: requeueAfter(5_000),
      delays: [5_000],
      result: "requeue_after",
    },
    "a time to look again that is later is brought forward": {
      given: requeueAfter(90_000_000),
      delays: [36_000_000],
      result: "requeue_after",
    },
    "nothing is kept of an object that is gone": { given: gone, delays: [], result: "success" },
    "a failure is tried again soon": { given: new Error("no"), delays: [50], result: "error" },
  };
for (const [name, { given, delays, result }] of Object.entries(cases))
  test(name, async () => assert.deepEqual(await once(given), { delays, results: [result] }));
