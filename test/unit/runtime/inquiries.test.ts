import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { Inquiries } from "../../../src/runtime/inquiries.ts";

const log = pino({ level: "silent" });

/** A question that stays open until somebody answers it. */
function open<T>(): { readonly run: () => Promise<T>; readonly answer: (value: T) => void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { run: async () => promise, answer: resolve };
}

describe("inquiries", () => {
  test("keep the last answer, and say when it is there", async () => {
    const inquiries = new Inquiries<string>({ atOnce: 1, deadlineMs: 10_000, log });
    await new Promise<void>((resolve) => inquiries.ask("a", async () => "yes", resolve));
    assert.equal(inquiries.answer("a"), "yes");
    inquiries.forget("a");
    assert.equal(inquiries.answer("a"), undefined);
  });

  test("ask about a subject once at a time", async () => {
    const inquiries = new Inquiries<string>({ atOnce: 2, deadlineMs: 10_000, log });
    const { run, answer } = open<string>();
    let calls = 0;
    const counted = async () => {
      calls++;
      return run();
    };
    const done = new Promise<void>((resolve) => inquiries.ask("a", counted, resolve));
    inquiries.ask("a", counted, () => assert.fail("asked twice"));
    answer("x");
    await done;
    assert.equal(calls, 1);
  });

  test("run no more than their place holds: a slow one keeps only its own place", async () => {
    const inquiries = new Inquiries<string>({ atOnce: 2, deadlineMs: 10_000, log });
    const slow = open<string>();
    inquiries.ask("slow", slow.run, () => undefined);
    for (const subject of ["a", "b"])
      await new Promise<void>((resolve) => inquiries.ask(subject, async () => subject, resolve));
    assert.deepEqual([inquiries.answer("a"), inquiries.answer("b")], ["a", "b"]);
    assert.equal(inquiries.open, 1);
    slow.answer("late");
  });

  test("give up what takes too long, and make room for the next", async () => {
    const inquiries = new Inquiries<string>({ atOnce: 1, deadlineMs: 1, log });
    const never = open<string>();
    await new Promise<void>((resolve) => inquiries.ask("a", never.run, resolve));
    assert.equal(inquiries.answer("a"), undefined);
    await new Promise<void>((resolve) => inquiries.ask("b", async () => "b", resolve));
    assert.equal(inquiries.answer("b"), "b");
  });

  test("survive a question that fails", async () => {
    const inquiries = new Inquiries<string>({ atOnce: 1, deadlineMs: 10_000, log });
    const fails = async () => Promise.reject(new Error("no"));
    await new Promise<void>((resolve) => inquiries.ask("a", fails, resolve));
    assert.equal(inquiries.open, 0);
  });
});
