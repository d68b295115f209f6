import { setTimeout as wait } from "node:timers/promises";

/** Changes the bytes of one answer on their way. */
export type StreamFault = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** The stream was cut on purpose. */
class Cut extends Error {}

/** Passes a few bytes at a time, with a pause after each. */
export async function* drip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += 7) {
      yield chunk.subarray(at, at + 7);
      await wait(1);
    }
  }
}

/** Cuts in the middle of the first character that takes more than one byte. */
export async function* cutInsideCharacter(
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    const first = chunk.findIndex((byte) => byte >= 0xc0);
    if (first < 0) yield chunk;
    else {
      yield chunk.subarray(0, first + 1);
      await wait(5);
      throw new Cut();
    }
  }
}

/** Splits in the middle of every character that takes more than one byte, and cuts nothing. */
export async function* splitInsideCharacters(
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      if ((chunk[at] ?? 0) < 0xc0) continue;
      yield chunk.subarray(from, at + 1);
      await wait(1);
      from = at + 1;
    }
    yield chunk.subarray(from);
  }
}

/** Puts a line into the stream before the first one of the server, in the same piece of bytes. */
export function firstLine(line: string): StreamFault {
  return async function* (chunks) {
    yield Buffer.from(`${line}\n`);
    yield* chunks;
  };
}

/** Puts a line into the stream after the server's first piece of bytes. */
export function laterLine(line: string): StreamFault {
  return async function* (chunks) {
    let isFirst = true;
    for await (const chunk of chunks) {
      yield chunk;
      if (isFirst) yield Buffer.from(`${line}\n`);
      isFirst = false;
    }
  };
}

/**
 * Says every event twice, and after each deletion every earlier event that was none once more: what
 * is gone is said to be there again.
 */
export async function* repeat(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const said: string[] = [];
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const isDeletion = line.startsWith('{"type":"DELETED"');
      for (const each of [line, line, ...(isDeletion ? said : [])]) yield Buffer.from(`${each}\n`);
      if (!isDeletion) said.push(line);
    }
  }
}

/** Passes what came before the first event, then nothing any more, and never ends. */
export async function* silence(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield chunk.subarray(chunk.length);
}

/** Ends the stream at once, as a load balancer does that tires of it. */
export async function* end(): AsyncIterable<Uint8Array> {
  yield* [];
}

/** The line with which the API server says that a version is gone. */
export const goneLine = JSON.stringify({
  type: "ERROR",
  object: {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    message: "too old resource version: 1 (2)",
    reason: "Expired",
    code: 410,
  },
});

/** The line of some other trouble of the server. */
export const brokenLine = JSON.stringify({
  type: "ERROR",
  object: {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    message: "etcd: leader changed",
    reason: "InternalError",
    code: 500,
  },
});
