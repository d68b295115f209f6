import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressLabel, fleetLabel } from "../../../../src/api/names.ts";
import type { Observed } from "../../../../src/overview/observed.ts";
import { overviewOf } from "../../../../src/overview/overview.ts";
import { walk } from "../../../../src/overview/why/walk.ts";
import { causesOf, sentence } from "../../../../src/overview/why/why.ts";
import { poolObject } from "../../../objects/address-pool.ts";
import { entryObject } from "../../../objects/ledger-entry.ts";
import { podObject } from "../../../objects/pod.ts";
import { serviceObject } from "../../../objects/service.ts";
import {
  ago,
  ahead,
  deployment,
  event,
  fleet,
  healthy,
  lease,
  resting,
  serving,
  verdict,
} from "../build.ts";

const iran = { audience: { countries: ["IR"] } };
const blockedAddress = serving({}, verdict("Blocked"));
const blocked: Partial<Observed> = { fleets: [fleet(iran)], addresses: [blockedAddress] };

/** A condition in its words: type, status, reason and message. */
const condition = (...[type, status, reason, message]: readonly string[]) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: ago(1),
});
const saying = (...conditions: object[]) => fleet(iran, { conditions });

/** A claim that waits, with its Service, about which the load balancer has said this. */
const claim = (status: object = {}) =>
  entryObject({
    address: "203.0.113.44",
    metadata: { creationTimestamp: ago(0.01) },
    spec: { cause: "Blocked" },
    status: { phase: "Provisioning", phaseSince: ago(0.01), ...status },
  });
const service = serviceObject({
  name: "family-0-8198628521",
  metadata: { uid: "s1", labels: { [addressLabel]: "ip-203-0-113-44", [fleetLabel]: "family" } },
});
const balancerSaid = event(
  { kind: "Service", name: "family-0-8198628521" },
  {
    type: "Warning",
    reason: "AllocationFailed",
    note: "pool edge not compatible for ip assignment",
    reportingController: "metallb-controller",
    regarding: { apiVersion: "v1", kind: "Service", name: "family-0-8198628521", uid: "s1" },
  },
);

function podThatFails() {
  const waiting = { reason: "ImagePullBackOff", message: "no such image" };
  return podObject({
    metadata: { uid: "p1", labels: { [fleetLabel]: "family" } },
    status: {
      phase: "Pending",
      containerStatuses: [
        {
          name: "haproxy",
          image: "x:1",
          imageID: "",
          ready: false,
          restartCount: 0,
          state: { waiting },
        },
      ],
    },
  });
}

/** The causes, the most urgent first. */
function causes(changes: Partial<Observed>, slot?: number) {
  const observed = healthy(changes);
  const overview = overviewOf(observed);
  return causesOf(overview.fleets[0]!, { overview, observed, slot });
}

