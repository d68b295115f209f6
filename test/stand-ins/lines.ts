const longestLine = 65_536;

/** A peer sent a line that never ends. */
export class EndlessLineError extends Error {
  constructor() {
    super(`a line is longer than ${String(longestLine)} characters`);
  }
}

/**
 * Cuts a stream into lines, without their newlines. What follows the last newline is dropped.
 * @throws EndlessLineError, and whatever the stream throws
 */
export async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = pieces.pop() ?? "";
    if (rest.length > longestLine) throw new EndlessLineError();
    yield* pieces;
  }
}
