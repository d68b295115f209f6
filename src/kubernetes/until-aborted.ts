/**
 * Settles as `work` does, or rejects with the signal's reason as soon as `signal` fires, whatever
 * becomes of `work` then. undici, for one, does not let go of a request that still waits for a
 * connection when it is aborted (8.12, lib/api/api-request.js: it looks at the signal again when the
 * request gets its turn, and never sends it then).
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = Promise.withResolvers<never>();
  const end = (): void => over.reject(signal.reason as Error);
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}
