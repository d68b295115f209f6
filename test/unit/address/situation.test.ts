import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ObservedAddress } from "../../../src/address/observed.ts";
import type { ProbeResult } from "../../../src/address/probe.ts";
import { parsedPool } from "../../objects/address-pool.ts";
import { at } from "../rotation/build.ts";
import { decided, effectOf, observedAddress, quarantine, works } from "./observed-address.ts";

type Given = Parameters<typeof observedAddress>[0];

const since = "2026-11-23T11:00:00Z";
const hourOld = (phase: string, more: object = {}) => ({
  status: { phase, phaseSince: since, ...more },
});
const fails: ProbeResult = { ...works, problems: [{ listener: "chat", problem: "timed out" }] };
const other = { given: ["203.0.113.8"], hostname: undefined };
const assigned = parsedPool({ spec: { provider: "Assigned", addresses: undefined } });

/** Phase, reason and message that are reported of an address. */
function reported(given: Given, observed?: Partial<ObservedAddress>, result?: ProbeResult) {
  const write = effectOf(decided(observedAddress(given, observed), result), "status");
  assert.ok(write !== undefined);
  const { phase, conditions } = write.status as {
    phase: string;
    conditions: readonly { reason: string; message: string }[];
  };
  const [verified] = conditions;
  return { phase, reason: verified?.reason, message: verified?.message ?? "" };
}

describe("what is reported of an address", () => {
  const refusal = { id: "service", object: "Service proxies/x", words: "exceeded quota" };
  const provisioning = hourOld("Provisioning");
  const cases: Record<
    string,
    {
      given: Given;
      observed?: Partial<ObservedAddress>;
      result?: ProbeResult;
      reason: string;
      says?: string;
    }
  > = {
    "names it where it fails": {
      given: hourOld("Verifying"),
      result: fails,
      reason: "ChatFails",
      says: "203.0.113.9 does not work yet: timed out",
    },
    "is that it has no Service yet": {
      given: provisioning,
      observed: { services: [] },
      reason: "ServiceMissing",
    },
    "is that nothing is known of its Service yet": {
      given: provisioning,
      observed: { balancer: undefined },
      reason: "ServiceMissing",
    },
    "is no silence of its load balancer from the first": {
      given: {},
      observed: { balancer: { given: [], hostname: undefined } },
      reason: "WaitingForLoadBalancer",
    },
    "is that its provider gave another one: the pool may be wrong": {
      given: provisioning,
      observed: { balancer: other },
      reason: "OtherAddress",
    },
    "is that its provider gave another one, and can't be asked": {
      given: provisioning,
      observed: { balancer: other, pool: assigned },
      reason: "Unusable",
    },
    "is no lasting fault where a provider that can't be asked gave another one at first": {
      given: {},
      observed: { balancer: other, pool: assigned },
      reason: "OtherAddress",
    },
    "is that its load balancer's name leads elsewhere now": {
      given: hourOld("Serving"),
      observed: {
        balancer: { given: ["203.0.113.8"], hostname: "lb.example.org" },
        resolution: { addresses: ["203.0.113.8"], at: at(0) },
      },
      reason: "AddressChanged",
    },
    "is no repeat where the ledger has its address, whoever else holds it": {
      given: hourOld("Serving"),
      observed: { heldElsewhere: ["203.0.113.9"] },
      reason: "Verified",
    },
    "is that its Service is refused": {
      given: provisioning,
      observed: { refused: [{ ...refusal, id: "status" }, refusal], services: [] },
      reason: "ServiceRefused",
      says: "the API server refuses Service proxies/x: exceeded quota",
    },
    "is nothing of a refusal where something else was refused": {
      given: hourOld("Serving"),
      observed: { refused: [{ ...refusal, id: "evict p-1" }], services: [] },
      reason: "Verified",
    },
    "is nothing of a refusal where it has a Service": {
      given: hourOld("Serving"),
      observed: { refused: [refusal] },
      reason: "Verified",
    },
    "is what obstructs it even where a Service was refused before": {
      given: provisioning,
      observed: { refused: [refusal], services: [], fleet: undefined },
      reason: "FleetMissing",
    },
  };
  for (const [name, { given, observed, result, reason, says = "" }] of Object.entries(cases))
    test(name, () => {
      const found = reported(given, observed, result);
      assert.equal(found.reason, reason);
      assert.ok(found.message.includes(says), found.message);
    });
});

describe("that an address was verified is remembered", () => {
  const condition = (type: string, reason: string) => ({
    type,
    status: "True",
    reason,
    message: `${type} as it was`,
    lastTransitionTime: since,
  });
  const cases: Record<string, { conditions: readonly object[]; reason: string; message: string }> =
    {
      "as it was seen through its load balancer": {
        conditions: [condition("Verified", "Verified")],
        reason: "Verified",
        message: "Verified as it was",
      },
      "as it was seen at its pods, whatever else is known": {
        conditions: [condition("Another", "Verified"), condition("Verified", "VerifiedAtPods")],
        reason: "VerifiedAtPods",
        message: "Verified as it was",
      },
      "in general where something else was reported since": {
        conditions: [condition("Verified", "AddressLost")],
        reason: "Verified",
        message: "203.0.113.9 was verified before it was published",
      },
      "in general where nothing is known": {
        conditions: [],
        reason: "Verified",
        message: "203.0.113.9 was verified before it was published",
      },
    };
  for (const [name, { conditions, reason, message }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(reported(hourOld("Serving", { conditions })), {
        phase: "Serving",
        reason,
        message,
      }),
    );
});

describe("the next look at an address", () => {
  const looks = (given: Given, observed: Partial<ObservedAddress> = {}) =>
    decided(observedAddress(given, observed)).requeueAt;
  const named = { given: [], hostname: "lb.example.org" };

  test("is in a minute where an answer is asked for, and none comes", () =>
    assert.equal(looks(hourOld("Provisioning"), { balancer: named }), at(60)));

  test("comes by itself where nothing is asked", () =>
    assert.deepEqual(
      [
        looks(hourOld("Serving")),
        looks(hourOld("Provisioning"), { services: [], certificate: undefined }),
      ],
      [undefined, at(5)],
    ));
});

test("a dry run shows the same words as the status", () =>
  assert.deepEqual(decided(observedAddress(hourOld("Verifying")), fails).explanations, [
    {
      subject: "ip-203-0-113-9",
      text: "203.0.113.9 does not work yet: timed out. It was not published; it is tried again",
    },
  ]));

test("an address that goes dark has nothing but that reported", () =>
  assert.equal(
    reported({ ...hourOld("Draining"), spec: quarantine }, { balancer: other }).reason,
    "Retired",
  ));
