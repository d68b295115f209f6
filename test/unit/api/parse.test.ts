import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { parseAddressPool } from "../../../src/api/address-pool.ts";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { parseProxyAddress } from "../../../src/api/proxy-address.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { apiVersion } from "../../objects/metadata.ts";

const addresses = { pools: [{ name: "metallb-a" }] };
const fleet = (spec: object, more: object = {}): object => ({
  ...fleetObject({
    metadata: { uid: "u", labels: { team: "a" } },
    spec: { addresses, ...spec },
  }),
  ...more,
});

describe("an object that can't be understood is reported with what is wrong: object, field, value, remedy", () => {
  const cases: Record<string, { given: object; said: string }> = {
    "a duration in days": {
      given: fleet({ rotation: { maxAge: "2d" } }),
      said: 'WhatsAppProxy proxies/family: spec.rotation.maxAge "2d": must be a duration such as 45s, 30m, 48h or 1h30m; write two days as 48h, and none at all as 0s',
    },
    "a number in quotes": {
      given: fleet({ replicas: "2" }),
      said: 'WhatsAppProxy proxies/family: spec.replicas "2": must be a number',
    },
    "half a pod": {
      given: fleet({ replicas: 1.5 }),
      said: "WhatsAppProxy proxies/family: spec.replicas 1.5: must be a whole number",
    },
    "too many slots": {
      given: fleet({ addresses: { ...addresses, count: 65 } }),
      said: "WhatsAppProxy proxies/family: spec.addresses.count 65: must be at most 64",
    },
    "an address with a leading zero": {
      given: fleet({ upstream: { chat: { fallback: ["010.0.0.1:443"] } } }),
      said: 'WhatsAppProxy proxies/family: spec.upstream.chat.fallback[0] "010.0.0.1:443": has no address: write four numbers from 0 to 255, such as 203.0.113.9:5222',
    },
    "YAML's Off, which is false": {
      given: fleet({ upstream: { chat: { proxyProtocol: false } } }),
      said: "WhatsAppProxy proxies/family: spec.upstream.chat.proxyProtocol false: must be one of V2, V1, None",
    },
    "no pools": {
      given: fleet({ addresses: {} }),
      said: "WhatsAppProxy proxies/family: spec.addresses.pools is missing: must be a list",
    },
    "an empty list of pools": {
      given: fleet({ addresses: { pools: [] } }),
      said: "WhatsAppProxy proxies/family: spec.addresses.pools: must have at least one entry",
    },
    "an age above another": {
      given: fleet({ rotation: { minAge: "90m", maxAge: "1h" } }),
      said:
        'WhatsAppProxy proxies/family: spec.rotation.minAge "90m": minAge 90m is longer than maxAge 1h: ' +
        "shorten minAge, lengthen maxAge, or set maxAge to 0s",
    },
    "two faults": {
      given: fleet({ replicas: -1, share: { host: "Hostname" } }),
      said: 'WhatsAppProxy proxies/family: spec.replicas -1: must be at least 0; spec.share.host "Hostname": Hostname needs names: set dns.hostname, or use Address',
    },
    "no spec": {
      given: fleet({}, { spec: undefined }),
      said: "WhatsAppProxy proxies/family: spec is missing: must be an object",
    },
    "another kind": {
      given: fleet({}, { kind: "Pod" }),
      said: 'WhatsAppProxy proxies/family: kind "Pod": must be WhatsAppProxy',
    },
  };
  for (const [name, { given, said }] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(parseWhatsAppProxy(given), { ok: false, problem: said }));
  }

  test("many faults are reported in part, and a long value is cut", () => {
    const servers = Array.from({ length: 8 }, () => "x".repeat(300));
    const parsed = parseWhatsAppProxy(fleet({ upstream: { chat: { servers } } }));
    assert.ok(!parsed.ok);
    assert.match(parsed.problem, /; and 3 more$/);
    assert.ok(parsed.problem.length < 2000);
  });
});

describe("an object that is understood", () => {
  const read = (given: object): Record<string, Record<string, unknown>> => {
    const parsed = parseWhatsAppProxy(given);
    assert.ok(parsed.ok, parsed.ok ? "" : parsed.problem);
    return JSON.parse(JSON.stringify(parsed.value)) as Record<string, Record<string, unknown>>;
  };

  test("keeps its metadata", () => {
    assert.deepEqual(read(fleet({}))["metadata"], {
      name: "family",
      namespace: "proxies",
      uid: "u",
      labels: { team: "a" },
    });
  });

  test("a member that is null counts as absent, as YAML writes an empty one", () => {
    assert.deepEqual(
      read(fleet({ replicas: null, dns: null, listeners: { plainChat: null } })),
      read(fleet({})),
    );
  });

  test("members that a newer version may know are left out", () => {
    assert.deepEqual(read(fleet({ later: { x: 1 }, rotation: { later: 1 } })), read(fleet({})));
  });

  test("an amount that is a number is read as its text", () => {
    assert.deepEqual(read(fleet({ resources: { limits: { cpu: 2 } } }))["spec"]?.["resources"], {
      limits: { cpu: "2" },
    });
  });

  test("a status that can't be read counts as empty", () => {
    assert.deepEqual(read(fleet({}, { status: { serving: 5 } }))["status"], {});
    assert.deepEqual(read(fleet({}, { status: { serving: "2/2" } }))["status"], { serving: "2/2" });
    assert.deepEqual(read(fleet({}))["status"], {});
  });
});

test("no object, however malformed, makes a parser throw", () => {
  const object = fc.oneof(
    fc.jsonValue(),
    fc.record({
      apiVersion: fc.constant(apiVersion),
      kind: fc.constant("WhatsAppProxy"),
      metadata: fc.jsonValue(),
      spec: fc.jsonValue(),
    }),
  );
  fc.assert(
    fc.property(object, (raw) => {
      for (const parse of [parseWhatsAppProxy, parseAddressPool, parseProxyAddress])
        assert.equal(typeof parse(raw).ok, "boolean");
    }),
  );
  assert.equal(parseAddressPool(undefined).ok, false);
});

test("one object is read once, however often it is asked for; its copy is read again", () => {
  const raw = fleet({});
  assert.equal(parseWhatsAppProxy(raw), parseWhatsAppProxy(raw));
  assert.notEqual(parseWhatsAppProxy(raw), parseWhatsAppProxy(structuredClone(raw)));
});
