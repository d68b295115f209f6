import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { ApiError, ExpiredError } from "../../../src/kubernetes/errors.ts";
import { WatchGarbledError, watchEvents } from "../../../src/kubernetes/watch-stream.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";

interface Thing extends KubeObject {
  note: string;
}

const event = (version: number, note = "", type = "MODIFIED"): string =>
  `${JSON.stringify({ type, object: { metadata: { name: "a", resourceVersion: String(version) }, note } })}\n`;

async function* cut(bytes: Uint8Array, ...at: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const [index, start] of [0, ...at].entries())
    yield bytes.subarray(start, at[index] ?? bytes.length);
}

async function read(text: string, ...at: readonly number[]): Promise<string[]> {
  const seen: string[] = [];
  for await (const { type, object } of watchEvents<Thing>(
    "watch things",
    cut(Buffer.from(text), ...at),
  ))
    seen.push(
      `${type} ${object.metadata.resourceVersion ?? ""} ${"note" in object ? object.note : ""}`.trim(),
    );
  return seen;
}

describe("the stream of a watch", () => {
  test("several events in one chunk are all read", async () =>
    assert.deepEqual(await read(event(1) + event(2) + event(3, "", "DELETED")), [
      "MODIFIED 1",
      "MODIFIED 2",
      "DELETED 3",
    ]));
  test("a bookmark is an event", async () =>
    assert.deepEqual(await read(event(9, "", "BOOKMARK")), ["BOOKMARK 9"]));
  test("empty lines are left out", async () =>
    assert.deepEqual(await read(`\n${event(1)}\n`), ["MODIFIED 1"]));
  test("an event that was cut off at the end is none", async () =>
    assert.deepEqual(await read(event(1) + event(2).slice(0, -5)), ["MODIFIED 1"]));

  test("chunks may be cut anywhere, also inside a character", () => {
    const text = event(1, "آزادی") + event(2, "🕊️") + event(3, "é");
    const size = Buffer.byteLength(text);
    return fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: size - 1 }), { maxLength: 8 }),
        async (cuts) => {
          const at = cuts.toSorted((a, b) => a - b);
          assert.deepEqual(await read(text, ...at), [
            "MODIFIED 1 آزادی",
            "MODIFIED 2 🕊️",
            "MODIFIED 3 é",
          ]);
        },
      ),
    );
  });

  const status = (code: number): string =>
    `${JSON.stringify({ type: "ERROR", object: { kind: "Status", code, reason: "Expired", message: "too old" } })}\n`;
  const refused: Record<
    string,
    { given: string; error: typeof ApiError | typeof WatchGarbledError; says: RegExp }
  > = {
    "a version that is too old": {
      given: event(1) + status(410),
      error: ExpiredError,
      says: /watch things failed with 410 Expired: too old/,
    },
    "another error of the server": { given: status(500), error: ApiError, says: /failed with 500/ },
    "a line that is no JSON": {
      given: "<html>\n",
      error: WatchGarbledError,
      says: /a line is no JSON/,
    },
    "a line that is no object": {
      given: "7\n",
      error: WatchGarbledError,
      says: /a line is no object/,
    },
    "a line without an end": {
      given: event(1) + "x".repeat(17 * 2 ** 20),
      error: WatchGarbledError,
      says: /a line has no end/,
    },
    "an event of a type that nobody knows": {
      given: event(1, "", "RENAMED"),
      error: WatchGarbledError,
      says: /an event of type RENAMED/,
    },
    "an event without an object": {
      given: '{"type":"ADDED"}\n',
      error: WatchGarbledError,
      says: /without an object version/,
    },
  };
  for (const [name, { given, error, says }] of Object.entries(refused))
    test(`${name} ends it with an error that says so`, async () =>
      assert.rejects(
        read(given),
        (thrown) => thrown instanceof error && says.test(thrown.message),
      ));
});
