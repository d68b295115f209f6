import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import { type FleetView, fleetView, latestChange } from "../../../src/rotation/fleet-view.ts";
import { hours, minutes, seconds } from "../../../src/values/time.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { at, entry, pool } from "./build.ts";

function viewOf(given: Parameters<typeof parsedFleet>[0] = {}): FleetView {
  const entries = [entry("203.0.113.9")];
  const [pools, formerPools] = [[pool()], [pool({ name: "gone" })]];
  const held = HeldAddresses.of([]);
  return fleetView({ fleet: parsedFleet(given), entries, pools, formerPools, held });
}

describe("a fleet as decisions see it", () => {
  test("has what its spec asks for", () =>
    assert.partialDeepStrictEqual(
      viewOf({
        spec: {
          paused: true,
          addresses: { pools: [{ name: "pool-a" }], count: 3 },
          audience: { countries: ["IR", "RU"] },
          dns: { hostname: "{token}.example.org", ttl: 120 },
          reachability: { outagePercent: 70, blockedWhen: { within: "20m" } },
          rotation: {
            onBlocked: false,
            onPortBlocked: true,
            maxAge: "48h",
            minAge: "2h",
            jitterPercent: 15,
            maxConcurrent: 2,
            maxPerHourPercent: 30,
            windows: [{ cron: "0 2 * * *", duration: "4h", timeZone: "Asia/Tehran" }],
            drain: { scheduled: "12h", blocked: "30m" },
          },
        },
      }),
      {
        namespace: "proxies",
        name: "family",
        count: 3,
        paused: true,
        deleting: false,
        maxConcurrent: 2,
        rotation: {
          onBlocked: false,
          maxAge: hours(48),
          minAge: hours(2),
          jitterPercent: 15,
          maxPerHourPercent: 30,
          windows: [{ cron: "0 2 * * *", duration: hours(4), timeZone: "Asia/Tehran" }],
        },
        audience: ["IR", "RU"],
        holds: [],
        drain: { scheduled: hours(12), blocked: minutes(30) },
        dnsTtl: seconds(120),
      },
    ));

  test("has no DNS record, and nothing is asked of it, where nothing says so", () =>
    assert.partialDeepStrictEqual(viewOf(), {
      dnsTtl: seconds(0),
      rotateAt: undefined,
      reportBlocked: undefined,
      lastHandledRotateAt: undefined,
      lastHandledReport: undefined,
      announced: new Set<string>(),
    }));

  test("has what a person asks of it, and what was answered", () =>
    assert.partialDeepStrictEqual(
      viewOf({
        metadata: {
          annotations: {
            "proxyfleet.dev/rotate-at": "now",
            "proxyfleet.dev/report-blocked": "203.0.113.9 IR",
          },
          deletionTimestamp: "2026-11-23T12:00:00Z",
        },
        status: { lastHandledRotateAt: "before", lastHandledReport: "203.0.113.7 IR" },
      }),
      {
        deleting: true,
        rotateAt: "now",
        reportBlocked: "203.0.113.9 IR",
        lastHandledRotateAt: "before",
        lastHandledReport: "203.0.113.7 IR",
      },
    ));

  test("has announced the addresses that its status publishes, and no other", () => {
    const since = "2026-11-23T11:00:00Z";
    const usual = { pool: "pool-a", since };
    const addresses = [
      { ...usual, slot: 0, address: "203.0.113.9", phase: "Serving" },
      { ...usual, slot: 1, address: "203.0.113.8", phase: "Draining" },
    ];
    assert.deepEqual(viewOf({ status: { addresses } }).announced, new Set(["203.0.113.9"]));
  });

  test("has its entries and its pools as they are given", () => {
    const { addresses, pools, formerPools } = viewOf();
    const names = [addresses, pools, formerPools].map((some) => some.map(({ name }) => name));
    assert.deepEqual(names, [["ip-203-0-113-9"], ["pool-a"], ["gone"]]);
  });
});

test("the newest change of some entries is found, and none is long ago", () => {
  const entries = [-90, -30, -60].map((s, index) =>
    entry(`203.0.113.${index}`, { phaseSince: at(s) }),
  );
  assert.deepEqual([latestChange(entries), latestChange([])], [at(-30), 0]);
});
