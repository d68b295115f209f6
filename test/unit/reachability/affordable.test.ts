import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { affordable } from "../../../src/reachability/sources/affordable.ts";
import type { Target } from "../../../src/reachability/sources/source.ts";

const target = (index: number, ports: number): Target => ({
  address: `203.0.113.${index}`,
  ports: Array.from({ length: ports }, () => ({ listener: "chat" as const, port: 443 })),
  certificateSHA256: undefined,
  mediaServerName: "whatsapp.net",
});
const costOf = ({ ports }: Target) => ports.length;
const targets = fc
  .array(fc.integer({ min: 1, max: 4 }), { maxLength: 20 })
  .map((sizes) => sizes.map((ports, index) => target(index, ports)));

test("a round never costs more than is left", () =>
  fc.assert(
    fc.property(
      targets,
      fc.nat(100),
      fc.record({ left: fc.nat(60), fixed: fc.nat(5) }),
      (all, turn, budget) => {
        const { left, fixed } = budget;
        const chosen = affordable(all, turn, { ...budget, costOf });
        const cost = chosen.reduce((sum, each) => sum + costOf(each), 0);
        assert.ok(chosen.length === 0 || fixed + cost <= left);
        assert.equal(new Set(chosen).size, chosen.length);
      },
    ),
  ));

test("all are tested where there is enough for all", () =>
  fc.assert(
    fc.property(targets, fc.nat(100), (all, turn) => {
      const chosen = affordable(all, turn, { left: 1_000, fixed: 3, costOf });
      assert.deepEqual(new Set(chosen), new Set(all));
    }),
  ));

test("each comes up where there is enough for one", () =>
  fc.assert(
    fc.property(targets, (all) => {
      const seen = new Set<Target>();
      let turn = 0;
      while (turn < all.length) {
        const chosen = affordable(all, turn, { left: 7, fixed: 3, costOf });
        chosen.forEach((each) => seen.add(each));
        turn += chosen.length;
      }
      assert.equal(seen.size, all.length);
    }),
  ));
