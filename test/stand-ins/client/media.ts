import type { Socket } from "node:net";
import {
  openTls,
  readHandshake,
  withDeadline,
  type Endpoint,
  type Handshake,
} from "./connection.ts";
import { AttemptError, failed } from "./outcome.ts";

export interface MediaOptions {
  readonly endpoint: Endpoint;
  /** The name that the app asks WhatsApp's media servers for. */
  readonly servername: string;
  /**
   * Whether WhatsApp is played, and echoes. The real one must show a certificate that this machine
   * trusts for the name.
   */
  readonly played: boolean;
  /** Longest wait for the echo, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One media connection: who answered the handshake, through the proxy. */
export interface MediaResult {
  readonly handshake: Handshake;
  readonly echo: string | null;
  readonly milliseconds: number;
}

const greeting = "a picture";

/**
 * Shakes hands with WhatsApp's media server through a proxy's media port, and has some bytes
 * echoed.
 * @throws AttemptError
 */
export async function media({
  endpoint,
  servername,
  played,
  timeoutMs,
  signal,
}: MediaOptions): Promise<MediaResult> {
  const started = performance.now();
  const deadline = withDeadline(signal, timeoutMs);
  const tls = await openTls(
    endpoint,
    { kind: played ? "anybody" : "verified", servername },
    deadline,
  );
  try {
    const handshake = readHandshake(tls);
    const echo = played ? await askEcho(tls) : null;
    return { handshake, echo, milliseconds: Math.round(performance.now() - started) };
  } finally {
    tls.destroy();
  }
}

async function askEcho(socket: Socket): Promise<string> {
  socket.write(greeting);
  let echo = "";
  try {
    for await (const chunk of socket) {
      echo += String(chunk);
      if (echo.length >= greeting.length) return checkEcho(echo);
    }
  } catch (error) {
    throw failed("answer", error);
  }
  throw new AttemptError("answer", "closed", { detail: "before the echo" });
}

function checkEcho(echo: string): string {
  if (echo !== greeting)
    throw new AttemptError("answer", "wrong answer", { detail: "the echo is not what was sent" });
  return echo;
}
