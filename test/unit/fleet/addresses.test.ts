import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { at, blocked, dark, draining, entry, fleet, pool, rules } from "../rotation/build.ts";
import { statusOf } from "./status-view.ts";

const rotation = rules({ onBlocked: false });

test("a status lists each slot's addresses, the published one first, then by address", () => {
  const addresses = [
    entry("203.0.113.6", { slot: 1, lane: 5 }),
    draining("203.0.113.5", { lane: 3 }),
    entry("203.0.113.2", { lane: 2, phase: "Verifying" }),
    entry("203.0.113.9"),
    draining("203.0.113.3", { lane: 4, slot: 7 }),
  ];
  assert.deepEqual(
    statusOf({ fleet: fleet({ count: 3, addresses }) }).addresses.map(
      ({ slot, address, phase }) => `${slot} ${address} ${phase}`,
    ),
    [
      "0 203.0.113.9 Serving",
      "0 203.0.113.2 Verifying",
      "0 203.0.113.5 Draining",
      "1 203.0.113.6 Serving",
      "7 203.0.113.3 Draining",
    ],
  );
});

describe("a status leaves out an address", () => {
  const cases = {
    "that is not known yet": entry("203.0.113.5", { address: undefined, phase: "Provisioning" }),
    "that was used before": entry("203.0.113.5", { repeat: true, phase: "Provisioning" }),
    "that is dark": dark("203.0.113.5", { want: "Drain" }),
    "that is to go dark": entry("203.0.113.5", { want: "Quarantine", phase: "Draining" }),
  };
  for (const [name, given] of Object.entries(cases))
    test(name, () => {
      const addresses = [entry("203.0.113.9"), given];
      const rows = statusOf({ fleet: fleet({ addresses }) }).addresses;
      assert.deepEqual(
        rows.map(({ address }) => address),
        ["203.0.113.9"],
      );
    });
});

test("a status says where an address is blocked, and not where it is only suspected", () => {
  const reachability = [blocked("RU"), blocked("DE", { verdict: "Suspected" }), blocked("IR")];
  const addresses = [entry("203.0.113.9", { reachability })];
  const [row] = statusOf({ fleet: fleet({ rotation, addresses }) }).addresses;
  assert.deepEqual(row?.blockedIn, ["IR", "RU"]);
});

test("a status counts the slots that have a published address", () => {
  const addresses = [entry("203.0.113.9")];
  assert.equal(statusOf({ fleet: fleet({ count: 3, addresses }) }).serving, "1/3");
});

describe("a person's report counts as handled", () => {
  const handled = (reportBlocked: string | undefined, isBlocked = false) => {
    const reachability = isBlocked ? [blocked("IR", { since: at(-60) })] : [];
    const addresses = [entry("203.0.113.9", { reachability })];
    const given = { rotation, addresses, pools: [pool()], lastHandledReport: "before" };
    return statusOf({ fleet: fleet({ ...given, reportBlocked }) }).lastHandledReport;
  };
  test("once the ledger shows it", () =>
    assert.equal(handled("203.0.113.9 IR", true), "203.0.113.9 IR"));
  test("once it is refused", () => assert.equal(handled("198.51.100.1 IR"), "198.51.100.1 IR"));
  test("not while its verdict is being written", () =>
    assert.equal(handled("203.0.113.9 IR"), "before"));
  test("as the one before where there is none", () => assert.equal(handled(undefined), "before"));
});
