import { request } from "undici";
import type { Connection } from "./connection.ts";
import type { Use } from "./pooled-agent.ts";
import { untilAborted } from "./until-aborted.ts";
import { present } from "../values/present.ts";
import { TooLongError, boundedText } from "../values/bounded-text.ts";
import {
  AnswerTooLongError,
  ApiError,
  ApiUnreachableError,
  apiError,
  isTransient,
  NotLeadingError,
} from "./errors.ts";

type Verb = "get" | "list" | "watch" | "create" | "apply" | "patch" | "delete" | "evict";

/** One call has this long in all, its retries included; and a watch until its answer begins (ms). */
const callDeadlineMs = 30_000;
const mostRetries = 3;
/**
 * A call waits no longer than this (ms) between two tries: whoever made it holds a worker, and can
 * come again.
 */
const longestPauseMs = 5_000;

/**
 * An answer that is read whole is no longer than this (bytes): what is in it is what people with
 * rights in one namespace made, and its size must not be theirs to choose. A list is asked for in
 * pages.
 */
const mostAnswerBytes = 32 * 2 ** 20;

/**
 * One request to the API server. `resource` is its plural, with the subresource if there is one:
 * what metrics count by.
 */
export interface Call {
  readonly verb: Verb;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly resource: string;
  readonly path: string;
  readonly query?: Record<string, string | undefined>;
  readonly body?: unknown;
  readonly accept?: string;
  /** What it sends is secret, so the words of a refusal are too. */
  readonly isSecret?: boolean;
  /** Its answer is no longer than this (bytes). */
  readonly mostBytes?: number | undefined;
  /**
   * The API server passes on what somebody else answers: the time and the refusals in it are not the
   * server's own, and it is not asked for twice.
   */
  readonly isPassedOn?: boolean;
  /** It writes nothing, whatever its method. */
  readonly isQuestion?: boolean;
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
}

/** How one request ended: `code` is the HTTP status, or `<error>` where no answer came. */
export interface Answered {
  readonly verb: Verb;
  readonly method: string;
  readonly resource: string;
  readonly code: string;
}

export interface TransportOptions {
  /** What the API server's audit log calls this program. */
  readonly userAgent?: string;
  /** Waits `ms`, or until `signal` fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /**
   * Called right before each write leaves. Where it is false, the call ends with a NotLeadingError.
   */
  readonly mayWrite?: () => boolean;
  /** Waits until one more request may leave. Absent: no limit. */
  readonly admit?: (signal: AbortSignal) => Promise<void>;
  /** Called with the server's time as each answer says it (ms since 1970, whole seconds). */
  readonly heardTime?: (ms: number) => void;
  /** Called after each request, retries included. */
  readonly observe?: (answered: Answered) => void;
  /** Time for one call with its retries, and for a watch until its answer begins (ms). */
  readonly deadlineMs?: number;
  readonly retries?: number;
}

/** An answer, as far as it is there before its body. */
interface Headed {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** How long a call is tried, and what is made of its answer. */
interface Trying<T> {
  /** By the clock of `performance` (ms). */
  readonly endsAt: number;
  readonly signal: AbortSignal;
  readonly read: (answer: string) => T;
}

/**
 * Sends calls over a connection, with a deadline, retries and the leader's gate. Every failure is
 * an ApiError, an ApiUnreachableError or a NotLeadingError.
 */
export class Transport {
  readonly #connection: Connection;
  readonly #options: TransportOptions;
  readonly #stop: AbortSignal;

  /** After `stop` fires no further call leaves the process. */
  constructor(connection: Connection, stop: AbortSignal, options: TransportOptions) {
    this.#connection = connection;
    this.#stop = stop;
    this.#options = options;
  }

  /** A call whose answer is one JSON value. Tried again while that may help and there is time. */
  async json<T>(call: Call): Promise<T> {
    return this.#inTime(call, async (signal, endsAt) =>
      this.#repeated(call, { endsAt, signal, read: (text) => parsed(call, text) as T }),
    );
  }

