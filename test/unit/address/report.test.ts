import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ObservedAddress } from "../../../src/address/observed.ts";
import type { ProbeResult } from "../../../src/address/probe.ts";
import type { StatusEffect } from "../../../src/runtime/effect.ts";
import { serviceObject } from "../../objects/service.ts";
import { at, noon } from "../rotation/build.ts";
import {
  address,
  decided,
  drain,
  effectOf,
  quarantine,
  sha256,
  observedAddress,
  works,
} from "./observed-address.ts";

type Given = Parameters<typeof observedAddress>[0];

const [earlier, now] = ["2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"];
const silent = { given: [], hostname: undefined };
const other = { given: ["203.0.113.8"], hostname: undefined };
const fails: ProbeResult = { ...works, problems: [{ listener: "chat", problem: "timed out" }] };

function written(observed: ObservedAddress, result?: ProbeResult): StatusEffect {
  const effect = effectOf(decided(observed, result), "status");
  assert.ok(effect !== undefined);
  return effect;
}

/** A status as it was reported an hour ago. */
const hourOld = (phase: string, more: object = {}) => ({
  status: { phase, phaseSince: earlier, ...more },
});

describe("the status of an address may wait for a second after the last one", () => {
  const progress = { kind: "throttle", everyMs: 1_000 };
  const cases: Record<
    string,
    { given: Given; observed?: Partial<ObservedAddress>; result?: ProbeResult; pacing: unknown }
  > = {
    "while its load balancer has not set it": {
      given: hourOld("Provisioning"),
      observed: { balancer: silent },
      pacing: progress,
    },
    "while it is being tried": { given: hourOld("Verifying"), result: fails, pacing: progress },
    "when the first try of it failed": {
      given: hourOld("Provisioning"),
      result: fails,
      pacing: progress,
    },
    "but not its first one": { given: {}, observed: { balancer: silent }, pacing: undefined },
    "but not the one that publishes it": { given: hourOld("Verifying"), pacing: undefined },
    "but not while it serves": { given: hourOld("Serving"), pacing: undefined },
    "but not when it drains": {
      given: { ...hourOld("Serving"), spec: drain },
      pacing: undefined,
    },
    "but not when it is dark": {
      given: { ...hourOld("Draining"), spec: quarantine },
      observed: { services: [], balancer: undefined },
      pacing: undefined,
    },
  };
  for (const [name, { given, observed, result, pacing }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(written(observedAddress(given, observed), result).pacing, pacing),
    );
});

test("that an entry waits for its lane is reported at once after a phase was, however young it is", () => {
  const metadata = { creationTimestamp: now };
  const waiting = observedAddress(
    { ...hourOld("Provisioning"), metadata },
    { certificate: undefined, services: [], balancer: undefined },
  );
  assert.partialDeepStrictEqual(written(waiting).status, { phase: "Provisioning" });
});

test("what else a young entry waits for is reported at once", () => {
  const waiting = observedAddress(
    { metadata: { creationTimestamp: now } },
    { fleet: undefined, services: [], balancer: undefined },
  );
  assert.equal(written(waiting).pacing, undefined);
});

describe("what the status of an address says", () => {
  const cases: Record<
    string,
    { given: Given; observed?: Partial<ObservedAddress>; result?: ProbeResult; expect: object }
  > = {
    "since when it has its phase": {
      given: hourOld("Serving"),
      expect: { phase: "Serving", phaseSince: earlier },
    },
    "since now when the phase is new": {
      given: hourOld("Verifying"),
      expect: { phase: "Serving", phaseSince: now },
    },
    "the certificate that was made for it": {
      given: hourOld("Serving", { certificateSHA256: "d".repeat(64) }),
      expect: { certificateSHA256: sha256 },
    },
    "its certificate still when its lane is closed": {
      given: hourOld("Serving", { certificateSHA256: "d".repeat(64) }),
      observed: { certificate: undefined },
      expect: { certificateSHA256: "d".repeat(64) },
    },
    "its own address, whatever its load balancer has": {
      given: hourOld("Serving"),
      observed: { balancer: other },
      expect: { address },
    },
    "its Service, by name": { given: hourOld("Serving"), expect: { serviceName: "family-0-abc" } },
    "the Service that it will have": {
      given: {},
      observed: { services: [], balancer: undefined },
      expect: { serviceName: "family-0-e1" },
    },
    "that it was verified through its load balancer": {
      given: hourOld("Verifying"),
      expect: { verified: "Inside" },
    },
    "that it was verified at its pods only": {
      given: hourOld("Verifying"),
      result: { ...works, shutOut: true },
      expect: { verified: "ByPods" },
    },
    "how it was verified while it serves": {
      given: hourOld("Serving", { verified: "ByPods" }),
      expect: { verified: "ByPods" },
    },
    "how it was verified while it drains": {
      given: { ...hourOld("Draining", { verified: "ByPods" }), spec: drain },
      expect: { verified: "ByPods" },
    },
    "that one of which nobody remembers it was verified through its load balancer": {
      given: hourOld("Serving"),
      expect: { verified: "Inside" },
    },
  };
  for (const [name, { given, observed, result, expect }] of Object.entries(cases))
    test(name, () =>
      assert.partialDeepStrictEqual(
        written(observedAddress(given, observed), result).status,
        expect,
      ),
    );

  test("is not how it was verified before it is published, or once it is dark", () => {
    const published = [
      written(observedAddress(hourOld("Verifying")), fails),
      written(
        observedAddress(
          { ...hourOld("Draining", { verified: "ByPods" }), spec: quarantine },
          { services: [], balancer: undefined },
        ),
      ),
    ];
    assert.deepEqual(
      published.map(({ status }) => "verified" in status),
      [false, false],
    );
  });

  test("is for the generation that was seen, and keeps since when its condition holds", () => {
    const condition = { type: "Verified", status: "True", reason: "Verified", message: "it was" };
    const given = hourOld("Serving", {
      conditions: [{ ...condition, lastTransitionTime: earlier }],
    });
    assert.partialDeepStrictEqual(written(observedAddress(given)).status, {
      conditions: [{ ...condition, observedGeneration: 4, lastTransitionTime: earlier }],
    });
  });

  test("leaves what is measured of it to those who measure", () => {
    const reachability = [
      { country: "IR", verdict: "Blocked", since: earlier, lastSeen: earlier, probes: 3 },
    ];
    const write = written(observedAddress(hourOld("Serving", { reachability })));
    assert.ok(!("reachability" in write.status));
    assert.deepEqual(write.before, { phase: "Serving", phaseSince: earlier });
  });
});

describe("a fault that the fleet must act on", () => {
  const assigned = { want: "Serve", address: undefined };
  const cases: Record<
    string,
    { given: Given; observed?: Partial<ObservedAddress>; result?: ProbeResult; kind: string }
  > = {
    "is that an address does not work": {
      given: hourOld("Verifying"),
      result: { ...fails, referenceWorks: true },
      kind: "Unusable",
    },
    "is that its load balancer has another one now": {
      given: hourOld("Serving"),
      observed: { balancer: other },
      kind: "AddressChanged",
    },
    "is that its load balancer has none any more": {
      given: hourOld("Serving"),
      observed: { balancer: silent },
      kind: "AddressLost",
    },
    "is that the provider gave one that rests": {
      given: { ...hourOld("Provisioning"), spec: assigned },
      observed: { heldElsewhere: [address] },
      kind: "Repeat",
    },
  };
  for (const [name, { given = {}, observed, result, kind }] of Object.entries(cases))
    test(`${name}, since it was first seen`, () => {
      const faultAfter = (fault?: object) => {
        const status = { ...given.status, ...(fault === undefined ? {} : { fault }) };
        const { status: says } = written(observedAddress({ ...given, status }, observed), result);
        return (says as { fault?: object }).fault;
      };
      const unlike = kind === "Unusable" ? "AddressLost" : "Unusable";
      assert.deepEqual(faultAfter(), { kind, since: now });
      assert.deepEqual(faultAfter({ kind, since: earlier }), { kind, since: earlier });
      assert.deepEqual(faultAfter({ kind: unlike, since: earlier }), { kind, since: now });
    });

  const faultOf = (given: Given, observed: Partial<ObservedAddress>) =>
    (written(observedAddress(given, observed)).status as { fault?: object }).fault;
  const service = serviceObject({ metadata: { uid: "s1" } });

  test("is a no of its load balancer, with its words", () => {
    const refusal = { reason: "AllocationFailed", message: "in use" };
    const warnings = { uid: "s1", warnings: [refusal], at: noon };
    const fault = faultOf(hourOld("Provisioning"), {
      balancer: silent,
      services: [service],
      warnings,
    });
    assert.partialDeepStrictEqual(fault, { kind: "Refused", since: now });
    assert.match((fault as { message: string }).message, /AllocationFailed: in use/);
    assert.ok(!("wholePool" in fault!));
  });

  test("is a Service that the API server refuses, with the whole pool", () => {
    const refused = [{ id: "service", object: "Service proxies/x", words: "exceeded quota" }];
    const fault = faultOf(hourOld("Provisioning"), { services: [], balancer: undefined, refused });
    assert.partialDeepStrictEqual(fault, { kind: "Refused", wholePool: true });
  });

  test("is a no of before, for an operator that has not heard it", () => {
    const condition = { type: "Verified", status: "False", reason: "LoadBalancerRefuses" };
    const conditions = [{ ...condition, message: "it refused", lastTransitionTime: earlier }];
    const fault = { kind: "Refused", since: earlier, message: "it refused" };
    const given = hourOld("Provisioning", { fault, conditions });
    assert.deepEqual(faultOf(given, { balancer: silent }), fault);
  });

  test("is a listener that the fleet no longer has, until it is published", () => {
    const plainChat = { name: "plainChat", port: 5222, targetPort: 20_002 };
    const given = (phase: string) => ({ ...hourOld(phase), spec: { ports: [plainChat] } });
    const fault = { kind: "Refused", outdated: true };
    assert.partialDeepStrictEqual(faultOf(given("Verifying"), {}), fault);
    assert.equal(faultOf(given("Serving"), {}), undefined);
  });

  test("is lost alone after two minutes while others are set", () => {
    const lost = (since: string, othersSetSince: ObservedAddress["othersSetSince"]) =>
      faultOf(hourOld("Serving", { fault: { kind: "AddressLost", since } }), {
        balancer: silent,
        othersSetSince,
      });
    assert.partialDeepStrictEqual(lost(earlier, at(-120)), { kind: "AddressLost", alone: true });
    assert.deepEqual(lost(earlier, at(-119)), { kind: "AddressLost", since: earlier });
    assert.deepEqual(lost(earlier, undefined), { kind: "AddressLost", since: earlier });
    const recent = "2026-11-23T11:58:01Z";
    assert.deepEqual(lost(recent, at(-3600)), { kind: "AddressLost", since: recent });
  });

  test("is none while an address is only on its way", () =>
    assert.ok(!("fault" in written(observedAddress(hourOld("Verifying")), fails).status)));
});

describe("a time in the status that is still to come was written by a clock that was ahead", () => {
  const ahead = "2027-01-02T12:00:00Z";
  const statusOf = (given: object) =>
    written(observedAddress({ status: given }, { balancer: other })).status as {
      readonly phaseSince: string;
      readonly fault?: { readonly since: string };
    };

  test("what is counted from it is counted from now on", () => {
    const fault = { kind: "AddressChanged", since: ahead };
    const { phaseSince, fault: since } = statusOf({ phase: "Serving", phaseSince: ahead, fault });
    assert.deepEqual([phaseSince, since?.since], [now, now]);
  });

  test("a few seconds are no such time: two clocks are never quite the same", () => {
    const soon = "2026-11-23T12:00:30Z";
    assert.equal(statusOf({ phase: "Serving", phaseSince: soon }).phaseSince, soon);
  });
});

describe("a Service that is asked to go", () => {
  const asked = (status: object, given: Partial<ObservedAddress> = {}) => {
    const { status: says } = written(
      observedAddress({ ...hourOld("Draining", status), spec: quarantine }, given),
    );
    const { leaving, conditions } = says as {
      leaving?: object;
      conditions: readonly { reason: string; message: string }[];
    };
    return { leaving, reason: conditions[0]?.reason, message: conditions[0]?.message ?? "" };
  };
  const finalizers = ["example.org/audit", "example.org/other"];
  const held = { services: [serviceObject({ metadata: { uid: "s1", finalizers } })] };
  const [minute, almost] = ["2026-11-23T11:59:00Z", "2026-11-23T11:59:01Z"];

  test("is dated from the first time on", () =>
    assert.partialDeepStrictEqual(asked({}), { leaving: { since: now }, reason: "Retired" }));

  test("has a minute, whoever holds it", () =>
    assert.deepEqual(asked({ leaving: { since: almost } }, held).leaving, { since: almost }));

  test("is overdue then, and who holds it is named", () => {
    const { leaving, reason, message } = asked({ leaving: { since: minute } }, held);
    assert.deepEqual([leaving, reason], [{ since: minute, heldBy: finalizers }, "ServiceHeld"]);
    assert.match(
      message,
      /^203\.0\.113\.9 should be dark, but its Service proxies\/family-0-abc is still there: the finalizers example\.org\/audit, example\.org\/other hold it/,
    );
  });

  test("stays overdue, though the clock is set back", () =>
    assert.equal(
      asked({ leaving: { since: "2026-11-23T13:00:00Z", heldBy: ["a/b"] } }, held).reason,
      "ServiceHeld",
    ));

  test("says that the API server refuses to delete it", () => {
    const id = "remove family-0-abc";
    const refused = [{ id, object: "Service proxies/family-0-abc", words: "policy keep" }];
    const { message } = asked({ leaving: { since: minute } }, { refused });
    assert.match(message, /the API server refuses to delete it \(policy keep\)/);
  });

  test("points to its Events where nothing shows who holds it", () =>
    assert.match(asked({ leaving: { since: minute } }).message, /see kubectl describe service/));

  test("is remembered once it is gone where it was held: its lane must stay closed", () => {
    const gone = { services: [], balancer: undefined };
    const leaving = { since: minute, heldBy: ["a/b"] };
    assert.deepEqual(asked({ leaving }, gone).leaving, leaving);
    assert.equal(asked({ leaving: { since: minute } }, gone).leaving, undefined);
  });
});
