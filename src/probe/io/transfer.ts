import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Millis } from "../../values/time.ts";
import { StepError, type StepLimit, UntriedError, stepError } from "./connect.ts";

/** What is moved in each direction: three times what a known censor lets pass (net4people/bbs 490). */
export const transferBytes = 48 * 1024;

/** Requests under way at once, so that a slow line is not taken for a narrow one. */
const window = 8;
const paddingBytes = 4096;
const statusLine = /HTTP\/1\.[01] \d/g;
const statusLineBytes = "HTTP/1.1 2".length;

export interface Pipe {
  /** Below TLS: its bytes are those that a censor counts. */
  readonly socket: Socket;
  readonly secure: TLSSocket;
  /** Whom the requests are for. */
  readonly host: string;
}

/** Its `ms` are for each direction. */
export interface TransferLimit extends StepLimit {
  /** Longest stand-still. */
  readonly stallMs: Millis;
  /** How long before a server hangs up it is asked how fast the line was. */
  readonly crawlMs: Millis;
}

/** Slower than that, no photo gets through. */
export const slowestBytesPerSecond = 2048;

/**
 * Moves 48 KB down and then 48 KB up over one connection to a web server, with nothing but plain
 * requests for its first page: small ones until its answers add up, then padded ones. What the
 * answers say does not matter, only that they come. The last request asks for the connection to be
 * closed, so that its end shows that all of them arrived.
 * @returns "Whole", or "Ended" where it can't be said: the server hung up before, as many do after
 * some requests, or does not speak HTTP. One that hangs up because too little of what it sends and
 * waits for gets through has met a slow line.
 * @throws StepError `Reset`, `Frozen` after so many bytes of the direction that was under way (down
 * as they came, the handshake's included; up as they were answered), or `Slow`; UntriedError if it
 * was stopped
 */
export async function transfer(pipe: Pipe, limit: TransferLimit): Promise<"Whole" | "Ended"> {
  const timer = setTimeout(() => pipe.secure.destroy(overdue(limit, moved)), limit.ms);
  const moved = new Requests(pipe, () => timer.refresh());
  const stopped = () => pipe.secure.destroy(new UntriedError("stopped"));
  limit.stop.addEventListener("abort", stopped, { once: true });
  pipe.secure.setTimeout(limit.stallMs, () => pipe.secure.destroy(frozen(moved)));
  try {
    moved.begin();
    for await (const chunk of pipe.secure as AsyncIterable<Buffer>) moved.arrived(chunk);
    if (moved.isWhole()) return "Whole";
    refuseCrawl(moved, limit);
    return "Ended";
  } catch (error) {
    if (error instanceof NotSpoken) return "Ended";
    const failed = stepError(error, limit);
    if (failed instanceof StepError && failed.failure.kind === "Reset") refuseCrawl(moved, limit);
    throw failed;
  } finally {
    clearTimeout(timer);
    limit.stop.removeEventListener("abort", stopped);
    pipe.socket.destroy();
  }
}

/** A server also resets where it hangs up on what is still on its way. @throws StepError `Slow` */
function refuseCrawl(moved: Requests, { crawlMs }: TransferLimit): void {
  const bytesPerSecond = Math.min(moved.speedOfLast(crawlMs), moved.speed(crawlMs));
  if (bytesPerSecond < slowestBytesPerSecond) throw new StepError({ kind: "Slow", bytesPerSecond });
}

function overdue({ ms }: StepLimit, moved: Requests): Error {
  const bytesPerSecond = Math.round(moved.underWay() / (ms / 1000));
  return new StepError({ kind: "Slow", bytesPerSecond });
}

function frozen(moved: Requests): Error {
  if (!moved.isSpoken()) return new NotSpoken();
  return new StepError({ kind: "Frozen", afterBytes: moved.underWay() });
}

/** What answers does not speak HTTP: its silence says nothing. */
class NotSpoken extends Error {}

/** The requests of one connection: each answer lets the next one go. */
class Requests {
  readonly #pipe: Pipe;
  readonly #turns: () => void;
  #asked = 0;
  #answered = 0;
  /** The end of what came, where a status line may be cut in two. */
  #tail = "";
  #hasData = false;
  /** How many requests came before the padded ones. */
  #askedBefore: number | undefined;
  #isLast = false;
  /** How much had been moved when. */
  readonly #marks: { readonly atMs: number; readonly bytes: number }[] = [];

  /** @param turns what is called as soon as all came down, and the way up begins */
  constructor(pipe: Pipe, turns: () => void) {
    this.#pipe = pipe;
    this.#turns = turns;
  }

  begin(): void {
    this.#mark();
    for (let index = 0; index < window; index++) this.#ask("");
  }

  /** Bytes came: for each answer that begins in them, asks on. */
  arrived(chunk: Buffer): void {
    this.#hasData = true;
    const text = this.#tail + chunk.toString("latin1");
    const answers = text.match(statusLine)?.length ?? 0;
    this.#tail = text.slice(-(statusLineBytes - 1));
    for (let count = 0; count < answers; count++) this.#answer();
    this.#mark();
  }

  isWhole(): boolean {
    return this.#isLast;
  }

  isUp(): boolean {
    return this.#askedBefore !== undefined;
  }

  /** Whether what came is HTTP, or nothing came yet. */
  isSpoken(): boolean {
    return this.#answered > 0 || !this.#hasData;
  }

  /** Bytes that came down. */
  received(): number {
    return this.#pipe.socket.bytesRead;
  }

  /** Padding that went up and was answered. */
  sent(): number {
    return Math.max(0, this.#answered - (this.#askedBefore ?? 0)) * paddingBytes;
  }

  /** Bytes of the direction that is under way. */
  underWay(): number {
    return this.isUp() ? this.sent() : this.received();
  }

  /** Bytes a second of the time until now (ms); endless where it has not been going on so long. */
  speedOfLast(ms: Millis): number {
    const from = performance.now() - ms;
    const before = this.#marks.findLast(({ atMs }) => atMs <= from);
    if (before === undefined) return Infinity;
    return Math.round((this.received() + this.sent() - before.bytes) / (ms / 1000));
  }

  /** Bytes a second on average: what was lost comes in lumps. Endless before it went on so long. */
  speed(ms: Millis): number {
    const tookMs = performance.now() - (this.#marks[0]?.atMs ?? Infinity);
    return tookMs < ms ? Infinity : Math.round((this.received() + this.sent()) / (tookMs / 1000));
  }

  #mark(): void {
    this.#marks.push({ atMs: performance.now(), bytes: this.received() + this.sent() });
  }

  #answer(): void {
    this.#answered += 1;
    if (this.#isLast) return;
    if (!this.isUp() && this.received() < transferBytes) return this.#ask("");
    if (!this.isUp()) this.#turns();
    this.#askedBefore ??= this.#asked;
    this.#isLast = (this.#asked - this.#askedBefore + 1) * paddingBytes >= transferBytes;
    const padding = `cookie: ${"a".repeat(paddingBytes)}\r\n`;
    return this.#ask(this.#isLast ? `${padding}connection: close\r\n` : padding);
  }

  #ask(headers: string): void {
    this.#asked += 1;
    this.#pipe.secure.write(`GET / HTTP/1.1\r\nhost: ${this.#pipe.host}\r\n${headers}\r\n`);
  }
}
