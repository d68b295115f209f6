import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { explainError } from "../values/errors.ts";
import { ApiError, ConflictError } from "../kubernetes/errors.ts";
import { yieldToEventLoop } from "./clock.ts";
import type { WorkQueue } from "./queue.ts";

/**
 * What a reconcile found: nothing to do until something changes, or a time to look again (ms from
 * now), or that the object is gone, so that nothing of its key is kept; or that a write failed, so
 * that it is tried again after a pause, and at `afterMs` where all else needs an earlier look. Too
 * early: it may not be looked at yet, so neither a failure nor a success came of it.
 */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "requeue"; readonly afterMs: number }
  | { readonly kind: "tooEarly"; readonly afterMs: number }
  | { readonly kind: "failed"; readonly error: unknown; readonly afterMs: number | undefined }
  | { readonly kind: "gone" };

export const done: Outcome = { kind: "done" };
export const gone: Outcome = { kind: "gone" };

/** Requeues the key after `afterMs`, or not at all where there is no such time. */
export function requeueAfter(afterMs: number | undefined): Outcome {
  return afterMs === undefined ? done : { kind: "requeue", afterMs: Math.max(0, afterMs) };
}

/**
 * What failed is not tried in each of the steps that all else takes: those come no faster than this
 * while a write fails (ms).
 */
const stepBesideFailureMs = 1_000;

/** A write failed; what else there is to do goes on after `afterMs`, where there is something. */
export function failed(error: unknown, afterMs: number | undefined): Outcome {
  const ms = afterMs === undefined ? undefined : Math.max(stepBesideFailureMs, afterMs);
  return { kind: "failed", error, afterMs: ms };
}

/** Brings one kind of object to where its spec wants it. */
export interface Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  /**
   * Works from the key alone: observes all it needs, decides, applies. Throws when a step failed; it
   * is tried again then.
   */
  reconcile(key: string, log: Logger): Promise<Outcome>;
}

/**
 * How a reconcile ended. The words are controller-runtime's, which dashboards know; a requeue
 * without a time is a conflict.
 */
export type ReconcileResult = "success" | "requeue_after" | "requeue" | "error";

/** Observes each reconcile. */
export interface ReconcileObserver {
  started(): void;
  ended(result: ReconcileResult, seconds: number): void;
}

export interface ControllerOptions {
  readonly log: Logger;
  /** Ends the workers once the reconciles under way have ended. */
  readonly signal: AbortSignal;
  /** How many keys are reconciled side by side. */
  readonly workers: number;
  readonly observer?: ReconcileObserver | undefined;
  /**
   * Each object is looked at again after this time (ms) even if nothing changed, for what no watch
   * reports. Absent: never.
   */
  readonly resyncMs?: (() => number) | undefined;
}

/** What one reconcile is made with. */
export type ReconcileOptions = Omit<ControllerOptions, "signal" | "workers">;

/** Runs the controller's workers until `signal` fires and the reconciles under way have ended. */
export async function runController(
  controller: Controller,
  options: ControllerOptions,
): Promise<void> {
  const { signal, workers } = options;
  const log = options.log.child({ controller: controller.name });
  if (signal.aborted) controller.queue.close();
  signal.addEventListener("abort", () => controller.queue.close(), { once: true });
  await Promise.all(
    Array.from({ length: workers }, async () => work(controller, { ...options, log })),
  );
}

async function work(controller: Controller, options: ControllerOptions): Promise<void> {
  for (
    let key = await controller.queue.next();
    key !== undefined;
    key = await controller.queue.next()
  ) {
    const log = options.log.child({ key, reconcileId: randomUUID() });
    await reconcileOnce(controller, key, { ...options, log });
    controller.queue.done(key);
    // A long run of keys must not starve timers and sockets.
    await yieldToEventLoop();
  }
}

/** Takes a key of the queue one step on, and says when it is to come again. */
export async function reconcileOnce(
  controller: Controller,
  key: string,
  { log, observer, resyncMs }: ReconcileOptions,
): Promise<void> {
  const started = performance.now();
  const elapsedMs = () => performance.now() - started;
  observer?.started();
  const result = await resultOf(controller, key, { log, elapsedMs, resyncMs });
  observer?.ended(result, elapsedMs() / 1000);
}

interface Attempt extends Pick<ControllerOptions, "log" | "resyncMs"> {
  readonly elapsedMs: () => number;
}

async function resultOf(
  controller: Controller,
  key: string,
  { log, elapsedMs, resyncMs }: Attempt,
): Promise<ReconcileResult> {
  const { queue } = controller;
  const ms = () => Math.round(elapsedMs());
  const outcome = await outcomeOf(controller, key, log);
  if (outcome.kind === "tooEarly") {
    queue.addAgain(key, outcome.afterMs);
    return "requeue_after";
  }
  if (outcome.kind === "failed") {
    if (outcome.afterMs !== undefined) queue.addAgain(key, outcome.afterMs);
    return afterFailure(outcome.error, queue, { key, log, ms: ms() });
  }
  queue.forget(key);
  if (outcome.kind === "requeue") queue.addAgain(key, outcome.afterMs);
  if (outcome.kind !== "gone" && resyncMs !== undefined) queue.addAfter(key, resyncMs());
  log.debug({ outcome: outcome.kind, ...inMs(outcome), ms: ms() }, "reconciled");
  return outcome.kind === "requeue" ? "requeue_after" : "success";
}

async function outcomeOf(controller: Controller, key: string, log: Logger): Promise<Outcome> {
  try {
    return await controller.reconcile(key, log);
  } catch (error) {
    return failed(error, undefined);
  }
}

function afterFailure(
  error: unknown,
  queue: WorkQueue,
  { key, log, ms }: { readonly key: string; readonly log: Logger; readonly ms: number },
): ReconcileResult {
  if (error instanceof ConflictError) {
    queue.addConflicted(key);
    log.debug({ outcome: "conflict", ms, error: explainError(error) }, "reconciled");
    return "requeue";
  }
  queue.addFailed(key, error instanceof ApiError ? error.retryAfterMs : undefined);
  const stack = error instanceof Error ? error.stack : undefined;
  log.warn({ outcome: "error", ms, error: explainError(error), stack }, "reconciled");
  return "error";
}

/** For the log: when the object is looked at again although nothing changes (ms from then). */
function inMs(outcome: Outcome): { readonly afterMs?: number } {
  return outcome.kind === "requeue" ? { afterMs: Math.round(outcome.afterMs) } : {};
}
