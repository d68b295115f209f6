import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type Endpoint, openTcp, withDeadline } from "./connection.ts";
import { failed } from "./outcome.ts";

/**
 * How a client misbehaves: it says nothing, says things that are no TLS (random bytes, a web
 * browser's, a PROXY header's), or spells out a TLS handshake one byte a second.
 */
export const nuisances = ["silent", "garbage", "http", "proxy-header", "slow"] as const;
export type Nuisance = (typeof nuisances)[number];

export interface PesterOptions {
  readonly endpoint: Endpoint;
  readonly nuisance: Nuisance;
  readonly connections: number;
  /** Waits so long (ms) for the other end to end one that is open. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What became of them. */
export interface PesterResult {
  readonly connections: number;
  /** Those that the other end closed or reset in time. */
  readonly ended: number;
  readonly slowestMs: number;
  /** Every different thing that was said to them, in latin1. */
  readonly heard: readonly string[];
}

/**
 * The start of a TLS handshake, by its first bytes right: record, version, length 512, ClientHello.
 * What follows is nonsense.
 */
const slowHello = Buffer.concat([Buffer.from("160301020001", "hex"), randomBytes(500)]);

const words: Readonly<Record<Exclude<Nuisance, "silent" | "slow">, Buffer>> = {
  garbage: Buffer.concat([Buffer.from([0x80]), randomBytes(600)]),
  http: Buffer.from("GET / HTTP/1.1\r\nHost: example.org\r\nUser-Agent: scanner\r\n\r\n"),
  "proxy-header": Buffer.from("PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\n"),
};

/** Opens connections, misbehaves on each, and waits for the other end to end them. */
export async function pester(options: PesterOptions): Promise<PesterResult> {
  const outcomes = await Promise.all(
    Array.from({ length: options.connections }, async () => misbehave(options)),
  );
  const ended = outcomes.filter(({ how }) => how === "ended");
  return {
    connections: outcomes.length,
    ended: ended.length,
    slowestMs: Math.round(Math.max(0, ...ended.map(({ milliseconds }) => milliseconds))),
    heard: [...new Set(outcomes.map(({ heard }) => heard))].filter((heard) => heard !== ""),
  };
}

/** Hundreds at once are open late on a busy machine (ms). */
const longestOpeningMs = 60_000;

interface Outcome {
  readonly how: "ended" | "waited";
  readonly milliseconds: number;
  readonly heard: string;
}

async function misbehave({
  endpoint,
  nuisance,
  timeoutMs,
  signal,
}: PesterOptions): Promise<Outcome> {
  const socket = await openUnlessReset(endpoint, withDeadline(signal, longestOpeningMs));
  if (socket === undefined) return { how: "ended", milliseconds: 0, heard: "" };
  const started = performance.now();
  const deadline = withDeadline(signal, timeoutMs);
  const timer = say(nuisance, (bytes) => socket.write(bytes));
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket) chunks.push(chunk as Buffer);
  } catch {
    // A reset ends it too; whether it was our own deadline is told by the signal.
  } finally {
    clearInterval(timer);
    socket.destroy();
  }
  const how = deadline.aborted ? "waited" : "ended";
  return {
    how,
    milliseconds: performance.now() - started,
    heard: Buffer.concat(chunks).toString("latin1"),
  };
}

/** A connection over a limit may be reset so soon that it never was open from here. */
async function openUnlessReset(
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  try {
    return await openTcp(endpoint, signal);
  } catch (error) {
    if (failed("connect", error).reason === "reset") return undefined;
    throw error;
  }
}

function say(nuisance: Nuisance, write: (bytes: Buffer) => void): NodeJS.Timeout | undefined {
  let place = 0;
  if (nuisance === "slow")
    return setInterval(() => write(slowHello.subarray(place, ++place)), 1_000);
  if (nuisance !== "silent") write(words[nuisance]);
  return undefined;
}
