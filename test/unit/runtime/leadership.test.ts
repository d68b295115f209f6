import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Logger, pino } from "pino";
import type { LeaderElection } from "../../../src/kubernetes/lease.ts";
import { endInTime, whileLeading } from "../../../src/runtime/leadership.ts";

const never = new Promise<void>(() => undefined);
const aborted = async (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve()),
  );

function recorder(): { readonly log: Logger; readonly warnings: string[] } {
  const warnings: string[] = [];
  const write = (line: string) => void warnings.push((JSON.parse(line) as { msg: string }).msg);
  return { log: pino({ level: "warn" }, { write }), warnings };
}

/**
 * An election that is won at once. `lose` takes the lease away; `story` tells what was done in
 * which order.
 */
function election(): {
  readonly election: LeaderElection;
  readonly lose: () => void;
  readonly story: string[];
} {
  const story: string[] = [];
  const lost = Promise.withResolvers<"lost">();
  const stand = {
    acquire: async () => true,
    hold: async (signal: AbortSignal) =>
      Promise.race([lost.promise, aborted(signal).then(() => "stopped" as const)]),
    release: async () => void story.push("released"),
  };
  return { election: stand as unknown as LeaderElection, lose: () => lost.resolve("lost"), story };
}

describe("the end of the work", () => {
  test("is waited for when a stop is asked for", async () => {
    const { log, warnings } = recorder();
    const stop = new AbortController();
    const work = Promise.withResolvers<void>();
    const ended = endInTime(work.promise, { stop: stop.signal, graceMs: 60_000, log });
    stop.abort();
    let isOver = false;
    void ended.then(() => (isOver = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isOver, false);
    work.resolve();
    assert.equal(await ended, "ended");
    assert.deepEqual(warnings, []);
  });

  test("is not waited for longer than the grace period: what is left, the next leader goes on with", async () => {
    const { log, warnings } = recorder();
    assert.equal(await endInTime(never, { stop: AbortSignal.abort(), graceMs: 1, log }), "ended");
    assert.deepEqual(warnings, ["reconciles that did not end in time are left to the next leader"]);
  });
});

describe("a leader", () => {
  test("that is told to stop ends its work, then its calls, and gives the lease back last", async () => {
    const { election: seat, story } = election();
    const stop = new AbortController();
    const work = async (signal: AbortSignal): Promise<void> => {
      await aborted(signal);
      story.push("worked");
    };
    const leading = whileLeading(seat, {
      stop: stop.signal,
      halt: () => story.push("halted"),
      graceMs: 60_000,
      log: recorder().log,
      work,
    });
    stop.abort();
    await leading;
    assert.deepEqual(story, ["worked", "halted", "released"]);
  });

  test("whose work hangs gives the lease back all the same, when nothing more can be written", async () => {
    const { election: seat, story } = election();
    await whileLeading(seat, {
      stop: AbortSignal.abort(),
      halt: () => story.push("halted"),
      graceMs: 1,
      log: recorder().log,
      work: async () => never,
    });
    assert.deepEqual(story, ["halted", "released"]);
  });

  test("that loses the lease ends its calls at once, and gives nothing back", async () => {
    const { election: seat, lose, story } = election();
    const leading = whileLeading(seat, {
      stop: new AbortController().signal,
      halt: () => story.push("halted"),
      graceMs: 60_000,
      log: recorder().log,
      work: async () => never,
    });
    lose();
    await assert.rejects(leading, { name: "LeadershipLostError" });
    assert.deepEqual(story, ["halted"]);
  });
});
