import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { kinds } from "../../../src/api/kinds.ts";
import * as entryPoint from "../../../src/pulumi/index.ts";
import { AddressPool, VantagePoint, WhatsAppProxy } from "../../../src/pulumi/index.ts";
import { playEngine, type Registered, valueOf } from "../../stand-ins/pulumi-engine.ts";

/** What the operator says of a fleet whose slot 1 is on the move. */
const status = {
  addresses: [
    { address: "203.0.113.9", slot: 0, phase: "Serving", since: "2026-11-24T08:00:00Z" },
    { address: "203.0.113.11", slot: 1, phase: "Serving", since: "2026-11-24T08:00:00Z" },
    { address: "203.0.113.10", slot: 1, phase: "Draining", since: "2026-11-24T08:00:00Z" },
  ],
  conditions: [
    {
      type: "Ready",
      status: "True",
      reason: "Served",
      message: "",
      lastTransitionTime: "2026-11-24T08:00:00Z",
    },
  ],
};

let registered: readonly Registered[];
before(async () => {
  registered = await playEngine(({ type }) => (type.endsWith(":WhatsAppProxy") ? { status } : {}));
});
const inputsOf = async (resource: pulumi.Resource) => {
  const urn = await valueOf(resource.urn);
  return registered.find(({ name, type }) => urn.endsWith(`${type}::${name}`))?.inputs;
};
const pools = [{ name: "metallb-a" }];

test("every kind that a person writes has a resource", () => {
  const written = kinds.map(({ kind }) => kind).filter((kind) => kind !== "ProxyAddress");
  for (const kind of written)
    assert.ok(
      kind in entryPoint,
      `src/pulumi/ has no class for ${kind}: write one, as address-pool.ts does`,
    );
});

describe("a pool", () => {
  test("takes addresses that another resource allocates", async () => {
    const address = pulumi.output(Promise.resolve("203.0.113.9"));
    const pool = new AddressPool("gcp", {
      spec: { provider: "GCP", named: [{ name: "family-1", address }] },
    });
    assert.deepEqual(await inputsOf(pool), {
      apiVersion: "proxyfleet.dev/v1alpha1",
      kind: "AddressPool",
      metadata: {},
      spec: { provider: "GCP", named: [{ name: "family-1", address: "203.0.113.9" }] },
    });
  });

  test("that the API server would refuse is refused, and the field is named", () => {
    const make = () => new AddressPool("empty", { spec: { provider: "MetalLB" } });
    assert.throws(make, {
      name: "SpecError",
      message: /^AddressPool empty: spec\.addresses: is empty, but MetalLB/,
    });
  });
});

test("a vantage point asks a public service for a country", async () => {
  const vantagePoint = new VantagePoint("globalping-ir", {
    spec: { country: "IR", globalping: {} },
  });
  assert.deepEqual((await inputsOf(vantagePoint))?.["spec"], { country: "IR", globalping: {} });
});

describe("a fleet", () => {
  test("tells the addresses that people use, slot by slot, and its conditions", async () => {
    const fleet = new WhatsAppProxy("family", { spec: { addresses: { pools } } });
    assert.deepEqual(await valueOf(fleet.addresses), { 0: "203.0.113.9", 1: "203.0.113.11" });
    assert.deepEqual(await valueOf(fleet.conditions), { Ready: "True" });
  });

  test("is waited for until it is ready, beside what is annotated already", async () => {
    const metadata = { namespace: "proxies", annotations: { "example.org/note": "x" } };
    const fleet = new WhatsAppProxy("waiting", { metadata, spec: { addresses: { pools } } });
    const annotations = { "pulumi.com/waitFor": "condition=Ready", "example.org/note": "x" };
    assert.deepEqual((await inputsOf(fleet))?.["metadata"], { namespace: "proxies", annotations });
  });

  test("is not waited for where that is asked for", async () => {
    const fleet = new WhatsAppProxy("hasty", {
      metadata: { name: "hasty" },
      spec: { addresses: { pools } },
      waitUntilReady: false,
    });
    assert.deepEqual((await inputsOf(fleet))?.["metadata"], { name: "hasty" });
  });

  test("gives a pool's name, also one that Pulumi made up", async () => {
    const pool = new AddressPool("first", { spec: { provider: "Assigned" } });
    const fleet = new WhatsAppProxy("other", {
      spec: { addresses: { pools: [{ name: pool.metadata.name }] } },
    });
    const { spec } = (await inputsOf(fleet)) as { spec: { addresses: { pools: object[] } } };
    assert.deepEqual(spec.addresses.pools, [{ name: "first-1a2b3c4d" }]);
  });

  test("that exists already can be looked up, and told from", async () => {
    const fleet = WhatsAppProxy.get("found", { id: "proxies/family" });
    assert.deepEqual(await valueOf(fleet.addresses), { 0: "203.0.113.9", 1: "203.0.113.11" });
  });
});

// The last test: from here on, rejections that nobody handles don't end the process. Each property
// that can't be known is one.
test("a pool whose addresses are wrong once they are known is refused then", async () => {
  process.removeAllListeners("unhandledRejection");
  const problem = new Promise<unknown>((resolve) => process.on("unhandledRejection", resolve));
  const address = pulumi.output(Promise.resolve("203.0.113"));
  new AddressPool("late", { spec: { provider: "GCP", named: [{ name: "family-1", address }] } });
  assert.match(String(await problem), /AddressPool late: spec\.named\[0\]\.address "203\.0\.113"/);
});
