import { setTimeout as wait } from "node:timers/promises";
import type { Asked, Fault, FaultProxy } from "../../stand-ins/api-server/fault-proxy.ts";
import * as streams from "../../stand-ins/api-server/stream-faults.ts";

/**
 * Between two faults (ms): a watch that lived for 5 s starts its back-off anew, so that the
 * operator is not blind for longer and longer.
 */
const everyMs = 7_000;

const answer = (code: number, reason: string): Fault => ({
  kind: "answer",
  status: code,
  headers: code === 429 ? { "retry-after": "1" } : {},
  body: JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    code,
    reason,
    message: "on purpose",
  }),
});
const isWatch = (asked: Asked): boolean => asked.isWatch;
const isCall = (asked: Asked): boolean => !asked.isWatch;

/** One kind of trouble: all connections are cut, and some requests after that go wrong. */
const troubles: readonly {
  readonly isMeant: (asked: Asked) => boolean;
  readonly times: number;
  readonly fault: Fault;
}[] = [
  { isMeant: isWatch, times: 2, fault: answer(410, "Expired") },
  { isMeant: isCall, times: 3, fault: answer(500, "InternalError") },
  { isMeant: isWatch, times: 2, fault: { kind: "body", change: streams.firstLine("{") } },
  { isMeant: isCall, times: 1, fault: answer(401, "Unauthorized") },
  { isMeant: isWatch, times: 1, fault: { kind: "body", change: streams.end } },
  { isMeant: isCall, times: 2, fault: answer(429, "TooManyRequests") },
];

/** Makes one trouble after the other until `stop` fires. Returns how many there were. */
export async function makeTrouble(proxy: FaultProxy, stop: AbortSignal): Promise<number> {
  let made = 0;
  for (; !stop.aborted; made++) {
    const trouble = troubles[made % troubles.length];
    let left = trouble?.times ?? 0;
    proxy.script = (asked) =>
      trouble?.isMeant(asked) === true && left-- > 0 ? trouble.fault : undefined;
    proxy.relay.cut();
    await wait(everyMs, undefined, { signal: stop }).catch(() => undefined);
  }
  proxy.script = () => undefined;
  return made;
}
