import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { Journal } from "../../../src/web/journal.ts";

const roomy = { entries: 100, characters: 10_000 };

describe("a journal", () => {
  test("gives who comes back all that was missed, in its order", () => {
    const journal = new Journal("a", roomy);
    const start = journal.id;
    journal.add((id) => `first ${id}`);
    const middle = journal.id;
    journal.add((id) => `second ${id}`);
    assert.deepEqual(journal.after(start), ["first a-1", "second a-2"]);
    assert.deepEqual(journal.after(middle), ["second a-2"]);
    assert.deepEqual(journal.after(journal.id), []);
  });

  const unknown = {
    "nobody was there": undefined,
    "it is of another journal": "b-0",
    garbage: "a-x",
  };
  for (const [name, id] of Object.entries(unknown))
    test(`knows nothing of what came after, where ${name}`, () => {
      const journal = new Journal("a", roomy);
      journal.add(() => "x");
      assert.equal(journal.after(id), undefined);
    });

  test("keeps no more than its limits, and never gives a part of what was missed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 9 }), { maxLength: 40 }),
        fc.nat(40),
        fc.record({ entries: fc.integer({ min: 1, max: 9 }), characters: fc.nat(60) }),
        (texts, from, limits) => {
          const journal = new Journal("a", limits);
          const ids = [journal.id];
          for (const text of texts) {
            journal.add(() => text);
            ids.push(journal.id);
          }
          const at = Math.min(from, texts.length);
          const missed = journal.after(ids[at]);
          if (missed === undefined) return;
          assert.deepEqual(missed, texts.slice(at));
          assert.ok(missed.length <= limits.entries);
          assert.ok(missed.join("").length <= limits.characters);
        },
      ),
    );
  });
});
