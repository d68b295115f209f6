import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { NameReadings } from "../../../src/dns/io/name-readings.ts";
import type { NameReading, ServerAnswer } from "../../../src/dns/reading.ts";
import { Inquiries } from "../../../src/runtime/inquiries.ts";
import { noon } from "../rotation/build.ts";

const host = "a.example.org";
const answers: readonly ServerAnswer[] = [{ server: "a", addresses: ["203.0.113.7"] }];

/** Readings whose resolver answers when `answer` is called. */
function asked() {
  const { promise, resolve } = Promise.withResolvers<readonly ServerAnswer[]>();
  const log = pino({ level: "silent" });
  const inquiries = new Inquiries<NameReading>({ atOnce: 1, deadlineMs: 10_000, log });
  const readings = new NameReadings({ inquiries, lookUp: async () => promise, now: () => noon });
  const ask = async () =>
    new Promise<void>((done) =>
      readings.ask("proxies/family", { kind: "name", slot: 3, host }, done),
    );
  return { readings, ask, answer: () => resolve(answers) };
}

describe("what resolvers said of a fleet's names", () => {
  test("is known by slot", async () => {
    const { readings, ask, answer } = asked();
    const done = ask();
    answer();
    await done;
    const reading = { host, at: noon, since: noon, answers };
    assert.deepEqual(readings.of("proxies/family"), new Map([[3, reading]]));
  });

  test("is not kept of a fleet that was forgotten while a resolver was asked", async () => {
    const { readings, ask, answer } = asked();
    const done = ask();
    readings.forget("proxies/family");
    answer();
    await done;
    assert.equal(readings.of("proxies/family").size, 0);
  });
});