describe("why names the cause, and the remedy in one sentence", () => {
  const cases: Record<string, { given: Partial<Observed>; names: string[]; says?: RegExp }> = {
    "nothing where all is well": { given: {}, names: [] },
    "a blocked slot that moves": {
      given: {
        ...blocked,
        addresses: [
          serving(
            {},
            {
              ...verdict("Blocked"),
              reachability: [
                { country: "IR", verdict: "Blocked", since: ago(0.01), message: "3 timeouts" },
              ],
            },
          ),
          claim(),
        ],
      },
      names: ["Moving"],
      says: /^Slot 0: 203\.0\.113\.9 is blocked in IR since .*; 203\.0\.113\.44 is being prepared for it\. Fix: wait: a move takes less than three minutes\.$/,
    },
    "a blocked slot whose move takes long": {
      given: { ...blocked, addresses: [blockedAddress, claim()] },
      names: ["Moving"],
      says: /Fix: it takes long: see kubectl describe wapa ip-203-0-113-44\.$/,
    },
    "a pool that is dry, and when it has addresses again": {
      given: {
        ...blocked,
        pools: [poolObject({ spec: { addresses: ["203.0.113.9", "203.0.113.10"] } })],
        addresses: [blockedAddress, resting("203.0.113.10", ahead(9))],
      },
      names: ["PoolDry"],
      says: /^Slot 0: .* and finds no fresh address: pool pool-a has none free before 2026-11-29 21:00 UTC \(1 of 2 rest\)\. Fix: add addresses to pool-a, /,
    },
    "a dry pool, also where pools can't be read": {
      given: {
        fleets: [
          saying(
            condition("PoolExhausted", "True", "NoFreshAddress", "pool pool-a is empty. Add some"),
          ),
        ],
        addresses: [blockedAddress],
        pools: undefined,
      },
      names: ["PoolDry"],
      says: /finds no fresh address: pool pool-a is empty\. Add some\. Fix: add/,
    },
    "an operator that is down": {
      given: { leases: [lease(ago(2))] },
      names: ["OperatorDown"],
      says: /^The operator in namespace proxyfleet-system has not renewed its Lease since 2026-11-29 10:00 UTC.*Fix: bring it back: kubectl get pods -n proxyfleet-system/,
    },
    "an operator that is down, and the slot that is cut off meanwhile": {
      given: { ...blocked, leases: [lease(ago(2))] },
      names: ["OperatorDown", "Blocked"],
    },
    "an address that the load balancer refuses, in its own words": {
      given: {
        ...blocked,
        addresses: [
          blockedAddress,
          claim({ fault: { kind: "Refused", since: ago(0.01), message: "refused" } }),
        ],
        services: [service],
        events: [balancerSaid],
      },
      names: ["LoadBalancerRefuses"],
      says: /^Slot 0: 203\.0\.113\.9 is blocked in IR since 2026-11-29 11:00 UTC .*and can't move: MetalLB refuses addresses of pool pool-a \(AllocationFailed: pool edge not compatible for ip assignment\)\. Fix: let MetalLB's own pool give these addresses to namespace proxies, or add another pool/,
    },
    "the same before the operator has given the address up": {
      given: {
        ...blocked,
        addresses: [blockedAddress, claim()],
        services: [service],
        events: [balancerSaid],
      },
      names: ["LoadBalancerRefuses"],
    },
    "the same where Services can't be read": {
      given: {
        ...blocked,
        addresses: [
          blockedAddress,
          claim({ fault: { kind: "Refused", since: ago(0.01), message: "says no" } }),
        ],
        services: undefined,
        events: undefined,
      },
      names: ["LoadBalancerRefuses"],
      says: /MetalLB refuses addresses of pool pool-a \(says no\)/,
    },
    "a pod that can't start": {
      given: { deployments: [deployment(0)], pods: [podThatFails()] },
      names: ["PodsFail"],
      says: /^No pod is ready, so nobody is served: pod family-proxy-x does not start with image x:1.*no such image.*Fix: correct spec\.image or its pull secrets/,
    },
    "one pod of two that can't start": {
      given: { deployments: [deployment(1)], pods: [podThatFails()] },
      names: ["PodsFail"],
      says: /^Only 1 of 2 pods are ready/,
    },
    "a fleet that asks for no pods": {
      given: { fleets: [fleet({ replicas: 0 })], deployments: [deployment(0)] },
      names: ["PodsFail"],
      says: /^Spec\.replicas is 0, .*kubectl scale wap family -n proxies --replicas=2\.$/,
    },
    "a child that is refused, in the server's words": {
      given: {
        fleets: [
          saying(
            condition(
              "ChildrenApplied",
              "False",
              "ServerRefuses",
              "Deployment family-proxy: exceeded quota.",
            ),
          ),
        ],
      },
      names: ["ChildRefused"],
      says: /^The API server refuses what the fleet needs: Deployment family-proxy: exceeded quota\. Fix: change the quota/,
    },
    "an upstream that is gone": {
      given: {
        fleets: [
          saying(
            condition("UpstreamReachable", "False", "NothingReachable", "neither chat nor media"),
          ),
        ],
      },
      names: ["UpstreamGone"],
      says: /^The pods don't reach WhatsApp, so the addresses are not at fault: neither chat nor media\. Fix: let the nodes connect/,
    },
    "a blocked slot of a paused fleet": {
      given: { ...blocked, fleets: [fleet({ ...iran, paused: true })] },
      names: ["Paused"],
      says: /since the fleet is paused\. Fix: end the pause: kubectl proxyfleet resume family -n proxies\.$/,
    },
    "a blocked slot of a fleet that moves none": {
      given: { ...blocked, fleets: [fleet({ ...iran, rotation: { onBlocked: false } })] },
      names: ["MovesOff"],
      says: /kubectl proxyfleet rotate family 0 -n proxies\.$/,
    },
    "an outage that holds a blocked slot": {
      given: {
        ...blocked,
        fleets: [saying(condition("OutageSuspected", "True", "SlotsFailTogether", "3 of 3 fail"))],
      },
      names: ["Outage"],
    },
    "a protocol that is blocked": {
      given: {
        ...blocked,
        fleets: [saying(condition("ProtocolBlocked", "True", "NoTlsPasses", "no TLS passes"))],
      },
      names: ["ProtocolBlocked"],
    },
    "a spec that can't be read": {
      given: { fleets: [fleet({ replicas: "two" })] },
      names: ["InvalidSpec"],
      says: /Fix: correct that field: kubectl edit wap family -n proxies\.$/,
    },
    "an address that is suspected": {
      given: { addresses: [serving({}, verdict("Suspected", "arrivals stopped"))] },
      names: ["Suspected"],
      says: /may be blocked in IR since .* \(arrivals stopped\).*kubectl proxyfleet report 203\.0\.113\.9 --country IR -n proxies\.$/,
    },
    "an address that its load balancer took back": {
      given: { addresses: [serving({}, { fault: { kind: "AddressLost", since: ago(1) } })] },
      names: ["AddressLost"],
    },
    "a slot without any address": { given: { addresses: [] }, names: ["NoAddress"] },
    "a condition that no check knows": {
      given: { fleets: [saying(condition("DNSReady", "False", "NamesBehind", "two names lag."))] },
      names: ["Other"],
      says: /^DNSReady \(NamesBehind\): two names lag\. Fix: see docs\/conditions\.md/,
    },
  };
  for (const [name, { given, names, says }] of Object.entries(cases))
    test(name, () => {
      const found = causes(given);
      assert.deepEqual(
        found.map((cause) => cause.name),
        names,
      );
      if (says !== undefined) assert.match(sentence(found[0]!), says);
    });
});

