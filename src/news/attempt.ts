import type { Random } from "../values/random.ts";
import {
  type Instant,
  type Millis,
  hours,
  millis,
  minutes,
  parseInstant,
  seconds,
  since,
} from "../values/time.ts";

/** What came of one try to deliver. The words quote nothing of the event, the secret or the URL. */
export type Attempt =
  | { readonly kind: "delivered" }
  /** It is tried again; `retryAfter` is the receiver's wish. */
  | { readonly kind: "failed"; readonly why: string; readonly retryAfter?: Millis | undefined }
  /** The receiver lets nobody in, or is not there: a person may mend that, so it is tried again. */
  | { readonly kind: "denied"; readonly why: string }
  /** The receiver does not want this event, so it is not sent again. */
  | { readonly kind: "refused"; readonly why: string };

/** An event that could not be delivered for this long is given up. */
export const giveUpAfter: Millis = hours(24);

/**
 * An event that is denied without a break for this long is given up. It is enough for a secret that
 * is being changed on both sides, and for a service that is put in place again.
 */
export const denialLasts: Millis = hours(1);

/** The first pause after a failure, doubled with each further one up to the longest. */
const pauses = { first: seconds(1), longest: minutes(15) };

/** No receiver keeps news waiting for longer than this by its Retry-After. */
const longestWish = hours(1);

/** How a receiver answered. */
export interface Answer {
  readonly status: number;
  /** The header Retry-After, as it came. */
  readonly retryAfter: string | undefined;
}

/** What an answer means (Standard Webhooks 1.0.0, "Delivery success and failure"). */
export function attemptOf({ status, retryAfter }: Answer, now: Instant): Attempt {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const why = `it answered ${status}`;
  if (status >= 300 && status < 400)
    return {
      kind: "failed",
      why: `${why}, and redirects are not followed: write the address that it leads to into the receiver's url`,
    };
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    return {
      kind: denials.includes(status) ? "denied" : "refused",
      why: `${why}: ${remedies[status] ?? otherRemedy}`,
    };
  return { kind: "failed", why, retryAfter: wishOf(retryAfter, now) };
}

/** What a gateway, or a receiver with another secret, answers to any event. */
const denials: readonly number[] = [401, 403, 404];

const checkSecret = "check that the receiver and the operator have the same secret";
const checkUrl = "check the receiver's url";

const remedies: Readonly<Record<number, string>> = {
  401: checkSecret,
  403: checkSecret,
  404: checkUrl,
  405: `${checkUrl}: it must take POST`,
  410: "it is gone for good, so take it out of the receivers",
};

const otherRemedy =
  "it must take CloudEvents as JSON in structured mode. Its own log should say more";

/** RFC 9110 §10.2.3: seconds, or a date. */
function wishOf(text: string | undefined, now: Instant): Millis | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(text);
  const wish = /^\d{1,9}$/.test(text) ? seconds(Number(text)) : at && since(now, at);
  return wish === undefined ? undefined : millis(Math.min(longestWish, Math.max(0, wish)));
}

/** The pause before the next try: doubling, with jitter, and never shorter than the receiver asks. */
export function pauseAfter(
  failures: number,
  random: Random,
  retryAfter: Millis = millis(0),
): Millis {
  const pause = Math.min(pauses.longest, pauses.first * 2 ** Math.min(failures, 20));
  return millis(Math.max(retryAfter, pause * (0.5 + random() / 2)));
}
