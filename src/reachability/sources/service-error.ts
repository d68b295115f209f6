import { ProxyfleetError, explainError } from "../../values/errors.ts";
import { present } from "../../values/present.ts";
import { shortened } from "../../values/shortened.ts";
import type { Millis } from "../../values/time.ts";
import type { ServiceAnswer } from "./source.ts";

/** A service has no probe where it is asked for one: that says nothing about an address. */
export class NoProbesError extends ProxyfleetError {}

/** A service refused to test, or gave no answer that can be used. */
export class ServiceError extends ProxyfleetError {
  /** When the service wants to be asked again, if it said so. */
  readonly retryAfterMs: Millis | undefined;

  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: Millis } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The longest text of a service that is repeated in a message. */
const longestQuote = 200;

/**
 * A service's own words as a message may repeat them: one line, not too long, and without the
 * token that it was asked with.
 */
export function quote(words: string, token: string | undefined): string {
  const line = words.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return shortened(withoutToken(line, token), longestQuote);
}

/** What a round's error is to those who read the vantage point's condition. */
export function answerOf(error: unknown, token: string | undefined): ServiceAnswer {
  const message = withoutToken(explainError(error), token);
  if (error instanceof NoProbesError) return { kind: "noProbes", message };
  const retryAfterMs = error instanceof ServiceError ? error.retryAfterMs : undefined;
  return { kind: "failed", message, ...present({ retryAfterMs }) };
}

/** A service or a library may repeat what it was sent. */
function withoutToken(text: string, token = ""): string {
  return token === "" ? text : text.replaceAll(token, "(token)");
}
