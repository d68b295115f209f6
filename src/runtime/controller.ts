import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { explainError } from "../errors.ts";
import { ApiError, ConflictError } from "../kube/errors.ts";
import { sleep } from "./clock.ts";
import type { WorkQueue } from "./queue.ts";

/** What a reconcile found: nothing to do until something changes, or a time to look again (ms from now). */
export type Outcome = { readonly kind: "done" } | { readonly kind: "lookAgain"; readonly afterMs: number };

export const done: Outcome = { kind: "done" };

/** Looks again after `afterMs`, or not at all where there is no such time. */
export function lookAgain(afterMs: number | undefined): Outcome {
  return afterMs === undefined ? done : { kind: "lookAgain", afterMs: Math.max(0, afterMs) };
}

/** Brings one kind of object to where its spec wants it. */
export interface Controller {
  readonly name: string;
  readonly workers: number;
  readonly queue: WorkQueue;
  /** Works from the key alone: gathers all it needs, decides, applies. Throws when a step failed; it is tried again then. */
  reconcile(key: string, log: Logger): Promise<Outcome>;
}

/** A cache may lag behind an own write by a moment: a conflict is looked at again soon, not counted as a failure (ms). */
const conflictPauseMs = 200;

/** Runs the controller's workers until its queue is closed. */
export async function runController(controller: Controller, log: Logger, signal: AbortSignal): Promise<void> {
  const logger = log.child({ controller: controller.name });
  signal.addEventListener("abort", () => controller.queue.close(), { once: true });
  await Promise.all(Array.from({ length: controller.workers }, async () => work(controller, logger)));
}

async function work(controller: Controller, log: Logger): Promise<void> {
  for (let key = await controller.queue.next(); key !== undefined; key = await controller.queue.next()) {
    await reconcileOnce(controller, key, log.child({ key, reconcileId: randomUUID() }));
    controller.queue.done(key);
    // A long run of keys must not starve timers and sockets.
    await sleep(0);
  }
}

async function reconcileOnce(controller: Controller, key: string, log: Logger): Promise<void> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  try {
    const outcome = await controller.reconcile(key, log);
    controller.queue.forget(key);
    if (outcome.kind === "lookAgain") controller.queue.addAfter(key, outcome.afterMs);
    log.debug({ outcome: outcome.kind, ms: ms() }, "reconciled");
  } catch (error) {
    if (error instanceof ConflictError) {
      controller.queue.addAfter(key, conflictPauseMs);
      log.debug({ outcome: "conflict", ms: ms(), error: explainError(error) }, "reconciled");
      return;
    }
    controller.queue.addFailed(key, error instanceof ApiError ? error.retryAfterMs : undefined);
    log.warn(
      { outcome: "error", ms: ms(), error: explainError(error), stack: error instanceof Error ? error.stack : undefined },
      "reconciled",
    );
  }
}
