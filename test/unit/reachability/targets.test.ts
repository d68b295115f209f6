import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { addressPhases } from "../../../src/api/address-phase.ts";
import { wants } from "../../../src/api/proxy-address.ts";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import { type FleetAddresses, targetsOf } from "../../../src/reachability/targets.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { address, control, fleet, vantagePoint } from "./stage.ts";

const iran = vantagePoint();
const russia = vantagePoint({ country: "RU" }, { name: "ru" });
const ip = "203.0.113.9";

function addressesFor(
  by: VantagePoint,
  fleets: readonly FleetAddresses[],
  all = [iran, control],
): readonly string[] {
  return targetsOf({ vantagePoint: by, all, fleets }).map((target) => target.address);
}

describe("a vantage point tests", () => {
  const later = { spec: { ordinal: 2 } };
  const until = "2026-12-01T00:00:00Z";
  const fault = (kind: string) => ({ status: { fault: { kind, since: until } } });
  const cases: Record<
    string,
    { by?: VantagePoint; fleets: readonly FleetAddresses[]; expect: readonly string[] }
  > = {
    "a published address": { fleets: [fleet([address(ip)])], expect: [ip] },
    "the published address of each slot": {
      fleets: [fleet([address(ip), address("203.0.113.10", { slot: 1 })])],
      expect: ["203.0.113.10", ip],
    },
    "the newest of two that serve a slot": {
      fleets: [fleet([address(ip), address("203.0.113.10", later)])],
      expect: ["203.0.113.10"],
    },
    "no address in the making": {
      fleets: [
        fleet([
          address(ip, { phase: "Provisioning" }),
          address("203.0.113.10", { slot: 1, phase: "Verifying" }),
        ]),
      ],
      expect: [],
    },
    "no address that drains": {
      fleets: [
        fleet([
          address(ip, { phase: "Draining", spec: { want: "Drain", drainUntil: until } }),
          address("203.0.113.10", { slot: 1, spec: { want: "Drain", drainUntil: until } }),
        ]),
      ],
      expect: [],
    },
    "no address in quarantine": {
      fleets: [
        fleet([
          address(ip, {
            phase: "Quarantined",
            spec: { want: "Quarantine", quarantineUntil: until },
          }),
        ]),
      ],
      expect: [],
    },
    "no address whose entry somebody deletes": {
      fleets: [fleet([address(ip, { metadata: { deletionTimestamp: until } })])],
      expect: [],
    },
    "no address that its load balancer has lost": {
      fleets: [fleet([address(ip, fault("AddressLost"))])],
      expect: [],
    },
    "no address that is blocked in its country: a test would renew the block": {
      fleets: [fleet([address(ip, { verdicts: { IR: "Blocked" } })])],
      expect: [],
    },
    "an address that is blocked elsewhere alone": {
      fleets: [fleet([address(ip, { verdicts: { RU: "Blocked", IR: "Reachable" } })])],
      expect: [ip],
    },
    "nothing of a fleet that is being deleted": {
      fleets: [
        {
          ...fleet([address(ip)]),
          fleet: parsedFleet({ metadata: { deletionTimestamp: until } }),
        },
      ],
      expect: [],
    },
    "nothing of a fleet for another country": {
      by: russia,
      fleets: [fleet([address(ip)])],
      expect: [],
    },
    "addresses of a fleet whose audience names no country": {
      by: russia,
      fleets: [fleet([address(ip)], { audience: {} })],
      expect: [ip],
    },
    "nothing of a fleet whose selector leaves it out": {
      fleets: [
        fleet([address(ip)], { reachability: { vantagePoints: { matchLabels: { team: "a" } } } }),
      ],
      expect: [],
    },
    "as a control, addresses of fleets for other countries": {
      by: control,
      fleets: [fleet([address(ip)])],
      expect: [ip],
    },
    "as a control, no address that is blocked in all of its fleet's countries": {
      by: control,
      fleets: [fleet([address(ip, { verdicts: { IR: "Blocked" } })])],
      expect: [],
    },
    "as a control, an address that another country may still reach": {
      by: control,
      fleets: [
        fleet([address(ip, { verdicts: { IR: "Blocked" } })], {
          audience: { countries: ["IR", "RU"] },
        }),
      ],
      expect: [ip],
    },
  };
  for (const [name, { by = iran, fleets, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(addressesFor(by, fleets), expect));

  test("every port that the address publishes, with the lane's certificate and a name for media", () => {
    const certificateSHA256 = "0a".repeat(32);
    const published = fleet([address(ip, { status: { certificateSHA256 } })], {
      upstream: { media: { servers: ["media.example.org:443", "b:443"] } },
    });
    assert.deepEqual(targetsOf({ vantagePoint: iran, all: [iran], fleets: [published] }), [
      {
        address: ip,
        ports: [
          { listener: "chat", port: 443 },
          { listener: "media", port: 587 },
        ],
        certificateSHA256,
        mediaServerName: "media.example.org",
        isSuspected: false,
      },
    ]);
  });

  test("of an address of which a port is blocked in its country, only the others", () => {
    const chat = { country: "IR", verdict: "Blocked", kind: "Port", listeners: ["chat"] };
    const status = { reachability: [{ ...chat, since: until }] };
    const [target] = targetsOf({
      vantagePoint: iran,
      all: [iran],
      fleets: [fleet([address(ip, { status })])],
    });
    assert.deepEqual(target?.ports, [{ listener: "media", port: 587 }]);
  });

  test("what is suspected in its country is marked, and for a control what is so anywhere", () => {
    const suspected = fleet([address(ip, { verdicts: { IR: "Suspected" } })], {
      audience: { countries: ["IR", "RU"] },
    });
    const marks = [iran, russia, control].map((by) =>
      targetsOf({ vantagePoint: by, all: [iran], fleets: [suspected] }).map(
        ({ isSuspected }) => isSuspected,
      ),
    );
    assert.deepEqual(marks, [[true], [false], [true]]);
  });
});

test("whatever the ledger holds, only addresses that are published and not blocked are given away", () => {
  const given = fc.record({
    slot: fc.nat(2),
    phase: fc.constantFrom(...addressPhases),
    want: fc.constantFrom(...wants),
    ordinal: fc.nat(5),
    verdict: fc.constantFrom("Reachable", "Suspected", "Blocked", "Unknown"),
  });
  const until = "2026-12-01T00:00:00Z";
  fc.assert(
    fc.property(fc.array(given, { maxLength: 8 }), (all) => {
      const addresses = all.map(({ slot, phase, want, ordinal, verdict }, index) =>
        address(`203.0.113.${index}`, {
          slot,
          phase,
          verdicts: { IR: verdict },
          spec: { want, ordinal, drainUntil: until, quarantineUntil: until },
        }),
      );
      for (const tested of addressesFor(iran, [fleet(addresses)])) {
        const { view } = addresses.find((one) => one.view.address === tested)!;
        const rivals = addresses.filter(
          (one) =>
            one.view.slot === view.slot &&
            one.view.phase === "Serving" &&
            one.view.want === "Serve" &&
            one.view.ordinal > view.ordinal,
        );
        assert.deepEqual([view.phase, view.want, rivals.length], ["Serving", "Serve", 0]);
        assert.notEqual(view.reachability[0]?.verdict, "Blocked");
      }
    }),
  );
});
