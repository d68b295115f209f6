import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type AddressDecision,
  type AddressSituation,
  decidePhase,
} from "../../../src/address/phase.ts";
import type { Judgement } from "../../../src/address/judge.ts";
import { at, noon } from "../rotation/build.ts";

const address = "203.0.113.9";
const published = { given: [address], hostname: undefined, terminating: false };
const silent = { given: [], hostname: undefined, terminating: false };
const failing: Judgement = {
  kind: "failing",
  reason: "ChatFails",
  message: "port 443 shows another certificate",
};

const named = { given: [], hostname: "lb.example.org", terminating: false };

function situation(given: Partial<AddressSituation>): AddressSituation {
  return {
    want: "Serve",
    phase: "Verifying",
    phaseSince: at(-10),
    deleting: false,
    quarantineUntil: undefined,
    canBeAsked: true,
    address,
    obstacle: undefined,
    service: published,
    isRepeat: false,
    verified: undefined,
    judgement: undefined,
    ...given,
  };
}

interface Expected extends Partial<Omit<AddressDecision, "verified">> {
  readonly says?: readonly [status: string, reason: string, message?: string];
}

function check(given: Partial<AddressSituation>, { says, ...expect }: Expected): void {
  const decision = decidePhase(situation(given), noon);
  assert.equal(decision.take, expect.take);
  assert.partialDeepStrictEqual(decision, expect);
  if (says === undefined) return;
  const { status, reason, message } = decision.verified;
  assert.deepEqual([status, reason], says.slice(0, 2));
  assert.ok(message.includes(says[2] ?? ""), message);
}

