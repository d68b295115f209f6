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

  test("keep no answer that comes after its subject was forgotten, and ask again then", async () => {
    const inquiries = new Inquiries<string>({ atOnce: 1, deadlineMs: 10_000, log });
    const { run, answer } = open<string>();
    const done = new Promise<void>((resolve) => inquiries.ask("a", run, resolve));
    inquiries.forget("a");
    answer("of one that is gone");
    await done;
    assert.equal(inquiries.answer("a"), undefined);
    await new Promise<void>((resolve) => inquiries.ask("a", async () => "yes", resolve));
    assert.equal(inquiries.answer("a"), "yes");
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

  test("of one owner, however slow and many, leave room for those of others, and these for more", async () => {
    const ownerOf = (subject: string) => subject.split(" ")[0] ?? "";
    const inquiries = new Inquiries<string>({ atOnce: 8, deadlineMs: 10_000, ownerOf, log });
    const begun: string[] = [];
    const never = open<string>();
    const ask = (subject: string) =>
      inquiries.ask(
        subject,
        async () => {
          begun.push(subject);
          return never.run();
        },
        () => undefined,
      );
    for (const owner of ["a", "b", "c"]) for (let i = 0; i < 20; i++) ask(`${owner} ${i}`);
    const count = (owner: string) => begun.filter((subject) => subject.startsWith(owner)).length;
    assert.deepEqual(["a", "b", "c"].map(count), [4, 2, 1]);
    await new Promise<void>((resolve) => inquiries.ask("d 0", async () => "yes", resolve));
    assert.equal(inquiries.answer("d 0"), "yes");
    never.answer("late");
  });

  test("go in turn: who has the fewest places is next, whoever came first", async () => {
    const ownerOf = (subject: string) => subject.split(" ")[0] ?? "";
    const inquiries = new Inquiries<string>({ atOnce: 2, deadlineMs: 10_000, ownerOf, log });
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const ask = async (subject: string) =>
      new Promise<void>((resolve) => {
        const run = async () => {
          begun.push(subject);
          const { promise, resolve: end } = Promise.withResolvers<string>();
          ends.set(subject, () => end("x"));
          return promise;
        };
        inquiries.ask(subject, run, resolve);
      });
    const first = ask("a 0");
    for (const subject of ["a 1", "a 2", "b 0", "b 1"]) void ask(subject);
    assert.deepEqual(begun, ["a 0", "b 0"]);
    ends.get("a 0")?.();
    await first;
    assert.deepEqual(begun, ["a 0", "b 0", "a 1"]);
    for (let i = 0; i < 5; i++) {
      ends.forEach((end) => end());
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(inquiries.open, 0);
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
