import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fleetSpec } from "../../../src/api/fleet.ts";
import { fieldsWithoutEffect } from "../../../src/fleet/without-effect.ts";

const dns = { hostname: "{token}.example.org" };

describe("fields without effect", () => {
  const cases: Record<string, { spec: object; names: readonly string[]; says?: string }> = {
    "are none where a fleet sets nothing": { spec: {}, names: [] },
    "are none where a fleet sets their defaults": {
      spec: {
        share: { host: "Address" },
        reachability: { blockedWhen: { failures: 3, vantagePoints: 2, within: "30m" } },
      },
      names: [],
    },
    "are not those that decide what an outage is": {
      spec: { reachability: { outagePercent: 80, blockedWhen: { within: "1h" } } },
      names: [],
    },
    "are DNS names": {
      spec: { dns },
      names: ["spec.dns.hostname"],
      says: "spec.dns.hostname has no effect: this version of the operator makes no DNS names. Instead, give groups the addresses in status.addresses.",
    },
    "are names in share links, and what to do is said once": {
      spec: { dns, share: { host: "Hostname" } },
      names: ["spec.dns.hostname", "spec.share.host"],
      says: "spec.dns.hostname, spec.share.host have no effect: this version of the operator makes no DNS names and makes no share links. Instead, give groups the addresses in status.addresses. Remove",
    },
    "are what reports over the share page lead to": {
      spec: { reachability: { people: "Block" } },
      names: ["spec.reachability.people"],
      says: "this version of the operator has no share page. Instead, report a block with the annotation proxyfleet.dev/report-blocked.",
    },
    "are not those that decide what arrivals lead to": {
      spec: { reachability: { traffic: "Ignore" } },
      names: [],
    },
    "are not those that decide what a block is": {
      spec: {
        reachability: {
          vantagePoints: { matchLabels: { censor: "x" } },
          blockedWhen: { failures: 4, vantagePoints: 1 },
        },
      },
      names: [],
    },
  };
  for (const [name, { spec, names, says = "" }] of Object.entries(cases))
    test(name, () => {
      const finding = fieldsWithoutEffect(
        fleetSpec.parse({ addresses: { pools: [{ name: "metallb-a" }] }, ...spec }),
      );
      assert.deepEqual(
        [...(finding?.message ?? "").matchAll(/spec\.[.\w]*\w/g)].map(([field]) => field),
        names,
      );
      assert.deepEqual(
        [finding?.status, finding?.reason],
        names.length === 0 ? [undefined, undefined] : ["True", "NotImplemented"],
      );
      assert.ok((finding?.message ?? "").includes(says), finding?.message ?? "no condition");
    });
});
