import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { publishedAddress } from "../../../src/ledger/view.ts";
import { at, draining, entry } from "../rotation/build.ts";

const first = entry("203.0.113.9", { ordinal: 1, phaseSince: at(0) });

describe("the published address of a slot", () => {
  test("is the later of two that serve, though the clock jumped back between them", () =>
    assert.equal(
      publishedAddress([first, entry("203.0.113.7", { ordinal: 2, phaseSince: at(-600) })], 0)
        ?.address,
      "203.0.113.7",
    ));
  test("is the newer where older entries have no number", () =>
    assert.equal(
      publishedAddress([entry("203.0.113.7", { phaseSince: at(-600) }), entry("203.0.113.8")], 0)
        ?.address,
      "203.0.113.7",
    ));
  test("is none that drains", () =>
    assert.equal(
      publishedAddress([first, draining("203.0.113.7", { ordinal: 2 })], 0)?.address,
      "203.0.113.9",
    ));
  test("is none of another slot", () => assert.equal(publishedAddress([first], 1), undefined));
});
