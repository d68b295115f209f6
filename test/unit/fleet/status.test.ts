import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import type { StatusBefore } from "../../../src/fleet/progress.ts";
import { formatInstant } from "../../../src/values/time.ts";
import {
  at,
  blocked,
  dark,
  draining,
  entry,
  fleet,
  hold,
  hours,
  noon,
  pool,
  rules,
  answered,
} from "../rotation/build.ts";
import { type GivenFleet, realised, reconcilingSince, served, statusOf } from "./status-view.ts";

const pulling = {
  reason: "ImagePullFailed",
  message: "pod p does not start: check spec.image",
} as const;
const trouble = { fails: true, since: at(-9), words: "port 443 does not answer" };
const never: StatusBefore = { observedGeneration: 0, conditions: [] };
const refusedBefore: StatusBefore = {
  observedGeneration: 3,
  conditions: [
    {
      type: "ConfigApplied",
      status: "False",
      reason: "ConfigRefused",
      message: "line 7",
      lastTransitionTime: formatInstant(at(-60)),
    },
  ],
};

type Said = readonly [status: string, reason: string, message?: string];

function checkConditions(
  status: FleetStatus,
  expect: Readonly<Record<string, Said | undefined>>,
): void {
  for (const [type, said] of Object.entries(expect)) {
    const condition = status.conditions.find((known) => known.type === type);
    assert.deepEqual(condition && [condition.status, condition.reason], said?.slice(0, 2), type);
    assert.ok(
      (condition?.message ?? "").includes(said?.[2] ?? ""),
      condition?.message ?? "no condition",
    );
  }
}