describe("an address that is to serve", () => {
  const cases: Record<string, { given: Partial<AddressSituation>; expect: Expected }> = {
    "waits for its lane, without a phase of its own yet": {
      given: {
        phase: undefined,
        service: undefined,
        obstacle: {
          status: "Unknown",
          reason: "WaitingForLane",
          message: "lane 3 is being prepared",
        },
      },
      expect: {
        phase: "Provisioning",
        service: "keep",
        says: ["Unknown", "WaitingForLane"],
        requeueAt: at(5),
      },
    },
    "waits for its Service": {
      given: { service: undefined },
      expect: { phase: "Provisioning", says: ["Unknown", "ServiceMissing"] },
    },
    "waits for the load balancer": {
      given: { phase: "Provisioning", service: silent },
      expect: { phase: "Provisioning", says: ["Unknown", "WaitingForLoadBalancer"] },
    },
    "tells after a minute that the load balancer is silent, and what to check": {
      given: { phase: "Provisioning", phaseSince: at(-60), service: silent },
      expect: {
        phase: "Provisioning",
        says: [
          "False",
          "LoadBalancerSilent",
          "check that it runs and that its own pool contains 203.0.113.9",
        ],
      },
    },
    "is not verified at another address than its own": {
      given: { service: { ...published, given: ["203.0.113.8"] }, judgement: { kind: "verified" } },
      expect: {
        phase: "Provisioning",
        says: ["False", "OtherAddress", "gave 203.0.113.8 instead of 203.0.113.9"],
      },
    },
    "is tried as soon as the load balancer has set it": {
      given: { phase: "Provisioning" },
      expect: { phase: "Verifying", requeueAt: noon, says: ["Unknown", "Verifying"] },
    },
    "is tried again each second at first": {
      given: { judgement: failing },
      expect: { phase: "Verifying", requeueAt: at(1), says: ["False", "ChatFails"] },
    },
    "is tried again after a second, too, while its first failure is not reported yet": {
      given: { phase: "Provisioning", judgement: failing },
      expect: { phase: "Verifying", requeueAt: at(1), says: ["False", "ChatFails"] },
    },
    "is tried more seldom after two minutes": {
      given: { phaseSince: at(-120), judgement: failing },
      expect: { phase: "Verifying", requeueAt: at(15) },
    },
    "is tried again in a second after its first failure, however long it took to be set": {
      given: { phase: "Provisioning", phaseSince: at(-120), judgement: failing },
      expect: { phase: "Verifying", requeueAt: at(1), says: ["False", "ChatFails"] },
    },
    "is not late before it has a phase, however old its entry is": {
      given: { phase: undefined, phaseSince: at(-3600), service: silent },
      expect: { phase: "Provisioning", says: ["Unknown", "WaitingForLoadBalancer"] },
    },
    "looks again at its load balancer's name once it is verified": {
      given: { service: { ...named, given: [address] }, judgement: { kind: "verified" } },
      expect: { phase: "Serving", requeueAt: at(60), verifiedBy: "Inside" },
    },
    "needs no other look where its load balancer has no name": {
      given: { phase: "Serving" },
      expect: { phase: "Serving", requeueAt: undefined },
    },
    "serves once it is verified": {
      given: { judgement: { kind: "verified" } },
      expect: { phase: "Serving", requeueAt: undefined, says: ["True", "Verified"] },
    },
    "says so if it was tried at the pods only": {
      given: { judgement: { kind: "verified", shutOut: true } },
      expect: {
        phase: "Serving",
        says: ["True", "VerifiedAtPods", "loadBalancerSourceRanges shuts the operator out"],
      },
    },
    "remembers how it was verified": {
      given: {
        phase: "Serving",
        verified: { status: "True", reason: "VerifiedAtPods", message: "every pod" },
      },
      expect: { phase: "Serving", says: ["True", "VerifiedAtPods"] },
    },
    "says when its load balancer has another address now, and goes on until it is replaced": {
      given: { phase: "Serving", service: { ...published, given: ["203.0.113.8"] } },
      expect: {
        phase: "Serving",
        service: "keep",
        says: ["False", "AddressChanged", "has now set 203.0.113.8"],
      },
    },
    "says so when its load balancer has no address any more, and goes on: it may come back": {
      given: { phase: "Serving", service: silent },
      expect: {
        phase: "Serving",
        service: "keep",
        says: ["False", "AddressLost", "has set none any more"],
      },
    },
    "waits until its load balancer's name leads to it": {
      given: { phase: "Provisioning", phaseSince: at(-3600), service: named },
      expect: {
        phase: "Provisioning",
        says: ["Unknown", "WaitingForName", "lb.example.org does not resolve to 203.0.113.9 yet"],
      },
    },
    "is tried once its load balancer's name leads to it": {
      given: { phase: "Provisioning", service: { ...named, given: ["198.51.100.1", address] } },
      expect: { phase: "Verifying" },
    },
    "goes on serving while its load balancer's name does not resolve, and looks again": {
      given: { phase: "Serving", service: named },
      expect: { phase: "Serving", requeueAt: at(60), says: ["True", "Verified"] },
    },
    "goes on serving when its pool is gone, and says so": {
      given: {
        phase: "Serving",
        obstacle: { status: "Unknown", reason: "PoolMissing", message: "pool-a does not exist" },
      },
      expect: {
        phase: "Serving",
        service: "keep",
        entry: "keep",
        says: ["Unknown", "PoolMissing"],
      },
    },
    "goes on serving though a person deleted its entry: the fleet replaces it first": {
      given: { phase: "Serving", deleting: true },
      expect: { phase: "Serving", service: "keep", entry: "keep" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => check(given, expect));
});

describe("a known address of a provider that can't be asked, as after a restore elsewhere", () => {
  const other = { ...published, given: ["203.0.113.8"] };
  const cases: Record<string, { given: Partial<AddressSituation>; expect: Expected }> = {
    "is given up when the provider has given another one for a minute": {
      given: { phase: "Provisioning", phaseSince: at(-60), service: other },
      expect: {
        phase: "Provisioning",
        says: [
          "False",
          "Unusable",
          "gave 203.0.113.8 instead of 203.0.113.9, and can't be asked for it",
        ],
      },
    },
    "is waited for at first: a name may lead to several addresses in turn": {
      given: { phase: "Provisioning", phaseSince: at(-59), service: other },
      expect: { phase: "Provisioning", says: ["False", "OtherAddress"] },
    },
    "is waited for while the provider has given nothing": {
      given: { phase: "Provisioning", phaseSince: at(-3600), service: silent },
      expect: { phase: "Provisioning", says: ["False", "LoadBalancerSilent"] },
    },
    "is tried if the provider gave the same": {
      given: { phase: "Provisioning", phaseSince: at(-60) },
      expect: { phase: "Verifying" },
    },
    "stays with a provider that can be asked: the pool may be mended": {
      given: { canBeAsked: true, phase: "Provisioning", phaseSince: at(-3600), service: other },
      expect: { phase: "Provisioning", says: ["False", "OtherAddress"] },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => check({ canBeAsked: false, ...given }, expect));
});

describe("an address that its provider chooses", () => {
  const unknown = { address: undefined, phase: "Provisioning", service: silent } as const;
  const cases: Record<string, { given: Partial<AddressSituation>; expect: Expected }> = {
    "is waited for": {
      given: unknown,
      expect: {
        phase: "Provisioning",
        service: "keep",
        says: ["Unknown", "WaitingForLoadBalancer", "an address"],
      },
    },
    "is asked after when it does not come": {
      given: { ...unknown, phaseSince: at(-60) },
      expect: { says: ["False", "LoadBalancerSilent", "that it has addresses left"] },
    },
    "is entered into the ledger before it is tried": {
      given: { ...unknown, service: published },
      expect: { phase: "Provisioning", take: address, requeueAt: noon },
    },
    "is the one to which a name leads": {
      given: { ...unknown, service: { ...named, given: [address] } },
      expect: { take: address },
    },
    "is not entered while its lane is being prepared": {
      given: {
        ...unknown,
        service: published,
        obstacle: { status: "Unknown", reason: "WaitingForLane", message: "lane 3" },
      },
      expect: { says: ["Unknown", "WaitingForLane"] },
    },
    "is kept without a pod if it was used before, and not entered": {
      given: { ...unknown, service: published, isRepeat: true },
      expect: {
        phase: "Provisioning",
        service: "hold",
        entry: "keep",
        says: ["False", "Repeat", "gave 203.0.113.9"],
      },
    },
    "is given back when the fleet has done with a repeat": {
      given: { ...unknown, service: published, isRepeat: true, want: "Quarantine" },
      expect: { service: "remove" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => check(given, expect));
});

describe("an address on its way out", () => {
  const cases: Record<string, { given: Partial<AddressSituation>; expect: Expected }> = {
    "keeps its Service while it drains": {
      given: { want: "Drain", phase: "Serving" },
      expect: {
        phase: "Draining",
        service: "keep",
        entry: "keep",
        says: ["True", "Draining", "203.0.113.9 still serves, but is no longer published"],
      },
    },
    "is not dark before its Service is gone": {
      given: { want: "Quarantine", phase: "Draining" },
      expect: { phase: "Draining", service: "remove", entry: "keep", requeueAt: at(5) },
    },
    "is not dark while the load balancer still lets go of its Service": {
      given: {
        want: "Quarantine",
        phase: "Draining",
        service: { ...published, terminating: true },
      },
      expect: { phase: "Draining", service: "remove", entry: "keep" },
    },
    "is dark once its Service is gone": {
      given: {
        want: "Quarantine",
        phase: "Draining",
        service: undefined,
        quarantineUntil: at(600),
      },
      expect: { phase: "Quarantined", entry: "keep", requeueAt: noon },
    },
    "is named as its load balancer gave it where the ledger does not have it": {
      given: { want: "Drain", phase: "Serving", address: undefined },
      expect: { says: ["True", "Draining", "203.0.113.9 still serves"] },
    },
    "has no name where nobody gave one": {
      given: { want: "Drain", phase: "Serving", address: undefined, service: undefined },
      expect: { says: ["True", "Draining", "the address still serves"] },
    },
    "goes dark without ever having had a Service": {
      given: { want: "Quarantine", phase: undefined, service: undefined, quarantineUntil: at(600) },
      expect: { phase: "Quarantined", entry: "keep" },
    },
    "rests until its time is over": {
      given: {
        want: "Quarantine",
        phase: "Quarantined",
        service: undefined,
        quarantineUntil: at(600),
      },
      expect: { phase: "Quarantined", entry: "keep", requeueAt: at(600) },
    },
    "is forgotten when its time is over": {
      given: {
        want: "Quarantine",
        phase: "Quarantined",
        service: undefined,
        quarantineUntil: noon,
      },
      expect: { entry: "delete" },
    },
    "is not forgotten on the word of a clock that another one contradicts, and is looked at again":
      {
        given: {
          want: "Quarantine",
          phase: "Quarantined",
          service: undefined,
          quarantineUntil: at(-40 * 86_400),
          clocksDiffer: true,
        },
        expect: { phase: "Quarantined", entry: "keep", requeueAt: at(60) },
      },
    "is forgotten if a person deletes it, whatever the clocks say": {
      given: {
        want: "Quarantine",
        phase: "Quarantined",
        service: undefined,
        quarantineUntil: at(600),
        deleting: true,
        clocksDiffer: true,
      },
      expect: { entry: "finish" },
    },
    "shows itself dark before it is forgotten, so that its lane is closed first": {
      given: { want: "Quarantine", phase: "Draining", service: undefined, quarantineUntil: at(-9) },
      expect: { phase: "Quarantined", entry: "keep", requeueAt: noon },
    },
    "is forgotten at once if a person deletes it in quarantine": {
      given: {
        want: "Quarantine",
        phase: "Quarantined",
        service: undefined,
        quarantineUntil: at(600),
        deleting: true,
      },
      expect: { entry: "finish" },
    },
    "is not forgotten, though a person deleted it, while its Service is there": {
      given: { want: "Quarantine", phase: "Quarantined", quarantineUntil: at(600), deleting: true },
      expect: { entry: "keep", service: "remove" },
    },
    "whose Service somebody made again after it went dark takes it down again": {
      given: { want: "Quarantine", phase: "Quarantined", quarantineUntil: at(600) },
      expect: { phase: "Quarantined", service: "remove", requeueAt: at(5) },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => check(given, expect));
});
