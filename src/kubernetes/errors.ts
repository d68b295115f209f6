import { ProxyfleetError } from "../values/errors.ts";

/** No usable kubeconfig or credentials. */
export class ConnectionError extends ProxyfleetError {}

/** A call got no answer: refused, reset, timed out. Every such call may be tried again. */
export class ApiUnreachableError extends ProxyfleetError {}

/** An answer was longer than it may be. The same call would get the same answer. */
export class AnswerTooLongError extends ProxyfleetError {}

/**
 * A write was held back, since this process is not, or not surely, the leader, or reads its caches
 * again.
 */
export class NotLeadingError extends ProxyfleetError {
  constructor(call: string) {
    super(`${call} was not sent: another operator may lead now, or caches are being read again`);
  }
}

/** What the API server said of a call that it refused. `reason` is one word, or empty. */
export interface ErrorDetails {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/**
 * The API server answered with an error. `retryAfterMs` is the server's wish (429, 503), if it had
 * one; it never is longer than half a minute.
 */
export class ApiError extends ProxyfleetError {
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  /** What the server said, in its own words, or in ours where these are not to be repeated. */
  readonly words: string;

  constructor(call: string, { status, reason, message, retryAfterMs }: ErrorDetails) {
    const code = `${status} ${reason}`.trim();
    super(`${call} failed with ${code}: ${message}`);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.words = message;
  }
}

/** 403: this process has no right to do that. */
export class ForbiddenError extends ApiError {}

/** 404: there is no such object. */
export class NotFoundError extends ApiError {}

/** 409: the object exists already, or is not the version that the call was made for. */
export class ConflictError extends ApiError {}

/** 410: the resource version or the continue token is too old. Only a new list helps. */
export class ExpiredError extends ApiError {}

/**
 * 500: an apply names a field that the kind's schema on the server does not declare. Trying again
 * helps only once that schema has changed.
 */
export class UndeclaredFieldError extends ApiError {}

/**
 * The Status object that the API server sends with an error (Kubernetes API conventions, "Response
 * Status Kind").
 */
interface StatusBody {
  message?: string;
  reason?: string;
  code?: number;
  details?: { retryAfterSeconds?: number };
}

/** An answer that is an error: `retryAfter` is its header in seconds, if it has one. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string | undefined;
  /** It may quote a secret: the server's words are left out. */
  readonly isSecret?: boolean | undefined;
}

/**
 * A server's wish to be left alone counts up to this long (ms): neither a proxy on the way nor a
 * server in trouble may put an object to sleep for hours.
 */
const longestWishMs = 30_000;

const errorsByStatus: Readonly<Record<number, typeof ApiError>> = {
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  410: ExpiredError,
};

/**
 * What a refusal says counts up to this length: where a call is passed on, or a webhook refuses it,
 * the words are somebody else's.
 */
const longestWords = 4_096;

/** As structured-merge-diff says it, in an error that has no reason of its own. */
const undeclaredField = "field not declared in schema";

/** Makes the typed error for an answer. */
export function apiError(call: string, answer: ErrorAnswer): ApiError {
  const { status, body, retryAfter, isSecret = false } = answer;
  const parsed = parseStatus(body);
  const isUndeclared = parsed.message?.includes(undeclaredField) ?? false;
  const TypedError = isUndeclared ? UndeclaredFieldError : (errorsByStatus[status] ?? ApiError);
  return new TypedError(call, {
    status,
    reason: isSecret ? oneWord(parsed.reason) : (parsed.reason ?? "").slice(0, 100),
    message: isSecret
      ? leftOut(status)
      : (parsed.message ?? body.slice(0, 300)).slice(0, longestWords),
    retryAfterMs: wishMs(retryAfter ?? parsed.details?.retryAfterSeconds),
  });
}

/** In the place of words that may quote a secret: what the answer was, and where its words are. */
function leftOut(status: number): string {
  return `the answer ${status} is not repeated, since it may quote a secret. Look at quotas, at policies and webhooks for this kind, and at their logs`;
}

/** A webhook may set any text as the reason, and quote there too. */
function oneWord(reason = ""): string {
  return /^[A-Z][A-Za-z]{0,40}$/.test(reason) ? reason : "";
}

/** The wish in ms; undefined where it is no number of seconds, such as a date. */
function wishMs(seconds: string | number | undefined): number | undefined {
  const ms = Number(seconds ?? Number.NaN) * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.min(longestWishMs, ms));
}

function parseStatus(body: string): StatusBody {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/**
 * Whether trying the same call again may help: the server was unreachable, busy (429) or broken
 * (5xx).
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiUnreachableError) return true;
  if (error instanceof UndeclaredFieldError) return false;
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}

/**
 * Whether the server will say the same again until somebody changes something: what is written is
 * not allowed, or not valid. A conflict is no refusal.
 */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && !(error instanceof ConflictError) && !isTransient(error);
}
