import { type Dispatcher, request } from "undici";
import { boundedText } from "../../../values/bounded-text.ts";
import { type Millis, seconds } from "../../../values/time.ts";
import { ServiceError } from "../service-error.ts";

/** A single call has no answer after this. */
const callTimeout = seconds(15);
const mostBytes = 2 ** 20;

export interface JsonCall {
  /** The service's name in messages. */
  readonly service: string;
  readonly url: string;
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** By default 15 s; 0: only the round's own signal ends it. */
  readonly timeoutMs?: number;
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** undefined where it is no JSON. */
  readonly body: unknown;
}

/**
 * Asks a service for JSON: one answer, of at most 1 MiB. No redirect is followed, so that a token
 * goes to the host it is meant for and to no other. @throws ServiceError
 */
export async function askJson(call: JsonCall, signal: AbortSignal): Promise<JsonAnswer> {
  const { service, url, method = "GET", headers = {}, body, timeoutMs = callTimeout } = call;
  try {
    const answer = await request(url, {
      method,
      headers: { accept: "application/json", ...headers },
      body: body ?? null,
      signal: timeoutMs === 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await boundedText(answer.body, mostBytes);
    return { status: answer.statusCode, headers: answer.headers, body: parsed(text) };
  } catch (cause) {
    throw new ServiceError(`${service} gave no usable answer`, { cause });
  }
}

/** How long the service wants to be left alone, if it says so (Retry-After in seconds). */
export function retryAfterOf({ headers }: JsonAnswer): Millis | undefined {
  const wait = headers["retry-after"];
  return typeof wait === "string" && /^\d{1,6}$/.test(wait) ? seconds(Number(wait)) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
