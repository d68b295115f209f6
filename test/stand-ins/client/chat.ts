import type { Socket } from "node:net";
import { lines } from "../lines.ts";
import type { Hello } from "../whatsapp/chat-server.ts";
import {
  openTcp,
  openTls,
  readHandshake,
  withDeadline,
  type Endpoint,
  type Handshake,
} from "./connection.ts";
import { AttemptError, failed } from "./outcome.ts";

export interface ChatOptions {
  readonly endpoint: Endpoint;
  /** Whether TLS is put round the chat connection (`chatTLS` of a share link). */
  readonly tls: boolean;
  /**
   * Whether WhatsApp is played, and answers `hello`. The real one is not asked: the handshake alone
   * is shown.
   */
  readonly played: boolean;
  /** Longest wait for the answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One chat connection, from the handshake to the answer. */
export interface ChatResult {
  readonly handshake: Handshake | null;
  readonly answer: Hello | null;
  readonly milliseconds: number;
}

/** An open chat connection. */
export interface ChatConnection {
  readonly socket: Socket;
  readonly handshake: Handshake | null;
}

/**
 * Connects to a proxy's chat port as the app does, says hello and takes the answer.
 * @throws AttemptError
 */
export async function chat(options: ChatOptions): Promise<ChatResult> {
  const started = performance.now();
  const signal = withDeadline(options.signal, options.timeoutMs);
  const { socket, handshake } = await openChat(options.endpoint, options.tls, signal);
  try {
    const answer = options.played ? await sayHello(socket) : null;
    return { handshake, answer, milliseconds: Math.round(performance.now() - started) };
  } finally {
    socket.destroy();
  }
}

/**
 * Opens a chat connection; with TLS, whatever the certificate, as the app does: it is camouflage,
 * the messages are encrypted to WhatsApp.
 * @throws AttemptError
 */
export async function openChat(
  endpoint: Endpoint,
  tls: boolean,
  signal: AbortSignal,
): Promise<ChatConnection> {
  if (!tls) return { socket: await openTcp(endpoint, signal), handshake: null };
  const socket = await openTls(endpoint, { kind: "anybody" }, signal);
  return { socket, handshake: readHandshake(socket) };
}

async function sayHello(socket: Socket): Promise<Hello> {
  socket.write("hello\n");
  try {
    for await (const line of lines(socket)) return readHello(line);
  } catch (error) {
    throw failed("answer", error);
  }
  throw new AttemptError("answer", "closed", { detail: "before the answer" });
}

function readHello(line: string): Hello {
  if (!line.startsWith('{"server":"chat"'))
    throw new AttemptError("answer", "wrong answer", { detail: line });
  return JSON.parse(line) as Hello;
}
