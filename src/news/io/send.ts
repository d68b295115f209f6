import { Agent, type Dispatcher, request } from "undici";
import { ProxyfleetError, explainError } from "../../values/errors.ts";
import { type Instant, type Millis, seconds } from "../../values/time.ts";
import { type Attempt, attemptOf } from "../attempt.ts";
import { type NewsEvent, eventContentType } from "../event.ts";
import type { Receiver } from "../receivers.ts";
import { signatureHeaders } from "../signature.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** Tries once to deliver an event. It never throws. */
export type Send = (receiver: Receiver, event: NewsEvent, signal: AbortSignal) => Promise<Attempt>;

/** A call has no answer after this. */
export const callDeadline: Millis = seconds(10);

/** Of an answer only the status counts. A longer one is cut off, and its connection with it. */
const mostBytes = 16 * 1024;

/** Connections to one receiver at most; further calls wait for one. */
const mostConnections = 8;

export interface SenderOptions {
  readonly keys: Pick<SigningKeys, "of">;
  readonly now: () => Instant;
  readonly userAgent: string;
  readonly agent: Dispatcher;
  /** By default 10 s. */
  readonly deadline?: Millis;
}

/** Connections of news: kept alive, checked as usual, and not those of anything else. */
export function newsAgent(connect: Agent.Options["connect"] = {}): Agent {
  return new Agent({ connect, connections: mostConnections, pipelining: 1 });
}

/** Sends CloudEvents in structured mode, signed as Standard Webhooks says. Follows no redirect. */
export function newsSender(options: SenderOptions): Send {
  const { deadline = callDeadline } = options;
  return async (receiver, event, signal) => {
    const timeout = AbortSignal.timeout(deadline);
    try {
      return await call(options, { receiver, event, signal: AbortSignal.any([signal, timeout]) });
    } catch (error) {
      if (timeout.aborted)
        return { kind: "failed", why: `it gave no answer within ${deadline / 1000} s` };
      // Causes name a host and a port at most; a URL may have a token in it.
      return {
        kind: "failed",
        why: error instanceof ProxyfleetError ? error.message : unreachable(error),
      };
    }
  };
}

interface Call {
  readonly receiver: Receiver;
  readonly event: NewsEvent;
  readonly signal: AbortSignal;
}

async function call(
  { keys, now, userAgent, agent }: SenderOptions,
  { receiver, event: { id, body }, signal }: Call,
): Promise<Attempt> {
  const signed = signatureHeaders({ id, body, now: now() }, await keys.of(receiver, signal));
  const answer = await request(receiver.url, {
    dispatcher: agent,
    method: "POST",
    headers: { ...signed, "content-type": eventContentType, "user-agent": userAgent },
    body,
    signal,
  });
  // It is read so that the connection can be used again, and only as far as that is cheap.
  await answer.body.dump({ limit: mostBytes, signal }).catch(() => undefined);
  const wish = answer.headers["retry-after"];
  const retryAfter = typeof wish === "string" ? wish : undefined;
  return attemptOf({ status: answer.statusCode, retryAfter }, now());
}

function unreachable(error: unknown): string {
  return `it can't be reached: ${explainError(error)}`;
}
