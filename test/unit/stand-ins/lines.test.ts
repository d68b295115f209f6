import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { EndlessLineError, lines } from "../../stand-ins/lines.ts";

/** The bytes in pieces of the given size. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(source: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of source) all.push(line);
  return all;
}

test("lines come out whole, however the bytes are cut", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme" }).filter((line) => !line.includes("\n"))),
      fc.integer({ min: 1, max: 9 }),
      async (given, size) => {
        const bytes = Buffer.from(given.map((line) => `${line}\n`).join(""));
        assert.deepEqual(await collect(lines(pieces(bytes, size))), given);
      },
    ),
  ));

test("what follows the last newline is dropped", async () =>
  assert.deepEqual(await collect(lines(pieces(Buffer.from("one\ntwo"), 3))), ["one"]));

test("a line without an end is given up", () =>
  assert.rejects(collect(lines(pieces(Buffer.alloc(200_000, "x"), 1_000))), EndlessLineError));
