import assert from "node:assert/strict";
import { test } from "node:test";
import { watching } from "../../../../src/cli/terminal/watching.ts";
import { ApiUnreachableError } from "../../../../src/kubernetes/errors.ts";
import { seconds } from "../../../../src/values/time.ts";

/** Shows one text after another; an error is thrown. */
async function watched(texts: readonly (string | Error)[], isTerminal = false) {
  const [shown, said, stop]: [string[], string[], AbortController] = [
    [],
    [],
    new AbortController(),
  ];
  const terminal = {
    write: (text: string) => shown.push(text),
    say: (text: string) => said.push(text),
    isTerminal,
    columns: () => undefined,
    ask: undefined,
    env: {},
  };
  const left = [...texts];
  const look = async () => {
    const next = left.shift()!;
    if (left.length === 0) stop.abort();
    if (next instanceof Error) throw next;
    return next;
  };
  await watching(look, {
    terminal,
    sleep: async () => undefined,
    betweenLooks: seconds(2),
    stop: stop.signal,
  });
  return { shown, said };
}

test("what did not change is not shown again", async () => {
  const { shown } = await watched(["a", "a", "b", "b"]);
  assert.deepEqual(shown, ["a\n", "b\n"]);
});

test("a terminal is drawn from its top", async () =>
  assert.deepEqual((await watched(["a", "b"], true)).shown, [
    "\u001b[H\u001b[Ja",
    "\u001b[H\u001b[Jb",
  ]));

test("a server that is away for a moment is reported, and asked again", async () => {
  const { shown, said } = await watched(["a", new ApiUnreachableError("refused"), "b"]);
  assert.deepEqual([shown, said], [["a\n", "b\n"], ["refused"]]);
});

test("what does not pass ends it", async () => {
  await assert.rejects(watched(["a", new Error("no right"), "b"]), /no right/);
});
