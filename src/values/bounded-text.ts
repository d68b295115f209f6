import { ProxyfleetError } from "./errors.ts";

/** Something is longer than it may be. */
export class TooLongError extends ProxyfleetError {
  constructor(mostBytes: number) {
    super(`it is longer than ${mostBytes} bytes`);
  }
}

/**
 * Reads a body whole, as UTF-8. Whoever sends it must not decide how much memory that takes: after
 * `mostBytes` nothing more is read or kept, and the stream is given up.
 * @throws TooLongError
 */
export async function boundedText(
  body: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new TooLongError(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
