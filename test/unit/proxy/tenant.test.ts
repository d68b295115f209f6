import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressLabel, claimAnnotation } from "../../../src/api/names.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { type TenantSources, tenantOf } from "../../../src/proxy/tenant.ts";
import { parsedEntry } from "../../objects/ledger-entry.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { secretObject } from "../../objects/secret.ts";
import { serviceObject } from "../../objects/service.ts";

type Spec = Partial<ProxyAddress["spec"]>;

const entry = (spec: Spec = {}, uid = "now"): ProxyAddress =>
  parsedEntry({ metadata: liveMeta(uid), spec: { ordinal: 3, ...spec } });

const serviceOf = ({ metadata, spec }: ProxyAddress): Service =>
  serviceObject({
    metadata: {
      labels: { [addressLabel]: metadata.name },
      annotations: { [claimAnnotation]: JSON.stringify(spec) },
    },
  });

/** The Secret in which lane 0 is another object's, with the name of the entry of these tests. */
const secret = secretObject({
  files: {
    "lanes.json": JSON.stringify({
      revision: "r",
      open: [{ lane: 0, address: "ip-203-0-113-9", uid: "before", certificateSHA256: "c" }],
    }),
    "lane-0.pem": "pem",
  },
});

const restored = entry();
const asBefore: TenantSources = { secret, services: [serviceOf(restored)] };

interface Case {
  readonly of: ProxyAddress;
  readonly sources: TenantSources;
  readonly expect: "before" | "now";
}

const cases: Record<string, Case> = {
  "an entry from a backup is the tenant that it was": {
    of: restored,
    sources: asBefore,
    expect: "before",
  },
  "so is one whose fleet wants something else of it by now": {
    of: entry({ want: "Drain", drainUntil: "2026-12-23T12:00:00Z" }),
    sources: asBefore,
    expect: "before",
  },
  "a new claim of the same address is another tenant: no Service carries it yet": {
    of: restored,
    sources: { secret, services: [] },
    expect: "now",
  },
  "a new claim of the same slot is another tenant than the one whose Service still goes": {
    of: entry({ ordinal: 4 }),
    sources: asBefore,
    expect: "now",
  },
  "a claim of another slot is another tenant": {
    of: entry({ claimRef: { ...restored.spec.claimRef, slot: 1 } }),
    sources: asBefore,
    expect: "now",
  },
  "a claim on another lane is another tenant": {
    of: entry({ lane: 1 }),
    sources: asBefore,
    expect: "now",
  },
  "a Service whose claim can't be read vouches for nobody": {
    of: restored,
    sources: { secret, services: [serviceObject()] },
    expect: "now",
  },
  "without a Secret no pod knows it": {
    of: restored,
    sources: { ...asBefore, secret: undefined },
    expect: "now",
  },
};

describe("the tenant of a lane", () => {
  for (const [name, { of, sources, expect }] of Object.entries(cases))
    test(name, () => assert.equal(tenantOf(of, sources), expect));

  test("is the entry that pods know already", () =>
    assert.equal(tenantOf(entry({}, "before"), { secret, services: [] }), "before"));
});
