import type { Logger } from "pino";
import { explainError } from "../values/errors.ts";
import { sleep } from "./clock.ts";
import { writeDiagnosis } from "./diagnosis.ts";

/** How long a diagnosis watches the processor (ms). */
const profileMs = 10_000;

/** Fires at the first SIGTERM or SIGINT; at the second the process ends at once. */
export function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

/**
 * An error that nobody handles leaves the process in an unknown state: it is logged, and the
 * process ends with 1.
 */
export function exitOnSurprise(log: Logger): void {
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      const stack = error instanceof Error ? error.stack : undefined;
      log.error(
        { event, error: explainError(error), stack },
        "an error that nobody expected: this process ends",
      );
      process.exit(1);
    });
  }
}

/**
 * Writes a CPU profile and a heap snapshot to the folder at each SIGUSR2, one at a time. Without a
 * folder it says how to name one.
 */
export function diagnoseOnSignal(
  folder: string | undefined,
  log: Logger,
  now: () => Date = () => new Date(),
): void {
  let isBusy = false;
  const diagnose = async (to: string) => {
    log.info({ folder: to, seconds: profileMs / 1000 }, "a diagnosis begins");
    const name = `proxyfleet-${now().toISOString().replaceAll(":", "-")}`;
    const files = await writeDiagnosis(to, name, async () => sleep(profileMs));
    log.info({ files }, "a diagnosis is written; it holds secrets of this process");
  };
  process.on("SIGUSR2", () => {
    if (folder === undefined)
      log.warn("no diagnosis without a folder: set --diagnosis-folder to a writable one");
    if (folder === undefined || isBusy) return;
    isBusy = true;
    void diagnose(folder)
      .catch((error: unknown) => log.warn({ error: explainError(error) }, "a diagnosis failed"))
      .finally(() => (isBusy = false));
  });
}
