import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAddressPool } from "../../../src/api/address-pool.ts";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { parseProxyAddress } from "../../../src/api/proxy-address.ts";
import { planAddress, tryIsDue } from "../../../src/address/decide.ts";
import type { ObservedAddress } from "../../../src/address/observe.ts";
import {
  type Instant,
  type Millis,
  formatInstant,
  minutes,
  plus,
  seconds,
} from "../../../src/values/time.ts";
import type { Evidence } from "../../../src/address/verification.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { noon } from "../rotation/build.ts";

const apiVersion = "proxyfleet.dev/v1alpha1";
const address = "203.0.113.9";

function parsed<T>(result: { ok: true; value: T } | { ok: false; problem: string }): T {
  assert.ok(result.ok, result.ok ? "" : result.problem);
  return result.value;
}

const raw = {
  apiVersion,
  kind: "ProxyAddress",
  metadata: { name: "ip-203-0-113-9", uid: "e1", resourceVersion: "1", generation: 1 },
  spec: {
    pool: "pool-a",
    address,
    claimRef: { namespace: "proxies", name: "family", uid: "u1", slot: 0 },
    lane: 0,
    ports: [{ name: "chat", port: 443, targetPort: 20_000 }],
    cause: "NewSlot",
    want: "Serve",
  },
};
const fleet = parsed(
  parseWhatsAppProxy({
    apiVersion,
    kind: "WhatsAppProxy",
    metadata: { name: "family", namespace: "proxies", uid: "u1" },
    spec: { addresses: { pools: [{ name: "pool-a" }] } },
  }),
);
const pool = parsed(
  parseAddressPool({
    apiVersion,
    kind: "AddressPool",
    metadata: { name: "pool-a" },
    spec: { provider: "MetalLB", addresses: ["203.0.113.0/24"] },
  }),
);
const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "family-0-abc", namespace: "proxies", uid: "s1" },
  spec: {},
};

/** What is so while something is down. Undefined evidence: no try was due. */
interface Outage {
  readonly balancer: ObservedAddress["balancer"];
  readonly evidence: Partial<Evidence>;
}

const given = { given: [address], hostname: undefined };
const works: Evidence = { readyPods: 2, lagging: [], problems: [], neighbourWorks: undefined };

function observed(
  status: object,
  balancer: ObservedAddress["balancer"],
  spec: object = raw.spec,
): ObservedAddress {
  const entry = parsed(parseProxyAddress({ ...raw, spec, status }));
  return {
    raw,
    entry,
    fleet,
    pool,
    certificate: "c".repeat(64),
    services: [service],
    balancer,
    heldElsewhere: [],
    pods: [],
    isBusy: false,
  };
}

/**
 * Lives through ten minutes of it, and then through its end. Gives the reasons that were said, and
 * how it ended.
 */
function live({ balancer, evidence }: Outage): {
  readonly reasons: ReadonlySet<string>;
  readonly end: string;
} {
  const reasons = new Set<string>();
  let status: object = {};
  const step = (
    now: Instant,
    seen: ObservedAddress["balancer"],
    evidenceNow: Evidence,
  ): Instant => {
    const sight = observed(status, seen);
    const due = tryIsDue(sight, now) !== undefined;
    const plan = planAddress(sight, due ? evidenceNow : undefined, now);
    ({ status } = plan);
    reasons.add(plan.decision.verified.reason);
    assert.equal(plan.decision.service, "keep");
    return plan.decision.requeueAt ?? now;
  };
  let now = noon;
  while (now < plus(noon, minutes(10)))
    now = plus(step(now, balancer, { ...works, ...evidence }), seconds(1));
  for (let i = 0; i < 3; i++) now = plus(step(now, given, works), seconds(1));
  return { reasons, end: (status as { phase: string }).phase };
}