describe("a fleet's conditions", () => {
  const cases: Record<string, { given: GivenFleet; expect: Record<string, Said | undefined> }> = {
    "all slots published and a pod ready is Ready": {
      given: {},
      expect: {
        Ready: ["True", "Serving", "all 1 slots have a verified address, and 2 pods are ready"],
        AddressesReady: ["True", "Verified"],
        UpstreamReachable: ["True", "AllServersUp"],
        ConfigApplied: ["True", "Loaded"],
        LimitsApplied: ["True", "Applied"],
        PoolExhausted: ["False", "AddressesFree"],
        FieldsWithoutEffect: undefined,
        Paused: undefined,
        Reconciling: undefined,
        Stalled: undefined,
      },
    },
    "fields without effect are named, and the fleet stays Ready": {
      given: {
        withoutEffect: { status: "True", reason: "NotServed", message: "spec.reachability.people" },
      },
      expect: {
        Ready: ["True", "Serving"],
        FieldsWithoutEffect: ["True", "NotServed", "spec.reachability.people"],
        Stalled: undefined,
      },
    },
    "an outage is reported, with what to do if it is a block": {
      given: { fleet: fleet({ holds: [hold()], addresses: [served] }) },
      expect: {
        Ready: ["True", "Serving"],
        OutageSuspected: [
          "True",
          "SlotsFailTogether",
          `${hold().because}. If it is a block, set spec.reachability.outagePercent to 100`,
        ],
        ProtocolBlocked: undefined,
      },
    },
    "that slots move in turn after an outage is reported": {
      given: { fleet: fleet({ holds: [hold({ why: { kind: "AfterOutage" } })] }) },
      expect: { OutageSuspected: ["False", "MovingInTurn", `IR: ${hold().because}`] },
    },
    "a block of the protocol is reported, with what to tell people": {
      given: {
        fleet: fleet({
          holds: [
            hold({ why: { kind: "Protocol", protocol: "NoTlsPasses" } }),
            hold({ country: "TR", why: { kind: "Protocol", protocol: "FreshAddressesFail" } }),
          ],
        }),
      },
      expect: {
        OutageSuspected: ["False", "NoneSeen"],
        ProtocolBlocked: [
          "True",
          "NoTlsPasses",
          `${hold().because}. Tell people about another way, such as a VPN. So it is in TR`,
        ],
      },
    },
    "a window that never opens is reported, with field and value, and the fleet stays Ready": {
      given: {
        fleet: fleet({
          rotation: rules({
            windows: [{ cron: "0 0 31 2 *", duration: hours(1), timeZone: "UTC" }],
          }),
          addresses: [served],
        }),
      },
      expect: {
        Ready: ["True", "Serving"],
        Stalled: ["True", "WindowNeverOpens", "there is no 31 February"],
      },
    },
    "a pool with fewer free addresses than slots is low, before it is empty": {
      given: {
        fleet: fleet({
          count: 2,
          pools: [pool({ ranges: ["203.0.113.8/30"] })],
          addresses: [served, dark("203.0.113.10"), entry("203.0.113.11", { slot: 1, lane: 1 })],
        }),
      },
      expect: {
        PoolExhausted: [
          "False",
          "PoolLow",
          "1 addresses are free in the fleet's pools, fewer than its 2 slots",
        ],
      },
    },
    "a pool that can't keep up with the schedule is too small": {
      given: {
        fleet: fleet({
          rotation: rules({ maxAge: hours(12) }),
          pools: [pool({ ranges: ["203.0.113.8/29"] })],
          addresses: [served],
        }),
      },
      expect: {
        PoolExhausted: [
          "False",
          "PoolTooSmall",
          "the pools hold 8 addresses, and 1 slots that move every 12h and rest 168h need about 18",
        ],
      },
    },
    "no ready pod is reported before a missing address": {
      given: { fleet: fleet(), pods: { ready: 0 } },
      expect: { Ready: ["False", "NoReadyPod", "none of 2 pods"] },
    },
    "why no pod starts is reported before that none is ready": {
      given: { pods: { ready: 0, problem: pulling } },
      expect: {
        Ready: ["False", "ImagePullFailed", "check spec.image"],
        Stalled: ["True", "ImagePullFailed"],
      },
    },
    "a slot without an address is reported with what it waits for": {
      given: {
        fleet: fleet({ addresses: [entry("203.0.113.9", { phase: "Verifying", trouble })] }),
      },
      expect: {
        Ready: [
          "False",
          "SlotsWithoutAddress",
          "1 of 1 slots have no address yet. slot 0: 203.0.113.9 is being verified: port 443 does not answer (ProxyAddress ip-203-0-113-9)",
        ],
        AddressesReady: ["False", "SlotsWithoutAddress"],
      },
    },
    "an address that its load balancer lost is reported, though no slot is without one": {
      given: {
        fleet: fleet({
          addresses: [entry("203.0.113.9", { lost: { since: at(-5), balancerHas: "another" } })],
        }),
      },
      expect: {
        Ready: [
          "False",
          "AddressLost",
          "slot 0: 203.0.113.9 is published, but its load balancer has another address now",
        ],
        AddressesReady: ["False", "AddressLost"],
      },
    },
    "addresses that their load balancers lost are counted, and the first is reported in full": {
      given: {
        fleet: fleet({
          count: 3,
          addresses: [0, 1, 2].map((slot) =>
            entry(`203.0.113.${slot}`, {
              slot,
              lane: slot,
              lost: { since: at(-5), balancerHas: "none" },
            }),
          ),
        }),
      },
      expect: {
        AddressesReady: [
          "False",
          "AddressLost",
          "slot 0: 203.0.113.0 is published, but its load balancer has no address any more: see kubectl describe wapa ip-203-0-113-0. So are the addresses of 2 other slots.",
        ],
      },
    },
    "a slot whose address is being prepared is reported, whatever other slots have": {
      given: {
        fleet: fleet({
          count: 2,
          addresses: [
            served,
            entry("203.0.113.5", { slot: 1, lane: 1, want: "Quarantine" }),
            entry("203.0.113.7", { slot: 1, lane: 2, phase: "Provisioning", trouble }),
          ],
        }),
      },
      expect: {
        AddressesReady: [
          "False",
          "SlotsWithoutAddress",
          "slot 1: 203.0.113.7 is being prepared: port 443 does not answer (ProxyAddress ip-203-0-113-7)",
        ],
      },
    },
    "the first slot without an address is reported, and not why another one finds none": {
      given: {
        fleet: fleet({
          count: 3,
          addresses: [served, entry("203.0.113.7", { slot: 1, lane: 1, phase: "Provisioning" })],
          pools: [pool({ ranges: [] })],
        }),
      },
      expect: {
        AddressesReady: [
          "False",
          "SlotsWithoutAddress",
          "2 of 3 slots have no address yet. slot 1: 203.0.113.7 is being prepared",
        ],
      },
    },
    "a slot that finds no address is reported with what to do": {
      given: { fleet: fleet({ pools: [pool({ ranges: [] })] }) },
      expect: {
        Ready: ["False", "SlotsWithoutAddress", "Add addresses to a pool"],
        PoolExhausted: ["True", "NoFreshAddress", "slot 0 should move and can't"],
      },
    },
    "a slot that should move and can't is exhausted, and Ready all the same": {
      given: {
        fleet: fleet({ rotateAt: "now", addresses: [served], pools: [pool({ ranges: [] })] }),
      },
      expect: { Ready: ["True", "Serving"], PoolExhausted: ["True", "NoFreshAddress"] },
    },
    "a pause is reported with how to end it": {
      given: { fleet: fleet({ paused: true, addresses: [served] }) },
      expect: { Paused: ["True", "AskedFor", "until it is false"] },
    },
    "config that HAProxy refused is reported in its own words": {
      given: { reports: [answered(), answered("p-2", { refused: "unknown keyword 'x'" })] },
      expect: {
        Ready: ["True", "Serving"],
        ConfigApplied: ["False", "ConfigRefused", "serves the one before: unknown keyword 'x'"],
        Stalled: ["True", "ConfigRefused", "pod p-2's HAProxy refused"],
      },
    },
    "what pods reported before holds until a new leader has asked them all": {
      given: { reports: [], isAsking: true, before: refusedBefore },
      expect: {
        ConfigApplied: ["False", "ConfigRefused", "line 7"],
        Stalled: ["True", "ConfigRefused", "line 7"],
        UpstreamReachable: ["Unknown", "NoPodServes"],
      },
    },
    "what pods reported before is over when they were asked again": {
      given: { before: refusedBefore },
      expect: { ConfigApplied: ["True", "Loaded"], Stalled: undefined },
    },
    "no pool that may be used is for a person to mend": {
      given: {
        fleet: fleet({ addresses: [served], pools: [pool({ refusal: "pool x does not exist" })] }),
      },
      expect: { Stalled: ["True", "NoUsablePool", "pool x does not exist"] },
    },
    "one usable pool of two is enough": {
      given: {
        fleet: fleet({
          addresses: [served],
          pools: [pool({ refusal: "pool x does not exist" }), pool({ name: "b" })],
        }),
      },
      expect: { Stalled: undefined },
    },
    "a young fleet is being created until pods are replaced": {
      given: { before: reconcilingSince(-30, "Creating"), pods: { isRolledOut: false } },
      expect: {
        Ready: ["True", "Serving"],
        Reconciling: ["True", "Creating", "pods are being replaced"],
      },
    },
    "a fleet that was never looked at is being created": {
      given: { fleet: fleet(), before: never, pods: { ready: 0, isRolledOut: false } },
      expect: {
        Ready: ["False", "NoReadyPod"],
        Reconciling: ["True", "Creating", "none of 2 pods is ready yet"],
      },
    },
    "a young fleet that serves is realised": {
      given: { before: reconcilingSince(-30, "Creating") },
      expect: { Ready: ["True", "Serving"], Reconciling: undefined },
    },
    "a generation seen for the first time is not realised: its pods are of the one before": {
      given: { before: { ...realised, observedGeneration: 2 } },
      expect: {
        Ready: ["True", "Serving"],
        Reconciling: ["True", "Updating", "the new spec is being applied"],
      },
    },
    "a young fleet is being created until every slot has an address, whatever has changed": {
      given: {
        fleet: fleet({ count: 2, addresses: [served] }),
        before: reconcilingSince(-30, "Creating"),
      },
      expect: {
        Ready: ["False", "SlotsWithoutAddress"],
        Reconciling: ["True", "Creating", "1 of 2 slots have no address"],
      },
    },
    "a fleet that served is updated, not created, when its spec changes": {
      given: {
        fleet: fleet({ count: 2, addresses: [served] }),
        before: { ...realised, observedGeneration: 2 },
      },
      expect: {
        Ready: ["False", "SlotsWithoutAddress"],
        Reconciling: ["True", "Updating"],
        Stalled: undefined,
      },
    },
    "an update that takes its time is no fault yet": {
      given: { fleet: fleet(), before: reconcilingSince(-599, "Updating") },
      expect: { Reconciling: ["True", "Updating"], Stalled: undefined },
    },
    "a fleet that is not ready long after its spec changed is stuck, and says why": {
      given: { fleet: fleet(), before: reconcilingSince(-600, "Updating") },
      expect: {
        Reconciling: ["True", "Updating"],
        Stalled: [
          "True",
          "ProgressDeadlineExceeded",
          "not ready 10m after its spec changed: 1 of 1 slots have no address",
        ],
      },
    },
    "pods that are replaced slowly are no fault of a fleet that serves": {
      given: { pods: { isRolledOut: false }, before: reconcilingSince(-3600, "Updating") },
      expect: { Reconciling: ["True", "Updating"], Stalled: undefined },
    },
    "a realised generation stays so, whatever pods come and go later": {
      given: { pods: { isRolledOut: false, ready: 0 } },
      expect: { Ready: ["False", "NoReadyPod"], Reconciling: undefined },
    },
    "a rotation of a realised fleet keeps it Ready and quiet": {
      given: {
        fleet: fleet({
          rotateAt: "now",
          addresses: [served, entry("203.0.113.7", { phase: "Verifying", requestedAt: "now" })],
        }),
      },
      expect: { Ready: ["True", "Serving"], Reconciling: undefined },
    },
    "a generation that is not realised goes on until it is": {
      given: {
        before: reconcilingSince(-60, "Updating"),
        pods: { isRolledOut: false },
      },
      expect: { Reconciling: ["True", "Updating"] },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => checkConditions(statusOf(given), expect));

  test("keep the time of their last change of status", () => {
    const [ready] = statusOf({ before: realised }).conditions;
    assert.equal(ready?.lastTransitionTime, formatInstant(at(-3600)));
  });
});

describe("a fleet's addresses, as people see them", () => {
  test("the published one comes first, then those that drain, and dark ones are left out", () => {
    const addresses = [
      draining("203.0.113.5"),
      dark("203.0.113.4"),
      served,
      entry("203.0.113.7", { slot: 1, phase: "Provisioning", phaseSince: noon }),
    ];
    assert.deepEqual(statusOf({ fleet: fleet({ count: 2, addresses }) }).addresses, [
      { address: "203.0.113.9", slot: 0, phase: "Serving", since: formatInstant(at(-3600)) },
      {
        address: "203.0.113.5",
        slot: 0,
        phase: "Draining",
        since: formatInstant(at(-60)),
        expires: formatInstant(at(3600)),
      },
      { address: "203.0.113.7", slot: 1, phase: "Provisioning", since: formatInstant(noon) },
    ]);
  });

  test("of two that serve a slot for a moment, only the newest is reported as serving", () => {
    const addresses = [served, entry("203.0.113.7", { phaseSince: at(-1) })];
    assert.deepEqual(
      statusOf({ fleet: fleet({ addresses }) }).addresses.map(({ address, phase }) => [
        address,
        phase,
      ]),
      [
        ["203.0.113.7", "Serving"],
        ["203.0.113.9", "Draining"],
      ],
    );
  });

  test("serving counts slots, not addresses", () => {
    const addresses = [served, entry("203.0.113.7", { phaseSince: at(-1) })];
    assert.equal(statusOf({ fleet: fleet({ count: 2, addresses }) }).serving, "1/2");
  });
});

test("lastHandledRotateAt changes with the answer, and only then", () => {
  const asked = fleet({ rotateAt: "now", lastHandledRotateAt: "before", addresses: [served] });
  assert.equal(statusOf({ fleet: asked }).lastHandledRotateAt, "before");
  assert.equal(
    statusOf({ fleet: { ...asked, addresses: [{ ...served, requestedAt: "now" }] } })
      .lastHandledRotateAt,
    "now",
  );
  assert.equal("lastHandledRotateAt" in statusOf({}), false);
});

test("the status names the next move, what was reported, and where an address is blocked", () => {
  const view = fleet({
    audience: ["TM"],
    rotation: rules({ maxAge: hours(3) }),
    reportBlocked: "203.0.113.9 IR x",
    addresses: [entry("203.0.113.9", { reachability: [blocked("IR")] })],
  });
  const { nextRotation, lastHandledReport, addresses } = statusOf({ fleet: view });
  assert.deepEqual(nextRotation, {
    slot: 0,
    at: "2026-11-23T14:00:00Z",
    reason: "by age (maxAge 3h)",
  });
  assert.equal(lastHandledReport, "203.0.113.9 IR x");
  assert.deepEqual(addresses[0]?.blockedIn, ["IR"]);
});
