import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CustomObject, Service } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { isEntryOf, isOrphan } from "../../../src/ledger/orphan.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { serviceObject } from "../../objects/service.ts";

const entry = entryObject({ metadata: liveMeta("e1") });
const entries = new Store<CustomObject>({});
entries.recordWrite(entry);

const service = (address: string | undefined, given: Parameters<typeof serviceObject>[0] = {}) =>
  serviceObject({
    ...given,
    metadata: {
      ...(address === undefined ? {} : { labels: { "proxyfleet.dev/address": address } }),
      ...given.metadata,
    },
  });

describe("a Service has lost its ledger entry", () => {
  const leaving = { metadata: { deletionTimestamp: "2026-11-23T12:00:00Z" } };
  const cases: Record<string, { given: Service; expect: boolean }> = {
    "not while the entry is there": { given: service("ip-203-0-113-9"), expect: false },
    "when there is none of the name on its label": {
      given: service("ip-203-0-113-8"),
      expect: true,
    },
    "when the entry of that name is another namespace's": {
      given: service("ip-203-0-113-9", { namespace: "other" }),
      expect: true,
    },
    "not when it is on its way out": { given: service("ip-203-0-113-8", leaving), expect: false },
    "not when it never had one: it is somebody else's": {
      given: service(undefined),
      expect: false,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(isOrphan(given, entries), expect));
});

describe("an entry belongs to a namespace", () => {
  const ofProxies = {
    "proxyfleet.dev/fleet-namespace": "proxies",
    "proxyfleet.dev/fleet": "family",
  };
  const cases: Record<
    string,
    { given: CustomObject | undefined; namespace: string | undefined; expect: boolean }
  > = {
    "whose fleet claimed it": { given: entry, namespace: "proxies", expect: true },
    "and to no other": { given: entry, namespace: "other", expect: false },
    "and to none where there is no entry": {
      given: undefined,
      namespace: undefined,
      expect: false,
    },
    "by its labels, where its claim can't be read": {
      given: { ...entry, spec: {}, metadata: { ...entry.metadata, labels: ofProxies } },
      namespace: "proxies",
      expect: true,
    },
    "and to none where it names no claimant": {
      given: { ...entry, spec: {} },
      namespace: "proxies",
      expect: false,
    },
  };
  for (const [name, { given, namespace, expect }] of Object.entries(cases))
    test(name, () => assert.equal(isEntryOf(given, namespace), expect));
});
