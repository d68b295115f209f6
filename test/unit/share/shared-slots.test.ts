import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type SecretData, readSharedSlots } from "../../../src/share/shared-slots.ts";
import { type SlotInSecret, pathOf, shareData } from "../../objects/share-secret.ts";

const fleet = { namespace: "proxies", fleet: "family" };
const base64 = (text: string) => Buffer.from(text).toString("base64");
const read = (data: SecretData) => readSharedSlots(data, fleet);

describe("a slot is read from the Secret", () => {
  test("with its target, its page and its audience", () => {
    const { slots, problems } = read(
      shareData([{ page: "a", host: "203.0.113.9", countries: "IR,RU" }]),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(slots, [
      {
        seat: { ...fleet, slot: 0 },
        path: pathOf("a"),
        published: {
          host: "203.0.113.9",
          chatPort: 443,
          mediaPort: 587,
          chatTls: true,
          since: Date.UTC(2026, 10, 23, 14),
        },
        countries: ["IR", "RU"],
      },
    ]);
  });

  const cases: Record<string, { slot: SlotInSecret; expect: [boolean, string | undefined] }> = {
    "without a published address": { slot: { page: "b" }, expect: [false, pathOf("b")] },
    "without a page": { slot: { host: "2001:db8::9" }, expect: [true, undefined] },
  };
  for (const [name, { slot, expect }] of Object.entries(cases))
    test(name, () => {
      const [found] = read(shareData([slot])).slots;
      assert.deepEqual([found?.published !== undefined, found?.path], expect);
    });

  test("in the order of numbers, not of texts", () => {
    const { slots } = read(shareData(Array.from({ length: 11 }, () => ({ page: "c" }))));
    assert.deepEqual(
      slots.map(({ seat }) => seat.slot),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
  });
});

describe("a field that can't be used", () => {
  const good = shareData([
    { page: "a", host: "203.0.113.9" },
    { page: "b", host: "203.0.113.10" },
  ]);
  const cases: Record<string, { field: string; value: string; problem: string }> = {
    "a path that leads out of the folder": {
      field: "path",
      value: "../../../../etc/cron.d/xx",
      problem: "field slot-0.path is no path of a share page",
    },
    "a path of capitals": {
      field: "path",
      value: pathOf("A"),
      problem: "field slot-0.path is no path of a share page",
    },
    "a path with a line break after it": {
      field: "path",
      value: `${pathOf("a")}\n`,
      problem: "field slot-0.path is no path of a share page",
    },
    "a link that leads elsewhere": {
      field: "link",
      value: "https://example.org/proxy?host=203.0.113.9",
      problem: "field slot-0.link can't be used",
    },
    "a time that is none": {
      field: "since",
      value: "yesterday",
      problem: "field slot-0.since can't be used",
    },
  };
  for (const [name, { field, value, problem }] of Object.entries(cases))
    test(`is named without its value, and hides no other slot: ${name}`, () => {
      const { slots, problems } = read({ ...good, [`slot-0.${field}`]: base64(value) });
      assert.deepEqual(problems, [problem]);
      assert.deepEqual(
        slots.map(({ seat }) => seat.slot),
        [1],
      );
    });
});

test("whatever a Secret holds, a page's path is one that can't leave its folder", () => {
  const key = fc.constantFrom("slot-0.path", "slot-0.link", "slot-1.path", "slot-99.path", "x");
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(pathOf("a"), "..", "/etc", "a/b").map(base64),
    fc.string().map(base64),
  );
  fc.assert(
    fc.property(fc.dictionary(key, text), (data) => {
      for (const { path } of read(data).slots)
        assert.ok(path === undefined || /^[a-z2-7]{26}$/.test(path));
    }),
  );
});
