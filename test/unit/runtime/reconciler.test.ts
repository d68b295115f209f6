import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { apiError } from "../../../src/kubernetes/errors.ts";
import type { Controller, Outcome } from "../../../src/runtime/controller.ts";
import type { Effect } from "../../../src/runtime/effect.ts";
import type { EffectResult } from "../../../src/runtime/effect-result.ts";
import { planOf } from "../../../src/runtime/plan.ts";
import { WorkQueue } from "../../../src/runtime/queue.ts";
import { type PassMemory, defineController } from "../../../src/runtime/reconciler.ts";
import { type Instant, instant, millis, plus } from "../../../src/values/time.ts";

const log = pino({ level: "silent" });
const now = instant(Date.UTC(2026, 10, 1));
const refusal = apiError("create x", { status: 403, body: JSON.stringify({ message: "quota" }) });
const conflict = apiError("apply x", { status: 409, body: "" });

const effect: Effect = {
  kind: "event",
  id: "child",
  about: { apiVersion: "v1", kind: "Pod", metadata: { name: "x" } },
  notes: [],
};

interface Reconciled {
  readonly outcome: Outcome;
  /** What each pass knew of the ones before. */
  readonly passes: readonly PassMemory[];
}

interface Given {
  /** How the one effect of each pass ends; the last one for all that follow. */
  readonly ends: readonly EffectResult[];
  readonly requeueAt?: Instant;
  readonly goesOnInTurn?: true;
}

/** One reconcile whose plan has one effect. */
async function reconciled(given: Given): Promise<Reconciled> {
  const passes: PassMemory[] = [];
  return { outcome: await shop(given, passes).reconcile("a", log), passes };
}

function shop(
  { ends, requeueAt, goesOnInTurn }: Given,
  passes: PassMemory[],
  clock: () => number = () => 0,
): Controller {
  const timer = (): (() => void) => () => undefined;
  return defineController<object, never>(
    {
      name: "shop",
      observe: (_key, memory) => {
        passes.push(memory);
        return {};
      },
      decide: () =>
        planOf({ effects: [effect], ...(requeueAt === undefined ? {} : { requeueAt }) }),
      ...(goesOnInTurn === undefined ? {} : { goesOnInTurn }),
    },
    {
      queue: new WorkQueue({ now: () => 0, random: () => 1, timer }),
      applier: {
        apply: async () =>
          new Map([[effect, ends[Math.min(passes.length, ends.length) - 1] as EffectResult]]),
        forget: () => undefined,
      },
      now: () => now,
      random: () => 0,
      clock,
    },
  );
}

describe("a write that fails", () => {
  const refused = { kind: "failed", error: refusal } as const;

  test("leaves the time at which the rest of the plan wants another look", async () => {
    const requeueAt = plus(now, millis(7_000));
    const { outcome } = await reconciled({ ends: [refused], requeueAt });
    assert.deepEqual(outcome, { kind: "failed", error: refusal, afterMs: 7_000 });
  });

  test("is not tried more than once a second because the rest goes on in small steps", async () => {
    const { outcome } = await reconciled({ ends: [refused], requeueAt: now });
    assert.deepEqual(outcome, { kind: "failed", error: refusal, afterMs: 1_000 });
  });

  test("alone asks for no look of its own beside its pauses", async () => {
    const { outcome } = await reconciled({ ends: [refused] });
    assert.deepEqual(outcome, { kind: "failed", error: refusal, afterMs: undefined });
  });

  test("is known to the next pass, in the server's words", async () => {
    const { passes } = await reconciled({ ends: [{ kind: "superseded" }, refused, refused] });
    assert.deepEqual(
      passes.map(({ refused: known }) => known),
      [undefined, []],
    );
  });

  test("as a conflict, too, leaves the time at which the rest wants another look", async () => {
    const requeueAt = plus(now, millis(7_000));
    const ends = [{ kind: "failed", error: conflict }] as const;
    const { outcome } = await reconciled({ ends, requeueAt });
    assert.deepEqual(outcome, { kind: "failed", error: conflict, afterMs: 7_000 });
  });
});

describe("what a pass leaves to the next one", () => {
  test("is done at once, and then it waits for a change", async () => {
    const { outcome, passes } = await reconciled({
      ends: [{ kind: "superseded" }, { kind: "applied" }],
    });
    assert.deepEqual([outcome, passes.length], [{ kind: "done" }, 2]);
  });

  test("comes through the queue after four passes, so that it holds up no other key", async () => {
    const { outcome, passes } = await reconciled({ ends: [{ kind: "superseded" }] });
    assert.deepEqual([outcome, passes.length], [{ kind: "requeue", afterMs: 0 }, 4]);
  });

  test("comes through the queue at once where one write is to say it all", async () => {
    const ends = [{ kind: "superseded" }] as const;
    const { outcome, passes } = await reconciled({ ends, goesOnInTurn: true });
    assert.deepEqual([outcome, passes.length], [{ kind: "requeue", afterMs: 0 }, 1]);
  });
});

test("a key that comes again and again does nothing for a moment while others are busy", async () => {
  const passes: PassMemory[] = [];
  let elapsedMs = 0;
  const controller = shop({ ends: [{ kind: "unchanged" }] }, passes, () => elapsedMs);
  const outcomes: Outcome[] = [];
  for (let n = 0; n < 200; n++) {
    elapsedMs += 1;
    await controller.reconcile(`other-${n}`, log);
    outcomes.push(await controller.reconcile("a", log));
  }
  const [first, last] = [outcomes[0], outcomes.at(-1)];
  assert.deepEqual(first, { kind: "done" });
  assert.ok(last?.kind === "tooEarly" && last.afterMs <= 1_000, JSON.stringify(last));
  assert.ok(passes.length < 320, `${passes.length}`);
});
