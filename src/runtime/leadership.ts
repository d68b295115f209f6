import type { Logger } from "pino";
import { ProxyfleetError } from "../values/errors.ts";
import type { LeaderElection } from "../kubernetes/lease.ts";
import { sleep } from "./clock.ts";

/**
 * This process led and may not be the leader any more. Only a new process may try again: this one
 * may have been cut in two.
 */
export class LeadershipLostError extends ProxyfleetError {
  constructor() {
    super(
      "the lease could not be renewed in time, so another operator may lead now; this one ends, and its pod starts again",
    );
  }
}

/** When work has to end. */
export interface EndOptions {
  readonly stop: AbortSignal;
  /** What is under way gets this long after `stop`. */
  readonly graceMs: number;
  readonly log: Logger;
}

/** What a leader does, and when it has to end. */
export interface Leadership extends EndOptions {
  /** Ends when its signal fires. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  /** Ends all calls under way. */
  readonly halt: () => void;
}

/**
 * Waits for the lease, then works until `stop` fires and the work under way has ended, at the
 * latest `graceMs` later. The lease is given back when nothing more will be written.
 * @throws LeadershipLostError when the lease is lost; the work is left behind then, and none of its
 * writes goes out any more
 */
export async function whileLeading(
  election: LeaderElection,
  { stop, halt, graceMs, log, work }: Leadership,
): Promise<void> {
  log.info("waiting for the lease");
  if (!(await election.acquire(stop))) return;
  log.info("this operator leads");
  const holding = new AbortController();
  const held = election.hold(holding.signal);
  const worked = endInTime(work(stop), { stop, graceMs, log });
  if ((await Promise.race([held, worked])) === "lost") {
    halt();
    throw new LeadershipLostError();
  }
  halt();
  holding.abort();
  await held;
  await election.release();
}

/**
 * Waits until the work ends, but no longer than `graceMs` after `stop`: what is cut off then, the
 * next leader goes on with.
 */
export async function endInTime(
  work: Promise<void>,
  { stop, graceMs, log }: EndOptions,
): Promise<"ended"> {
  const over = new AbortController();
  const grace = async () => {
    await new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      stop.addEventListener("abort", () => resolve(), { once: true });
    });
    await sleep(graceMs, over.signal);
    if (!over.signal.aborted)
      log.warn({ graceMs }, "reconciles that did not end in time are left to the next leader");
  };
  await Promise.race([work, grace()]);
  over.abort();
  return "ended";
}
