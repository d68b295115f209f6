import { z } from "zod";
import { type Millis, seconds } from "../../values/time.ts";
import { present } from "../../values/present.ts";
import { NoProbesError, ServiceError, quote } from "./service-error.ts";

/** How many tests Globalping still runs for us, and when it gives more. */
export interface Quota {
  readonly left: number;
  readonly renewedInMs: Millis;
}

/** Globalping refused one measurement: others may still be allowed. */
export class MeasurementRefusedError extends ServiceError {}

const refusal = z.object({
  error: z.object({
    type: z.string(),
    message: z.string(),
    params: z.record(z.string(), z.string()).optional(),
  }),
});

/** What is read of an answer: nothing else of it matters. */
export interface RefusedCall {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** Never in the message, also where the service repeats it. */
  readonly token: string | undefined;
}

/** The error that a refusal of Globalping's API is, with what to do about it. */
export function refusalError({ status, headers, body, token }: RefusedCall): Error {
  const { error } = refusal.safeParse(body).data ?? {};
  const params = Object.values(error?.params ?? {}).join(", ");
  const words = quote([error?.message ?? "no reason", params].filter(Boolean).join(" "), token);
  if (status === 422 && error?.type === "no_probes_found")
    return new NoProbesError(`Globalping has no probe there now ("${words}")`);
  if (status === 401)
    return new ServiceError(
      `Globalping refuses the token ("${words}"): make one at dash.globalping.io/tokens and put it into the Secret`,
    );
  if (status === 429)
    return new ServiceError(`Globalping runs no more tests for now ("${words}")`, {
      ...present({ retryAfterMs: waitOf(headers) }),
    });
  const message = `Globalping answered ${status} ("${words}")`;
  return status === 400 || status === 422
    ? new MeasurementRefusedError(message)
    : new ServiceError(message);
}

/** How long it wants to be left alone. A refused measurement only says when the hour is over. */
function waitOf(headers: Headers): Millis | undefined {
  const wait = count(headers, "retry-after") ?? count(headers, "x-ratelimit-reset");
  return wait === undefined ? undefined : seconds(wait);
}

/** The quota that an answer states in its headers: tests that are free, and bought ones. */
export function quotaOfHeaders(headers: Headers): Quota | undefined {
  const left = count(headers, "x-ratelimit-remaining");
  if (left === undefined) return undefined;
  const credits = count(headers, "x-credits-remaining") ?? 0;
  return { left: left + credits, renewedInMs: seconds(count(headers, "x-ratelimit-reset") ?? 0) };
}

const limits = z.object({
  rateLimit: z.object({
    measurements: z.object({
      create: z.object({ remaining: z.number(), reset: z.number() }),
    }),
  }),
  credits: z.object({ remaining: z.number().optional() }).optional(),
});

/** The quota as `GET /v1/limits` gives it; undefined where it can't be read. */
export function quotaOfLimits(body: unknown): Quota | undefined {
  const parsed = limits.safeParse(body).data;
  if (parsed === undefined) return undefined;
  const { remaining, reset } = parsed.rateLimit.measurements.create;
  return {
    left: remaining + (parsed.credits?.remaining ?? 0),
    renewedInMs: seconds(reset),
  };
}

function count(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
