import type { Socket } from "node:net";
import { lines } from "../lines.ts";
import { openChat } from "./chat.ts";
import type { Endpoint } from "./connection.ts";
import { failed } from "./outcome.ts";

export interface HoldOptions {
  readonly endpoint: Endpoint;
  readonly tls: boolean;
  /**
   * Milliseconds from one line to the next; null says nothing and only watches whether the
   * connection stays open.
   */
  readonly everyMs: number | null;
  /** How long, in milliseconds, an echo may take before the connection counts as dead. */
  readonly stallMs: number;
  /** Ends the watch; the connection is then closed from here ("stopped"). */
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  /** Once a second: how many lines have come back. */
  readonly onBeat: (echoes: number) => void;
}

/** How a held connection ended, and what had come back by then. */
export interface HoldResult {
  readonly how: "end" | "reset" | "timeout" | "stopped" | "other";
  readonly echoes: number;
  /** Lines whose echo was missing although a later one came, or came changed: bytes were lost. */
  readonly lost: number;
  /** Lines under way when the connection ended. */
  readonly unanswered: number;
}

interface Tally {
  sent: number;
  echoes: number;
  lost: number;
  lastEcho: number;
}

/** A thousand of them open at once, on a machine that has much else to do. A phone waits longer. */
const connectTimeoutMs = 15_000;

/**
 * Opens a chat connection and talks on it until somebody ends it.
 * @throws AttemptError if it can't be opened
 */
export async function hold(options: HoldOptions): Promise<HoldResult> {
  const socket = await open(options);
  options.onOpen();
  const tally: Tally = { sent: 0, echoes: 0, lost: 0, lastEcho: performance.now() };
  const timers = [
    setInterval(() => options.onBeat(tally.echoes), 1_000),
    ...(options.everyMs === null
      ? []
      : [setInterval(() => sayNext(socket, tally, options.stallMs), options.everyMs)]),
  ];
  try {
    const how = await listen(socket, tally);
    return {
      how,
      echoes: tally.echoes,
      lost: tally.lost,
      unanswered: tally.sent - tally.echoes - tally.lost,
    };
  } finally {
    timers.forEach((timer) => clearInterval(timer));
    socket.destroy();
  }
}

/** The time limit is for the opening alone; `signal` holds for as long as the connection lives. */
async function open({ endpoint, tls, signal }: HoldOptions): Promise<Socket> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException("no answer", "TimeoutError")),
    connectTimeoutMs,
  );
  try {
    return (await openChat(endpoint, tls, AbortSignal.any([signal, late.signal]))).socket;
  } finally {
    clearTimeout(timer);
  }
}

function sayNext(socket: Socket, tally: Tally, stallMs: number): void {
  if (tally.sent > tally.echoes + tally.lost && performance.now() - tally.lastEcho > stallMs)
    socket.destroy(new DOMException("no echo came back", "TimeoutError"));
  if (!socket.writable) return;
  tally.sent += 1;
  socket.write(`beat ${String(tally.sent)}\n`);
}

/**
 * Counts echoes until the connection ends; an echo that skips some numbers counts those as lost,
 * and so does one that is none.
 */
async function listen(socket: Socket, tally: Tally): Promise<HoldResult["how"]> {
  try {
    for await (const line of lines(socket)) {
      const [, number] = /^([0-9]+) beat \1$/.exec(line) ?? [];
      const skipped = Number(number) - (tally.echoes + tally.lost + 1);
      if (skipped >= 0) tally.echoes += 1;
      tally.lost += skipped >= 0 ? skipped : 1;
      tally.lastEcho = performance.now();
    }
    return "end";
  } catch (error) {
    const { reason } = failed("answer", error);
    return reason === "reset" || reason === "timeout" || reason === "stopped" ? reason : "other";
  }
}
