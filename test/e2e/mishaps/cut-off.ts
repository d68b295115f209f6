import type { TestContext } from "node:test";
import type { LoadFailure } from "../../stand-ins/client/load.ts";
import type { Crowd } from "../stage/people.ts";

/**
 * Sends the crowd home, prints how many of its connections failed, at which addresses and for how
 * long, and gives the failures.
 */
export async function countFailures(t: TestContext, crowd: Crowd): Promise<readonly LoadFailure[]> {
  const { connections, seconds, slowestMs } = await crowd.goHome();
  const { failures } = crowd;
  t.diagnostic(
    `${failures.length} of ${connections} connections failed in ${seconds} s; the slowest took ${slowestMs} ms`,
  );
  for (const host of new Set(failures.map((failure) => failure.host))) {
    const own = failures.filter((failure) => failure.host === host);
    const reasons = [...new Set(own.map(({ reason }) => reason))].join("; ");
    t.diagnostic(`${host}: ${own.length} failed within ${secondsOf(own)} s: ${reasons}`);
  }
  return failures;
}

/** From the first failure to the last (s). */
export function secondsOf(failures: readonly LoadFailure[]): number {
  const times = failures.map(({ at }) => Date.parse(at));
  return times.length === 0 ? 0 : (Math.max(...times) - Math.min(...times)) / 1_000;
}
