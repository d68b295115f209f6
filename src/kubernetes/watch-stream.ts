import { ProxyfleetError } from "../values/errors.ts";
import type { KubeObject } from "./objects.ts";
import { apiError } from "./errors.ts";

export type WatchEvent<T extends KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | {
      readonly type: "BOOKMARK";
      readonly object: { readonly metadata: { readonly resourceVersion: string } };
    };

/**
 * No object is as long as this (bytes): etcd takes 1.5 MB by default, and the API server no request
 * above 3 MB.
 */
const mostLineLength = 16 * 2 ** 20;

/** The stream of a watch held something that is not an event. */
export class WatchGarbledError extends ProxyfleetError {}

/**
 * Reads the events of a watch: one JSON object a line (Kubernetes API concepts, "Efficient
 * detection of changes").
 * @param chunks bytes as they come; a line or a UTF-8 character may be cut anywhere
 * @throws ExpiredError or ApiError when the server sends ERROR in the stream, WatchGarbledError for
 * a line that is no event, or has no end
 */
export async function* watchEvents<T extends KubeObject>(
  call: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>> {
  for await (const line of lines(call, chunks)) yield parseEvent<T>(call, line);
}

async function* lines(call: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > mostLineLength) throw new WatchGarbledError(`${call}: a line has no end`);
    for (const part of parts) if (part !== "") yield part;
  }
}

function parseEvent<T extends KubeObject>(call: string, line: string): WatchEvent<T> {
  const event = parseLine(call, line);
  if (event.type === "ERROR")
    throw apiError(call, {
      status: event.object?.code ?? 500,
      body: JSON.stringify(event.object ?? {}),
    });
  if (!isKnown(event.type) || event.object?.metadata?.resourceVersion === undefined) {
    throw new WatchGarbledError(
      `${call}: an event of type ${String(event.type)} without an object version`,
    );
  }
  // The server vouches for the shape of built-in kinds; our own kinds are parsed where they are
  // read.
  return event as unknown as WatchEvent<T>;
}

interface Line {
  type?: string;
  object?: { code?: number; metadata?: { resourceVersion?: string } };
}

function parseLine(call: string, line: string): Line {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // The parser's own error quotes the line, which may hold a secret.
    throw new WatchGarbledError(`${call}: a line is no JSON`);
  }
  throw new WatchGarbledError(`${call}: a line is no object`);
}

function isKnown(type: string | undefined): boolean {
  return type === "ADDED" || type === "MODIFIED" || type === "DELETED" || type === "BOOKMARK";
}
