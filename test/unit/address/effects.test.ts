import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ObservedAddress } from "../../../src/address/observed.ts";
import type { ProbeResult } from "../../../src/address/probe.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { parsedPool } from "../../objects/address-pool.ts";
import { podObject } from "../../objects/pod.ts";
import { serviceObject } from "../../objects/service.ts";
import {
  address,
  decided,
  drain,
  effectOf,
  quarantine,
  observedAddress,
  works,
} from "./observed-address.ts";

type Given = Parameters<typeof observedAddress>[0];

const finalizer = "proxyfleet.dev/release-service";
const serving = { status: { phase: "Serving", phaseSince: "2026-11-23T11:00:00Z" } };
const gone = { services: [], balancer: undefined };
const leaving = { deletionTimestamp: "2026-11-23T11:59:00Z" };
const state = { uid: "e1", resourceVersion: "7" };

/** The effects of a plan, each as its kind and id. */
function kinds(given: Given, observed: Partial<ObservedAddress> = {}): readonly string[] {
  return decided(observedAddress(given, observed)).effects.map(({ kind, id }) => `${kind} ${id}`);
}

describe("the finalizer that keeps an entry until its Service is gone", () => {
  const applied = (given: Given, observed?: Partial<ObservedAddress>) =>
    effectOf(decided(observedAddress(given, observed)), "apply", "finalizer");

  test("is set in the state that was seen, and says nothing else of an entry", () => {
    const effect = applied(serving);
    assert.ok(effect !== undefined);
    assert.deepEqual(effect.object, {
      apiVersion: "proxyfleet.dev/v1alpha1",
      kind: "ProxyAddress",
      metadata: { name: "ip-203-0-113-9", finalizers: [finalizer] },
    });
    assert.deepEqual([effect.state, effect.fieldManager], [state, "proxyfleet-address"]);
  });

  test("is set together with the address that a provider gave, which would be lost otherwise", () =>
    assert.partialDeepStrictEqual(applied({ ...serving, name: "ip-family-0-x" }), {
      object: { spec: { address } },
    }));

  const cases: Record<string, { given: Given; isSet: boolean }> = {
    "is set beside those of others": {
      given: { ...serving, metadata: { finalizers: ["example.org/audit"] } },
      isSet: true,
    },
    "is not set twice": {
      given: { ...serving, metadata: { finalizers: ["example.org/audit", finalizer] } },
      isSet: false,
    },
    "is not set on an entry that is being deleted": {
      given: { ...serving, metadata: leaving },
      isSet: false,
    },
  };
  for (const [name, { given, isSet }] of Object.entries(cases))
    test(name, () => assert.equal(applied(given) !== undefined, isSet));

  test("goes once a deleted entry is dark, while those of others stay", () => {
    const dark = {
      status: { phase: "Quarantined" },
      spec: quarantine,
      metadata: { ...leaving, finalizers: [finalizer, "example.org/audit"] },
    };
    const { effects } = decided(observedAddress(dark, gone));
    const [effect, ...others] = effects;
    assert.ok(effect?.kind === "patch" && others.length === 0);
    const { key, metadata, fieldManager } = effect;
    assert.deepEqual(
      [key.name, effect.state, fieldManager],
      ["ip-203-0-113-9", state, "proxyfleet-address"],
    );
    assert.deepEqual(metadata, { finalizers: ["example.org/audit"] });
  });
});

describe("what a provider gave that can't be asked", () => {
  const pool = parsedPool({ spec: { provider: "Assigned", addresses: undefined } });
  const given = { spec: { address: undefined }, status: { phase: "Provisioning" } };

  test("is entered into the ledger before anything else is done with it", () => {
    assert.deepEqual(kinds(given, { pool }), ["apply finalizer", "apply address"]);
    assert.partialDeepStrictEqual(
      effectOf(decided(observedAddress(given, { pool })), "apply", "address"),
      {
        object: { spec: { address } },
        state,
      },
    );
  });

  test("leads to no pod while it rests, even before its lane is there", () => {
    const rests = { pool, heldElsewhere: [address], certificate: undefined };
    const held = effectOf(decided(observedAddress(given, rests)), "apply", "service");
    assert.equal((held!.object as Service).spec.selector?.["proxyfleet.dev/held"], "true");
  });
});

