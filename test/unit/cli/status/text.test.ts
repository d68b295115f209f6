import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fleetText } from "../../../../src/cli/status/fleet-text.ts";
import { fleetTable } from "../../../../src/cli/status/table-text.ts";
import { plain } from "../../../../src/cli/terminal/paint.ts";
import { widthOf } from "../../../../src/cli/terminal/width.ts";
import { overviewOf } from "../../../../src/overview/overview.ts";
import { entryObject } from "../../../objects/ledger-entry.ts";
import { poolObject } from "../../../objects/address-pool.ts";
import {
  ago,
  ahead,
  fleet,
  healthy,
  lease,
  resting,
  serving,
  verdict,
} from "../../overview/build.ts";

const terminal = { width: 80, paint: plain };
const audience = { audience: { countries: ["IR"] } };
const said =
  "slot 0: 203.0.113.9 is blocked in IR since 2026-11-29 11:00 UTC (5 timeouts from 3 vantage points); 203.0.113.44 is being prepared for it";
const blocked = healthy({
  fleets: [
    fleet(audience, {
      slots: [{ slot: 0, address: "203.0.113.9", blockedIn: ["IR"], burnt: 1, message: said }],
      conditions: [
        {
          type: "Reachable",
          status: "False",
          reason: "AddressBlocked",
          lastTransitionTime: ago(1),
          message: `1 of 1 slots are cut off. ${said}`,
        },
      ],
    }),
  ],
  addresses: [
    serving({}, verdict("Blocked")),
    entryObject({
      address: "203.0.113.44",
      metadata: { creationTimestamp: ago(0.5) },
      spec: { cause: "Blocked" },
    }),
    resting("203.0.113.30", ahead(100)),
  ],
});

test("a fleet with a blocked slot is a picture of 80 columns", () => {
  const text = fleetText(overviewOf(blocked), ["list pods in namespace proxies"], terminal);
  assert.equal(
    text,
    `proxies/family  cut off
0 of 1 slots served, pods 2/2 ready, for IR
operator running in proxyfleet-system

slot 0   cut off    203.0.113.9  blocked in IR
         203.0.113.9      Serving       since 2026-11-28 17:00 UTC
           IR: Blocked since 2026-11-29 11:00 UTC (5 timeouts from 3 vantage
           points)
         203.0.113.44     Provisioning  since 2026-11-29 11:30 UTC
         slot 0: 203.0.113.9 is blocked in IR since 2026-11-29 11:00 UTC (5
         timeouts from 3 vantage points); 203.0.113.44 is being prepared for it
         1 earlier addresses rest; 1 of its addresses were blocked

pool pool-a  [###################.]  61 of 64 free, 2 serve, 0 drain, 1 rest

Reachable (AddressBlocked) since 2026-11-29 11:00 UTC
         1 of 1 slots are cut off. slot 0: 203.0.113.9 is blocked in IR since
         2026-11-29 11:00 UTC (5 timeouts from 3 vantage points); 203.0.113.44
         is being prepared for it

Not all is shown. You have no right to:
         list pods in namespace proxies
`,
  );
  assert.ok(text.split("\n").every((line) => widthOf(line) <= 80));
});

describe("a picture says", () => {
  const picture = (changes: Parameters<typeof healthy>[0]) =>
    fleetText(overviewOf(healthy(changes)), [], terminal);
  test("that the operator is down, and since when", () =>
    assert.match(
      picture({ leases: [lease(ago(2))] }),
      /operator DOWN: nobody has led in proxyfleet-system since 2026-11-29 10:00 UTC/,
    ));
  test("that it can't know whether the operator runs", () =>
    assert.match(picture({ leases: undefined }), /operator unknown: you may not read Leases/));
  test("that a pool has run out, and when an address comes back", () => {
    const pools = [poolObject({ spec: { addresses: ["203.0.113.9", "203.0.113.10"] } })];
    const addresses = [serving(), resting("203.0.113.10", ahead(9))];
    assert.match(
      picture({ pools, addresses }),
      /\[\.{20}\] {2}0 of 2 free.*\n +it has run out; the next one comes back 2026-11-29 21:00 UTC/,
    );
  });
  test("what is wrong with a spec that can't be read", () =>
    assert.match(
      picture({ fleets: [fleet({ replicas: "two" })] }),
      /WhatsAppProxy proxies\/family: spec\.replicas/,
    ));
  test("nothing of pools that it may not read", () =>
    assert.doesNotMatch(picture({ pools: undefined }), /pool pool-a/));
});

describe("the table of all fleets", () => {
  const { fleets } = overviewOf(
    healthy({ fleets: [fleet({}, {}, "calm"), ...blocked.fleets], addresses: blocked.addresses }),
  );
  test("has one line a fleet, cut at the terminal's edge", () => {
    const lines = fleetTable(fleets, true, terminal).trimEnd().split("\n");
    assert.match(lines[0] ?? "", /^NAMESPACE {2}NAME +STATE +SERVED {2}PODS {2}NEXT MOVE {2}WHAT$/);
    assert.match(lines[2] ?? "", /^proxies +family +cut off +0\/1 .*…$/);
    assert.equal(lines.length, 3);
    assert.ok(lines.every((line) => widthOf(line) <= 80));
  });
  test("cuts nothing in a file", () =>
    assert.match(
      fleetTable(fleets, false, { width: undefined, paint: plain }),
      /is being prepared for it$/m,
    ));
});
