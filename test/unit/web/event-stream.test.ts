import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { EventReader, type SentEvent, eventText } from "../../../src/web/event-stream.ts";

test("events come whole, wherever their text is cut", () => {
  const event = fc.record({
    name: fc.constantFrom("board", "change", "now"),
    id: fc.option(fc.stringMatching(/^[-a-zA-Z0-9]{1,12}$/), { nil: undefined }),
    data: fc.jsonValue().map((value) => JSON.stringify(value)),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), fc.array(fc.nat(400)), (events, cuts) => {
      const text = events.map(eventText).join("");
      const reader = new EventReader();
      const read: SentEvent[] = [];
      const places = [
        0,
        ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b),
        text.length,
      ];
      for (const [index, from] of places.entries())
        read.push(...reader.read(text.slice(from, places[index + 1] ?? text.length)));
      assert.deepEqual(
        read,
        events.map((each) => ({ ...each })),
      );
    }),
  );
});