describe("an address that goes dark", () => {
  const dark = { ...serving, spec: quarantine };
  const named = (name: string, metadata: object = {}) =>
    serviceObject({ name, metadata: { uid: `${name}-uid`, resourceVersion: "5", ...metadata } });

  test("loses all its Services, but for those that are on their way out", () => {
    const services = [named("s-1"), named("s-2"), named("s-3", leaving)];
    const removed = kinds(dark, { services }).filter((each) => each.startsWith("delete"));
    assert.deepEqual(removed, ["delete remove s-1", "delete remove s-2"]);
  });

  test("loses each in the state that was seen", () =>
    assert.partialDeepStrictEqual(
      effectOf(decided(observedAddress(dark, { services: [named("s-1")] })), "delete"),
      {
        key: { name: "s-1", namespace: "proxies" },
        state: { uid: "s-1-uid", resourceVersion: "5" },
      },
    ));

  test("loses none while it still serves or drains", () => {
    const services = [named("s-1")];
    const deletes = [serving, { ...serving, spec: drain }].map((given) =>
      effectOf(decided(observedAddress(given, { services })), "delete"),
    );
    assert.deepEqual(deletes, [undefined, undefined]);
  });

  test("is not forgotten before its quarantine is over", () =>
    assert.deepEqual(kinds({ ...dark, status: { phase: "Quarantined" } }, gone), [
      "apply finalizer",
      "status status",
    ]));

  test("is forgotten in the state that was seen once it is", () => {
    const spec = { ...quarantine, quarantineUntil: "2026-11-23T12:00:00Z" };
    const over = observedAddress({ spec, status: { phase: "Quarantined" } }, gone);
    assert.partialDeepStrictEqual(effectOf(decided(over), "delete", "forget"), {
      key: { name: "ip-203-0-113-9" },
      state,
    });
  });
});

describe("the Service of an address", () => {
  const cases: Record<
    string,
    { given: Given; observed?: Partial<ObservedAddress>; isMade: boolean }
  > = {
    "is made while it serves": { given: serving, isMade: true },
    "is made while it drains": { given: { ...serving, spec: drain }, isMade: true },
    "stays as it is while its lane is missing": {
      given: serving,
      observed: { certificate: undefined },
      isMade: false,
    },
    "stays as it is while its fleet is missing": {
      given: serving,
      observed: { fleet: undefined },
      isMade: false,
    },
    "stays as it is while its pool is missing": {
      given: serving,
      observed: { pool: undefined },
      isMade: false,
    },
    "is not made once it is to go dark": {
      given: { ...serving, spec: quarantine },
      isMade: false,
    },
  };
  for (const [name, { given, observed, isMade }] of Object.entries(cases))
    test(name, () => assert.equal(kinds(given, observed).includes("apply service"), isMade, name));

  test("belongs to its fleet, which waits for it", () => {
    const service = effectOf(decided(observedAddress(serving)), "apply", "service");
    assert.deepEqual(service?.object.metadata.ownerReferences, [
      {
        apiVersion: "proxyfleet.dev/v1alpha1",
        kind: "WhatsAppProxy",
        name: "family",
        uid: "u1",
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    assert.equal(service.fieldManager, "proxyfleet-address");
    assert.ok(!("proxyfleet.dev/held" in ((service.object as Service).spec.selector ?? {})));
  });

  test("asks with the annotation that the installed load balancer reads", () => {
    const keysWith = (signs: ObservedAddress["signs"]) => {
      const service = effectOf(decided(observedAddress(serving, { signs })), "apply", "service");
      return Object.keys(service?.object.metadata.annotations ?? {}).filter((key) =>
        key.startsWith("metallb"),
      );
    };
    const marks = ["metallb.io/ip-allocated-from-pool"];
    assert.deepEqual(keysWith({ marks, kinds: [] }), ["metallb.io/loadBalancerIPs"]);
    assert.equal(keysWith({ marks: [], kinds: [] }).length, 2);
  });

  test("needs no finalizer that is there already", () => {
    const given = { ...serving, metadata: { finalizers: [finalizer] } };
    assert.deepEqual(effectOf(decided(observedAddress(given)), "apply", "service")?.needs, []);
  });

  test("leaves the report to the next pass only where it is made for the first time", () => {
    const unless = (observed: Partial<ObservedAddress>) =>
      effectOf(decided(observedAddress(serving, observed)), "status")?.unless;
    assert.deepEqual(
      [unless(gone), unless({}), unless({ ...gone, certificate: undefined })],
      [["service"], undefined, undefined],
    );
  });

  test("has a name of its own while an old one is on its way out", () => {
    const services = [serviceObject({ metadata: leaving })];
    assert.equal(
      effectOf(decided(observedAddress(serving, { services })), "apply", "service")?.object.metadata
        .name,
      "family-0-e1",
    );
  });
});

test("a pod that lags behind with its lane is left to its fleet, which sees all pods", () => {
  const pods = [podObject({ name: "p-1", metadata: { uid: "p1", resourceVersion: "9" } })];
  const lags: ProbeResult = { ...works, lagging: [{ pod: "p-1", problem: "it is late" }] };
  const status = { phase: "Verifying", phaseSince: "2026-11-23T11:00:00Z" };
  const { effects } = decided(observedAddress({ status }, { pods }), lags);
  assert.ok(effects.length > 0 && effects.every(({ kind }) => kind !== "evict"));
});
