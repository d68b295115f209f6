import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { viewOfEntry } from "../../../src/ledger/view.ts";
import { poolOutlook } from "../../../src/overview/pool-outlook.ts";
import { hours } from "../../../src/values/time.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { ago, ahead, noon, resting } from "./build.ts";

const quarantine = { blocked: hours(720), retired: hours(168), unusable: hours(1) };
const day = 24;
const view = (raw: Parameters<typeof viewOfEntry>[0]) => viewOfEntry(raw).view!;

/** Addresses that were claimed this many hours ago. */
const claimed = (ages: readonly number[], cause = "Age") =>
  ages.map((age, at) =>
    view(
      entryObject({
        address: `203.0.113.${at + 1}`,
        metadata: { creationTimestamp: ago(age) },
        spec: { cause },
      }),
    ),
  );
const twoADay = claimed(Array.from({ length: 14 }, (_, at) => 1 + at * 12));
const daysUntil = (at: number | undefined) =>
  at === undefined ? undefined : Math.round((at - noon) / hours(day));

describe("the day on which a pool runs out", () => {
  test("is today where it is empty", () =>
    assert.equal(poolOutlook({ free: 0, quarantine }, [], noon).runsOutAt, noon));

  test("is unknown where nothing is claimed", () =>
    assert.equal(poolOutlook({ free: 3, quarantine }, [], noon).runsOutAt, undefined));

  test("comes sooner, the faster addresses are claimed", () => {
    const { claimsPerDay, runsOutAt } = poolOutlook({ free: 6, quarantine }, twoADay, noon);
    assert.equal(Math.round(claimsPerDay), 2);
    assert.ok(daysUntil(runsOutAt) === 3 || daysUntil(runsOutAt) === 4, `${daysUntil(runsOutAt)}`);
  });

  test("never comes where addresses return as fast as they are taken", () =>
    assert.equal(poolOutlook({ free: 20, quarantine }, twoADay, noon).runsOutAt, undefined));

  test("counts what returns before", () => {
    const back = ["203.0.113.60", "203.0.113.61", "203.0.113.62"].map((address) =>
      view(resting(address, ahead(day))),
    );
    const without = poolOutlook({ free: 6, quarantine }, twoADay, noon).runsOutAt ?? 0;
    const withThem = poolOutlook({ free: 6, quarantine }, [...twoADay, ...back], noon).runsOutAt;
    assert.ok((withThem ?? Number.POSITIVE_INFINITY) > without);
  });

  test("is not brought nearer by the first addresses of new slots", () => {
    const fresh = claimed([1, 2, 3, 4], "NewSlot");
    assert.equal(poolOutlook({ free: 1, quarantine }, fresh, noon).claimsPerDay, 0);
  });

  test("never comes later with fewer free addresses", () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), (a, b) => {
        const at = (free: number) =>
          poolOutlook({ free, quarantine }, twoADay, noon).runsOutAt ?? Number.POSITIVE_INFINITY;
        assert.ok(at(Math.min(a, b)) <= at(Math.max(a, b)));
      }),
    );
  });
});