test("of two slots, the one that is cut off comes first; of one that is named, nothing else is said", () => {
  const two = { addresses: { count: 2, pools: [{ name: "pool-a" }] } };
  const given = {
    fleets: [fleet(two)],
    addresses: [
      serving({}, verdict("Suspected")),
      serving({ address: "203.0.113.40", slot: 1 }, verdict("Blocked")),
    ],
  };
  assert.deepEqual(
    causes(given).map(({ name }) => name),
    ["Blocked", "Suspected"],
  );
  assert.deepEqual(
    causes(given, 0).map(({ name }) => name),
    ["Suspected"],
  );
});

test("the walk goes from the fleet over slots and addresses to Services, pods and their Events", () => {
  const observed = healthy({
    ...blocked,
    addresses: [blockedAddress, claim()],
    services: [service],
    events: [
      balancerSaid,
      { ...balancerSaid, note: "an older one", eventTime: ago(3) },
      event(
        { kind: "Pod", name: "x" },
        {
          type: "Warning",
          reason: "Failed",
          note: "no such image",
          regarding: { apiVersion: "v1", kind: "Pod", name: "family-proxy-x", uid: "p1" },
        },
      ),
    ],
    pods: [podThatFails()],
  });
  const overview = overviewOf(observed);
  const steps = walk({ overview, observed, fleet: overview.fleets[0]! }, undefined);
  assert.deepEqual(
    steps.map(({ depth, object, state }) => `${depth} ${object} ${state}`),
    [
      "0 WhatsAppProxy proxies/family Bad",
      "1 slot 0 Bad",
      "2 ProxyAddress ip-203-0-113-9 Bad",
      "2 ProxyAddress ip-203-0-113-44 Good",
      "3 Service family-0-8198628521 Bad",
      "4 Event of metallb-controller Bad",
      "1 Pod family-proxy-x Bad",
      "2 Event of example.org/test Bad",
    ],
  );
  assert.match(steps[5]?.text ?? "", /pool edge not compatible.* \(2026-11-29 11:00 UTC\)$/);
});
