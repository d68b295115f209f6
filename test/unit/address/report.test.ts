import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ObservedAddress } from "../../../src/address/observed.ts";
import type { ProbeResult } from "../../../src/address/probe.ts";
import type { StatusEffect } from "../../../src/runtime/effect.ts";
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
