import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asInstalled } from "../../../src/pool/installed.ts";
import { providers, versionKinds } from "../../../src/pool/providers.ts";

const current = "metallb.io/loadBalancerIPs";
const old = "metallb.universe.tf/loadBalancerIPs";
const currentMark = "metallb.io/ip-allocated-from-pool";
const oldMark = "metallb.universe.tf/ip-allocated-from-pool";
const kind = "metallb.io/v1beta1/servicebgpstatuses";

describe("MetalLB is asked with the annotation that the installed version reads", () => {
  const cases: Record<string, { marks?: string[]; kinds?: string[]; expect: string[] }> = {
    "both, while nothing shows which one that is": { expect: [current, old] },
    "the new one, where it has marked a Service as 0.14.9 and later do": {
      marks: [currentMark, "example.org/other"],
      expect: [current],
    },
    "the old one, where it has marked a Service as releases before do": {
      marks: [oldMark],
      expect: [old],
    },
    "the new one before the first Service, where it has brought a kind of 0.15": {
      kinds: [kind],
      expect: [current],
    },
    "the old one, where the kind was left by a release that is there no more": {
      marks: [oldMark],
      kinds: [kind],
      expect: [old],
    },
    "both, where Services were marked by an older release after a newer one": {
      marks: [currentMark, oldMark],
      kinds: [kind],
      expect: [current, old],
    },
  };
  for (const [name, { marks = [], kinds = [], expect }] of Object.entries(cases))
    test(name, () => {
      const installed = asInstalled(providers.get("MetalLB")!, { marks, kinds });
      assert.deepEqual(installed.addressAnnotations, expect);
    });
});

test("a provider whose versions read the same is asked as ever, whatever is on its Services", () => {
  for (const [name, provider] of providers)
    if (provider.versions === undefined)
      assert.equal(
        asInstalled(provider, { marks: [currentMark, oldMark], kinds: [kind] }),
        provider,
        name,
      );
});

test("what versions read is among what the provider is asked with", () => {
  for (const { versions = [], addressAnnotations } of providers.values())
    for (const { reads } of versions) assert.ok(addressAnnotations.includes(reads));
  assert.deepEqual(versionKinds, [kind]);
});
