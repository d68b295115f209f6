import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { NewsEvent } from "../../../src/news/event.ts";
import { Outbox } from "../../../src/news/outbox.ts";
import { hours, minutes, plus } from "../../../src/values/time.ts";
import { noon } from "./build.ts";

const event = (id: string, given: Partial<NewsEvent> = {}): NewsEvent => ({
  id,
  kind: "Published",
  lane: "slot a",
  topic: "slot",
  announcedUntil: plus(noon, hours(1)),
  body: id,
  ...given,
});

/** Everything that waits, lane by lane. */
function left(outbox: Outbox, lanes: readonly string[]): string[] {
  return lanes.flatMap((lane) => {
    const ids: string[] = [];
    for (let head = outbox.head(lane); head !== undefined; head = outbox.head(lane)) {
      ids.push(head.event.id);
      outbox.remove(head.event.id);
    }
    return ids;
  });
}

describe("an outbox", () => {
  const cases: Record<string, { events: readonly NewsEvent[]; left: readonly string[] }> = {
    "keeps the order of a lane": { events: [event("1"), event("2")], left: ["1", "2"] },
    "takes an event in once": { events: [event("1"), event("1")], left: ["1"] },
    "drops first what a newer address of the slot makes obsolete": {
      events: [
        event("b", { lane: "slot b" }),
        event("1", { kind: "Blocked", topic: "blocked IR" }),
        event("2"),
        event("c", { lane: "slot b", kind: "Blocked", topic: "blocked IR" }),
      ],
      left: ["2", "b", "c"],
    },
    "keeps an address that a block came after": {
      events: [
        event("b", { lane: "slot b" }),
        event("1"),
        event("2", { kind: "Blocked", topic: "blocked IR" }),
        event("3", { kind: "Blocked", topic: "blocked IR" }),
      ],
      left: ["1", "3", "b"],
    },
    "drops the oldest where all still counts": {
      events: ["a", "b", "c", "d"].map((lane) => event(lane, { lane: `slot ${lane}` })),
      left: ["b", "c", "d"],
    },
  };
  const lanes = ["slot a", "slot b", "slot c", "slot d"];
  for (const [name, { events, left: expected }] of Object.entries(cases))
    test(name, () => {
      const outbox = new Outbox(3);
      for (const one of events) outbox.offer(one, noon);
      assert.deepEqual(left(outbox, lanes), expected);
    });

  test("does not take in again what was delivered, nor what was dropped", () => {
    const outbox = new Outbox(1);
    outbox.offer(event("1"), noon);
    outbox.offer(event("2"), noon);
    outbox.remove("2");
    for (const id of ["1", "2"]) assert.deepEqual(outbox.offer(event(id), noon), { kind: "known" });
    assert.equal(outbox.size, 0);
  });

  test("remembers an id for as long as the state may bring it", () => {
    const outbox = new Outbox(1);
    outbox.offer(event("1"), noon);
    outbox.forget(plus(noon, minutes(60)));
    assert.equal(outbox.known, 1);
    outbox.forget(plus(noon, minutes(61)));
    assert.equal(outbox.known, 0);
  });

  test("is never fuller than it may be, and loses nothing that it does not report", () => {
    const offers = fc.array(
      fc.record({
        id: fc.nat(30).map(String),
        lane: fc.constantFrom(...lanes),
        kind: fc.constantFrom("Published" as const, "Blocked" as const),
      }),
    );
    fc.assert(
      fc.property(offers, fc.integer({ min: 1, max: 8 }), (all, most) => {
        const outbox = new Outbox(most);
        const taken = new Map<string, string>();
        for (const { id, lane, kind } of all) {
          const offered = outbox.offer(event(id, { lane, kind, topic: kind }), noon);
          if (offered.kind === "known") continue;
          taken.set(id, lane);
          if (offered.dropped !== undefined) assert.ok(taken.delete(offered.dropped.id));
          assert.ok(outbox.size <= most);
        }
        const inOrder = lanes.flatMap((lane) =>
          [...taken].filter(([, of]) => of === lane).map(([id]) => id),
        );
        assert.deepEqual(left(outbox, lanes), inOrder);
      }),
    );
  });
});
