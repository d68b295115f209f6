import { formatDuration, type Millis } from "../../../values/time.ts";
import { ServiceError } from "../service-error.ts";

/**
 * Runs a round that ends within its deadline, or at once where `signal` fires.
 * @param run gets a signal for both; it has to end when that fires
 * @throws ServiceError where time was up, and whatever `run` throws
 */
export async function withinDeadline(
  signal: AbortSignal,
  deadline: Millis,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const timeout = AbortSignal.timeout(deadline);
  const over = new AbortController();
  try {
    await run(AbortSignal.any([signal, timeout, over.signal]));
  } catch (cause) {
    if (signal.aborted) throw new ServiceError("the round was ended before it was over", { cause });
    if (timeout.aborted)
      throw new ServiceError(`the service was not done within ${formatDuration(deadline)}`);
    throw cause;
  } finally {
    // What is still under way after a failure has nobody to wait for it.
    over.abort();
  }
}

/**
 * Waits for what can't be cancelled, at most until `signal` fires. @throws the signal's reason, or
 * what the promise throws
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