  /** A call whose answer is any text. Tried again while that may help and there is time. */
  async text(call: Call): Promise<string> {
    return this.#inTime(call, async (signal, endsAt) =>
      this.#repeated(call, { endsAt, signal, read: (text) => text }),
    );
  }

  /** A call whose answer is followed as it comes, once it has begun in time. */
  async stream(call: Call): Promise<AsyncIterable<Uint8Array>> {
    const body = await this.#inTime(call, async (signal) =>
      this.#send(call, signal, { use: "watches" }),
    );
    return chunks(call, body);
  }

  /**
   * Does what a call needs, until it is given up or its deadline has come. Nothing that it waits for
   * lasts longer, neither a turn on a connection nor a credential plugin.
   */
  async #inTime<T>(
    call: Call,
    work: (signal: AbortSignal, endsAt: number) => Promise<T>,
  ): Promise<T> {
    const { deadlineMs = callDeadlineMs } = this.#options;
    const deadline = new AbortController();
    // Not AbortSignal.timeout: Node holds such a signal, and all that hangs on it, until its time
    // has come, however early the call ends.
    const timer = setTimeout(() => deadline.abort(late(call, deadlineMs)), deadlineMs);
    const signal = this.#signal(call, deadline.signal);
    try {
      return await untilAborted(work(signal, performance.now() + deadlineMs), signal);
    } catch (error) {
      throw reachable(call, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #repeated<T>(call: Call, { endsAt, signal, read }: Trying<T>): Promise<T> {
    const { retries = mostRetries, sleep } = this.#options;
    for (let failures = 0; ; failures++) {
      try {
        const body = await this.#send(call, signal, { use: "calls" });
        return read(await whole(call, body));
      } catch (thrown) {
        const error = reachable(call, thrown);
        const pause = this.#pauseMs(error, failures);
        const isTooLong = pause > longestPauseMs || performance.now() + pause > endsAt;
        if (failures >= retries || isTooLong || signal.aborted || !mayRepeat(call, error))
          throw error;
        await sleep(pause, signal);
      }
    }
  }

  #signal({ signal }: Call, deadline?: AbortSignal): AbortSignal {
    return AbortSignal.any([this.#stop, deadline, signal].filter((each) => each !== undefined));
  }

  async #send(
    call: Call,
    signal: AbortSignal,
    { use, forget = false }: { readonly use: Use; readonly forget?: boolean },
  ): Promise<AsyncIterable<Uint8Array>> {
    const { admit, mayWrite, userAgent } = this.#options;
    const { dispatcher, headers } = await this.#connection.open(use, forget);
    await admit?.(signal);
    const writes = call.method !== "GET" && call.isQuestion !== true;
    if (writes && mayWrite?.() === false) throw new NotLeadingError(describe(call));
    const {
      statusCode,
      body,
      headers: answered,
    } = await this.#counted(call, () =>
      request(this.#connection.server + call.path, {
        method: call.method,
        query: Object.fromEntries(
          Object.entries(call.query ?? {}).filter(
            (entry): entry is [string, string] => entry[1] !== undefined,
          ),
        ),
        headers: { ...headers, ...headersOf(call), ...present({ "user-agent": userAgent }) },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        dispatcher,
        signal,
      }),
    );
    if (statusCode < 300) return body;
    const text = await whole(call, body);
    if (statusCode === 401 && !forget && !call.isPassedOn)
      return this.#send(call, signal, { use, forget: true });
    const header = answered["retry-after"];
    const retryAfter = typeof header === "string" ? header : undefined;
    const { isSecret } = call;
    throw apiError(describe(call), { status: statusCode, body: text, retryAfter, isSecret });
  }

  async #counted<R extends Headed>(call: Call, send: () => Promise<R>): Promise<R> {
    const { verb, method, resource } = call;
    try {
      const response = await send();
      this.#options.observe?.({ verb, method, resource, code: String(response.statusCode) });
      if (!call.isPassedOn) this.#hearTime(response.headers["date"]);
      return response;
    } catch (error) {
      this.#options.observe?.({ verb, method, resource, code: "<error>" });
      throw error;
    }
  }

  #hearTime(header: string | string[] | undefined): void {
    const ms = typeof header === "string" ? Date.parse(header) : Number.NaN;
    if (!Number.isNaN(ms)) this.#options.heardTime?.(ms);
  }

  #pauseMs(error: unknown, failures: number): number {
    const wish = error instanceof ApiError ? error.retryAfterMs : undefined;
    return wish ?? 100 * 2 ** failures * (1 + this.#options.random());
  }
}

/** A call in words, for messages. */
export function describe(call: Call): string {
  return `${call.verb} ${call.path}`;
}

function headersOf({ accept, verb, body }: Call): Record<string, string> {
  return {
    accept: accept ?? "application/json",
    ...(body === undefined ? {} : { "content-type": contentTypes[verb] ?? "application/json" }),
  };
}

/** How the API server is to read a PATCH. */
const contentTypes: Partial<Record<Verb, string>> = {
  apply: "application/apply-patch+yaml",
  patch: "application/merge-patch+json",
};

/**
 * A create may have been carried out although its answer was lost, so it is repeated only when the
 * server refused it.
 */
function mayRepeat(call: Call, error: unknown): boolean {
  if (call.isPassedOn) return false;
  if (call.method === "POST")
    return error instanceof ApiError && error.status === 429 && call.verb === "create";
  return isTransient(error);
}

/** Why a call ends at its deadline. */
function late(call: Call, deadlineMs: number): Error {
  const within = `within ${deadlineMs / 1000} s`;
  if (call.verb !== "watch") return new DOMException(`no answer ${within}`, "TimeoutError");
  return new ApiUnreachableError(
    `${describe(call)} did not begin ${within}: something on the way to the API server may let too few requests through at once. Let it take one for each watch, or use --http2=false where its HTTP/2 is at fault`,
  );
}

function reachable(call: Call, error: unknown): unknown {
  if (!(error instanceof Error) || isOurs(error)) return error;
  return new ApiUnreachableError(`${describe(call)} got no answer`, { cause: error });
}

function isOurs(error: Error): boolean {
  return ours.some((kind) => error instanceof kind);
}

const ours = [ApiError, ApiUnreachableError, AnswerTooLongError, NotLeadingError];

async function whole(call: Call, body: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    return await boundedText(body, call.mostBytes ?? mostAnswerBytes);
  } catch (cause) {
    if (!(cause instanceof TooLongError)) throw cause;
    throw new AnswerTooLongError(`${describe(call)} got an answer that is not read`, { cause });
  }
}

/** The parser's own error quotes what it could not read, which may be a secret: it is left out. */
function parsed(call: Call, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ApiUnreachableError(`${describe(call)} got an answer that is no JSON`);
  }
}

async function* chunks(call: Call, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new ApiUnreachableError(`${describe(call)} was cut`, { cause });
  }
}