describe("ten minutes of an outage burn no address, and it serves once they are over", () => {
  const outages: Record<string, Outage & { says: string }> = {
    "the load balancer's controller is stopped": {
      balancer: { given: [], hostname: undefined },
      evidence: {},
      says: "LoadBalancerSilent",
    },
    "its name does not resolve": {
      balancer: { given: [], hostname: "lb.example.org" },
      evidence: {},
      says: "WaitingForName",
    },
    "nothing gets through the load balancer": {
      balancer: given,
      evidence: {
        problems: [
          { listener: "chat", problem: "timed out" },
          { listener: "media", problem: "timed out" },
        ],
        neighbourWorks: false,
        podsWork: true,
      },
      says: "ChatFails",
    },
    "the upstream of this fleet is dead, while that of a neighbour works": {
      balancer: given,
      evidence: {
        problems: [{ listener: "media", problem: "refused" }],
        neighbourWorks: true,
        podsWork: false,
      },
      says: "MediaFails",
    },
    "the upstream of all is dead": {
      balancer: given,
      evidence: {
        problems: [{ listener: "media", problem: "refused" }],
        neighbourWorks: false,
        podsWork: false,
      },
      says: "MediaFails",
    },
    "no pod is ready": { balancer: given, evidence: { readyPods: 0 }, says: "NoReadyPod" },
  };
  for (const [name, { says, ...outage }] of Object.entries(outages))
    test(name, () => {
      const { reasons, end } = live(outage);
      assert.ok(reasons.has(says), [...reasons].join(", "));
      assert.ok(!reasons.has("Unusable"), [...reasons].join(", "));
      assert.equal(end, "Serving");
    });

  test("but an address that alone does not answer, while its neighbours and its pods do, is told apart", () => {
    const { reasons } = live({
      balancer: given,
      evidence: {
        problems: [{ listener: "chat", problem: "timed out" }],
        neighbourWorks: true,
        podsWork: true,
      },
    });
    assert.ok(reasons.has("Unusable"));
  });
});

describe("the Service of an entry", () => {
  test("keeps its name when the entry was lost and made again", () =>
    assert.equal(
      planAddress(observed({}, given), undefined, noon).service?.metadata.name,
      "family-0-abc",
    ));

  test("gets a new name while an old one is still on its way out", () => {
    const leaving = {
      ...service,
      metadata: { ...service.metadata, deletionTimestamp: "2026-11-23T12:00:00Z" },
    };
    assert.notEqual(
      planAddress({ ...observed({}, given), services: [leaving] }, undefined, noon).service
        ?.metadata.name,
      "family-0-abc",
    );
  });

  test("stays as it is when its pool forgets the address's name", () => {
    const named = parsed(
      parseAddressPool({
        apiVersion,
        kind: "AddressPool",
        metadata: { name: "pool-a" },
        spec: { provider: "GCP", named: [{ name: "family-1", address: "203.0.113.10" }] },
      }),
    );
    const plan = planAddress(
      { ...observed({ phase: "Serving" }, given), pool: named },
      undefined,
      noon,
    );
    assert.deepEqual(
      [plan.service, plan.decision.phase, plan.decision.verified.reason],
      [undefined, "Serving", "NameMissing"],
    );
  });
});

test("a repeat stays one though the other entry was forgotten meanwhile: its slot has asked for another", () => {
  const conditions = [
    {
      type: "Verified",
      status: "False",
      reason: "Repeat",
      message: "x",
      lastTransitionTime: "2026-11-23T11:00:00Z",
    },
  ];
  const { address: _address, ...spec } = raw.spec;
  const { decision, service: held } = planAddress(
    observed({ phase: "Provisioning", conditions }, given, spec),
    undefined,
    noon,
  );
  assert.equal(decision.service, "hold");
  assert.equal(held?.spec.selector?.["proxyfleet.dev/held"], "true");
});

describe("that a new entry waits for its lane", () => {
  const cases: Record<string, { age: Millis; isBusy: boolean; urgency: string }> = {
    "is no news within ten seconds of its claim": {
      age: seconds(9),
      isBusy: false,
      urgency: "quiet",
    },
    "is told after ten seconds": { age: seconds(10), isBusy: false, urgency: "urgent" },
    "is no news within a minute where much else waits for the operator": {
      age: seconds(59),
      isBusy: true,
      urgency: "quiet",
    },
    "is told after a minute in any case": { age: seconds(60), isBusy: true, urgency: "urgent" },
  };
  for (const [name, { age, isBusy, urgency }] of Object.entries(cases))
    test(name, () => {
      const { entry, ...rest } = observed({}, undefined);
      const metadata = { ...entry.metadata, creationTimestamp: formatInstant(noon) };
      const waiting = {
        ...rest,
        entry: { ...entry, metadata },
        certificate: undefined,
        services: [],
        isBusy,
      };
      assert.equal(planAddress(waiting, undefined, plus(noon, age)).urgency, urgency);
    });
});
