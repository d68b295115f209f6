import type { IncomingMessage } from "node:http";

/**
 * The body of a request; undefined where it is longer than `most` bytes, of which nothing more is
 * kept then. Rejects where the client goes away in the middle.
 */
export async function boundedBody(
  request: IncomingMessage,
  most: number,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (Number(request.headers["content-length"] ?? 0) > most) return undefined;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
