import { createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { lines } from "../lines.ts";
import { countFault, type Counters } from "./counters.ts";
import { readProxyHeader, type ProxyHeader } from "./proxy-header.ts";

/** Which PROXY header the chat server insists on. */
export type ExpectedHeader = "V2" | "V1" | "None" | "any";

export const expectedHeaders: readonly ExpectedHeader[] = ["V2", "V1", "None", "any"];

/** What the chat server answers to `hello`: the header that came before. */
export interface Hello {
  readonly server: "chat";
  readonly proxy: ProxyHeader | null;
}

/** A proxy broke the rules at the start of a connection. */
class HeaderFault extends Error {}

interface Opening {
  readonly header: ProxyHeader | null;
  readonly rest: Buffer;
}

/**
 * The chat server: after the PROXY header, `hello` is answered with what the header said, as a line
 * of JSON, and every other line comes back with its number in front. A connection that breaks the
 * rules is reset and counted as a fault.
 */
export function serveChat(expected: ExpectedHeader, counters: Counters): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    counters.connections += 1;
    pipeline(
      socket,
      (chunks: AsyncIterable<Buffer>) => converse(chunks, expected, counters),
      socket,
    ).catch((error: unknown) => {
      if (error instanceof HeaderFault) reset(socket, error, counters);
    });
  });
}

function reset(socket: Socket, fault: HeaderFault, counters: Counters): void {
  countFault(counters, fault.message);
  socket.resetAndDestroy();
}

async function* converse(
  chunks: AsyncIterable<Buffer>,
  expected: ExpectedHeader,
  counters: Counters,
): AsyncGenerator<string, void> {
  const source = chunks[Symbol.asyncIterator]();
  const opening = await readOpening(source);
  if (opening === undefined) {
    counters.silent += 1;
    return;
  }
  counters.headers[versionOf(opening.header)] += 1;
  insistOn(expected, opening.header);
  let number = 0;
  for await (const line of lines(resumed(opening.rest, source))) {
    number += 1;
    if (number === 1) counters.answered += 1;
    yield line === "hello"
      ? `${JSON.stringify({ server: "chat", proxy: opening.header } satisfies Hello)}\n`
      : `${String(number)} ${line}\n`;
  }
}

/**
 * Reads until it is clear whether there is a header; undefined if the connection ends without a
 * byte.
 */
async function readOpening(source: AsyncIterator<Buffer>): Promise<Opening | undefined> {
  let bytes = Buffer.alloc(0);
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    bytes = Buffer.concat([bytes, next.value]);
    const reading = readProxyHeader(bytes);
    if (reading.kind === "malformed") throw new HeaderFault(`malformed header: ${reading.reason}`);
    if (reading.kind === "header")
      return { header: reading.header, rest: bytes.subarray(reading.length) };
    if (reading.kind === "none") return { header: null, rest: bytes };
  }
  if (bytes.length > 0) throw new HeaderFault("header cut short");
  return undefined;
}

async function* resumed(
  first: Buffer,
  source: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer, void> {
  yield first;
  for (let next = await source.next(); next.done !== true; next = await source.next())
    yield next.value;
}

function insistOn(expected: ExpectedHeader, header: ProxyHeader | null): void {
  const seen = { v1: "V1", v2: "V2", none: "None" }[versionOf(header)];
  if (expected !== "any" && seen !== expected)
    throw new HeaderFault(`expected PROXY header ${expected}, got ${seen}`);
}

function versionOf(header: ProxyHeader | null): "v1" | "v2" | "none" {
  if (header === null) return "none";
  return header.version === 1 ? "v1" : "v2";
}
