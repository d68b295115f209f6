import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { at, blocked, draining, entry, noon } from "../rotation/build.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import type { DnsEndpoint } from "../../../src/kubernetes/external-dns.ts";
import { type Instant, minutes, plus, seconds } from "../../../src/values/time.ts";
import {
  applied,
  deleted,
  dns,
  host,
  leadingTo,
  live,
  namesOf,
  objectName,
  reading,
  targetsOf,
} from "./build.ts";

const fresh = entry("203.0.113.7", { ordinal: 2 });
const old = draining("203.0.113.9", { ordinal: 1 });
const six = entry("2001:db8::9", { ordinal: 2 });

describe("the DNSEndpoint of a slot", () => {
  test("has a neutral name, one set a type, one TTL, and is the fleet's", () => {
    const endpoints = [leadingTo([{ ...old, want: "Serve", phase: "Serving" }])];
    const [made] = applied(namesOf({ addresses: [six, old], endpoints }));
    assert.deepEqual(made, {
      apiVersion: "externaldns.k8s.io/v1alpha1",
      kind: "DNSEndpoint",
      metadata: {
        name: objectName(),
        namespace: "proxies",
        labels: {
          "app.kubernetes.io/managed-by": "proxyfleet",
          "proxyfleet.dev/fleet": "family",
        },
        ownerReferences: [
          {
            apiVersion: "proxyfleet.dev/v1alpha1",
            kind: "WhatsAppProxy",
            name: "family",
            uid: "u1",
          },
        ],
      },
      spec: {
        endpoints: [
          { dnsName: host(), recordType: "A", recordTTL: 60, targets: ["203.0.113.9"] },
          { dnsName: host(), recordType: "AAAA", recordTTL: 60, targets: ["2001:db8::9"] },
        ],
      },
    });
    assert.match(made?.metadata.name ?? "", /^r-[a-z2-7]{26}$/);
  });

  test("is not written again while nothing differs", () =>
    assert.deepEqual(namesOf({ addresses: [fresh], endpoints: [leadingTo([fresh])] }).effects, []));

  test("that is another one by another pattern has an object of its own, and the last one goes", () => {
    const before = leadingTo([fresh]);
    const moved = { ...dns, hostname: "{token}.example.net" };
    const names = namesOf({ addresses: [fresh], dns: moved, endpoints: [before] });
    assert.equal(applied(names).length, 1);
    assert.notEqual(applied(names)[0]?.metadata.name, before.metadata.name);
    assert.deepEqual(deleted(names), [before.metadata.name]);
    const [made] = applied(names);
    const asked = namesOf({ addresses: [fresh], dns: moved, endpoints: [live(made!, at(-1))] });
    assert.deepEqual(asked.asks, [], "nobody publishes it yet, and resolvers would remember that");
  });

  test("is a secret to whatever writes or removes it, since a refusal may quote the name", () => {
    const written = namesOf({ addresses: [fresh] }).effects;
    const removed = namesOf({ endpoints: [leadingTo([fresh])] }).effects;
    assert.deepEqual(
      [...written, ...removed].map((effect) => [
        effect.kind,
        "of" in effect && effect.of.holdsSecrets,
      ]),
      [
        ["apply", true],
        ["delete", true],
      ],
    );
  });

  test("follows a new TTL", () => {
    const given = { addresses: [fresh], endpoints: [leadingTo([fresh])] };
    const [made] = applied(namesOf({ ...given, dns: { ...dns, ttl: 30 } }));
    assert.deepEqual(
      made?.spec?.endpoints?.map(({ recordTTL }) => recordTTL),
      [30],
    );
  });

  const malformed: Record<string, unknown> = {
    "a set without targets": { endpoints: [{ dnsName: "a.example.org" }] },
    "targets that are null": { endpoints: [{ targets: null }] },
    "a target that is null": { endpoints: [{ targets: [null, "203.0.113.7"] }] },
    "a set that is null": { endpoints: [null] },
    "sets that are a text": { endpoints: "203.0.113.7" },
    "a spec that is null": null,
  };
  for (const [name, spec] of Object.entries(malformed))
    test(`is mended where somebody made it malformed: ${name}`, () => {
      const endpoint = { ...leadingTo([fresh]), spec } as DnsEndpoint;
      const [made] = applied(namesOf({ addresses: [fresh], endpoints: [endpoint] }));
      assert.deepEqual(targetsOf(made), ["203.0.113.7"]);
    });

  test("has addresses in their usual text", () =>
    assert.deepEqual(
      targetsOf(applied(namesOf({ addresses: [{ ...six, address: "2001:DB8:0::0009" }] }))[0]),
      ["2001:db8::9"],
    ));

  const leaves: Record<string, Parameters<typeof namesOf>[0]> = {
    "goes when its slot goes": { count: 0, addresses: [fresh] },
    "goes when the fleet asks for no names any more": { dns: undefined, addresses: [fresh] },
    "goes when the fleet is deleted": { isEnding: true, addresses: [fresh] },
    "goes without the key too, where the fleet asks for no names": {
      dns: undefined,
      key: undefined,
    },
  };
  for (const [name, given] of Object.entries(leaves))
    test(name, () => {
      const names = namesOf({ ...given, endpoints: [leadingTo([fresh])] });
      assert.deepEqual([deleted(names), applied(names)], [[objectName()], []]);
    });

  const stays: Record<string, Parameters<typeof namesOf>[0]> = {
    "stays as it is while the key is not known": { key: undefined },
    "stays as it is while the kind can't be read": { kind: "Unknown", isEnding: true },
    "is not made where the cluster has no such kind": { kind: "Missing" },
    "is not made where the operator may not": { kind: "Forbidden" },
  };
  for (const [name, given] of Object.entries(stays))
    test(name, () => {
      const endpoints = [leadingTo([old, { ...fresh, phase: "Verifying" }])];
      assert.deepEqual(namesOf({ ...given, addresses: [fresh], endpoints }).effects, []);
    });
});

describe("the look at a name", () => {
  const settled = (given: object) => ({
    addresses: [fresh],
    endpoints: [leadingTo([fresh])],
    readings: new Map([[0, reading({ "192.0.2.53:53": ["203.0.113.7"] }, given)]]),
  });
  test("comes at once for a name that this process never resolved", () =>
    assert.deepEqual(namesOf({ addresses: [fresh], endpoints: [leadingTo([fresh])] }).asks, [
      { kind: "name", slot: 0, host: host() },
    ]));

  const early: Record<
    string,
    { given: Parameters<typeof namesOf>[0]; requeueAt: Instant | undefined }
  > = {
    "before its object is there": { given: {}, requeueAt: undefined },
    "before its object is two minutes old": {
      given: { endpoints: [live(leadingTo([fresh]), at(-119))] },
      requeueAt: at(1),
    },
    "while the cluster has no such kind": {
      given: { kind: "Missing", endpoints: [leadingTo([fresh])] },
      requeueAt: undefined,
    },
    "where all that is known of it is older than its object": {
      given: { ...settled({}), endpoints: [live(leadingTo([fresh]), noon)] },
      requeueAt: at(120),
    },
  };
  for (const [name, { given, requeueAt }] of Object.entries(early))
    test(`does not come ${name}, since resolvers would remember that it is missing`, () => {
      const names = namesOf({ addresses: [fresh], ...given });
      assert.deepEqual([names.asks, names.requeueAt], [[], requeueAt]);
    });

  test("comes once its object is two minutes old", () =>
    assert.equal(
      namesOf({ addresses: [fresh], endpoints: [live(leadingTo([fresh]), at(-120))] }).asks.length,
      1,
    ));

  test("brings the fleet back by its answer, and not again and again until that is there", () => {
    const two = [fresh, entry("203.0.113.20", { slot: 1 })];
    const endpoints = [0, 1].map((slot) => leadingTo(two, slot));
    const silent = namesOf({ count: 2, addresses: two, endpoints });
    assert.deepEqual([silent.asks.length, silent.requeueAt], [2, undefined]);
    const late = namesOf(settled({ at: at(-900) }));
    assert.deepEqual([late.asks.length, late.requeueAt], [1, undefined]);
    const { readings } = settled({});
    const other = namesOf({ count: 2, addresses: two, endpoints, readings });
    assert.deepEqual([other.asks.length, other.requeueAt], [1, plus(at(-1), minutes(10))]);
  });

  test("comes seldom once all resolvers give what they should", () => {
    const { asks, requeueAt } = namesOf(settled({}));
    assert.deepEqual([asks, requeueAt], [[], plus(at(-1), minutes(10))]);
  });

  test("comes every few seconds after a move", () => {
    const moved = { ...fresh, phaseSince: at(-4) };
    const names = namesOf({ ...settled({}), addresses: [{ ...moved, address: "203.0.113.8" }] });
    assert.equal(names.requeueAt, plus(at(-1), seconds(5)));
  });

  test("comes once a minute where nothing has changed for long", () => {
    const names = namesOf({
      ...settled({ since: at(-7200) }),
      addresses: [{ ...fresh, address: "203.0.113.8", phaseSince: at(-7000) }],
    });
    assert.equal(names.requeueAt, plus(at(-1), minutes(1)));
  });

  const others: Record<string, { answered?: Instant; addresses: readonly AddressView[] }> = {
    "that answers alternate": { answered: at(-2), addresses: [] },
    "that an address before goes dark": {
      addresses: [draining("203.0.113.2", { phase: "Quarantined", phaseSince: at(-2) })],
    },
    "that another address is made": {
      addresses: [entry("203.0.113.3", { ordinal: 5, phase: "Verifying", phaseSince: at(-2) })],
    },
  };
  for (const [name, { answered = at(-7200), addresses }] of Object.entries(others))
    test(`comes no sooner for the reason ${name}`, () => {
      const slow = { ...fresh, address: "203.0.113.8", phaseSince: at(-7000) };
      const names = namesOf({ ...settled({ since: answered }), addresses: [slow, ...addresses] });
      assert.equal(names.requeueAt, plus(at(-1), minutes(1)));
    });

  test("comes soon where a block has sent the name back to the address before", () => {
    const burnt = {
      ...fresh,
      phaseSince: at(-7000),
      reachability: [blocked("IR", { since: at(-9) })],
    };
    const names = namesOf({ ...settled({}), addresses: [burnt, old] });
    assert.equal(names.requeueAt, plus(at(-1), seconds(5)));
  });

  test("comes again where the last one was for another name", () =>
    assert.equal(namesOf(settled({ host: "old.example.org" })).asks.length, 1));

  test("does not come where the key is not known: that brings all fleets back", () => {
    const { asks, requeueAt } = namesOf({ ...settled({}), key: undefined });
    assert.deepEqual([asks, requeueAt], [[], undefined]);
  });

  test("does not come for a slot without an address", () => assert.deepEqual(namesOf().asks, []));
});

describe("whether a name still leads to an address that drains", () => {
  const useOf = (answers: Parameters<typeof reading>[0] | undefined, addresses = [fresh, old]) =>
    namesOf({
      addresses,
      endpoints: [leadingTo([fresh])],
      readings: new Map(answers === undefined ? [] : [[0, reading(answers)]]),
    }).use.get(old.name);
  const cases: Record<string, { answers?: Parameters<typeof reading>[0]; expect: object }> = {
    "is not known before resolvers were asked": { expect: { kind: "unknown" } },
    "it does while one resolver lacks the new one": {
      answers: { a: ["203.0.113.7"], b: [] },
      expect: { kind: "given" },
    },
    "it does while one resolver gives it": {
      answers: { a: ["203.0.113.7"], b: ["203.0.113.7", "203.0.113.9"] },
      expect: { kind: "given" },
    },
    "is not known while a resolver is silent, and the others give the new one": {
      answers: { a: ["203.0.113.7"], b: { problem: "does not answer" } },
      expect: { kind: "unknown" },
    },
    "it does while a resolver is silent, and another one is behind": {
      answers: { a: ["203.0.113.9"], b: { problem: "does not answer" } },
      expect: { kind: "given" },
    },
    "it does not since all resolvers say that there is no such name": {
      answers: { a: [], b: [] },
      expect: { kind: "left", since: at(-600) },
    },
    "it may while a resolver is silent, and the other one has no such name": {
      answers: { a: [], b: { problem: "does not answer" } },
      expect: { kind: "given" },
    },
    "it does not since all resolvers give the new one alone": {
      answers: { a: ["203.0.113.7"], b: ["203.0.113.7"] },
      expect: { kind: "left", since: at(-600) },
    },
  };
  for (const [name, { answers, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(useOf(answers), expect));

  test("it does where the name went back to it, since the published one is blocked", () =>
    assert.deepEqual(
      useOf({ a: ["203.0.113.7"] }, [{ ...fresh, reachability: [blocked()] }, old]),
      { kind: "given" },
    ));

  test("it may as long as the name is to have it too, though no resolver has the name", () => {
    const serving = { ...old, phase: "Serving" as const, want: "Serve" as const };
    const given = {
      addresses: [fresh, serving],
      endpoints: [leadingTo([serving])],
      readings: new Map([[0, reading({ a: [] })]]),
    };
    assert.deepEqual(namesOf(given).use.get(serving.name), { kind: "given" });
  });

  const unpublished: Record<string, Parameters<typeof namesOf>[0]> = {
    "there is no object for the name": {},
    "the cluster has no such kind": { kind: "Missing", endpoints: [leadingTo([fresh])] },
    "the operator may not write one, and sees none": { kind: "Forbidden" },
    "the key is not known, and there is no object": { key: undefined },
    "neither key nor objects are read, as by proxyfleet plan": { key: undefined, kind: "Unknown" },
    "the key is not known, and there is no such kind": {
      key: undefined,
      kind: "Missing",
      endpoints: [leadingTo([fresh])],
    },
  };
  for (const [name, given] of Object.entries(unpublished))
    test(`is not asked where ${name}: nobody publishes it`, () => {
      const readings = new Map([[0, reading({ a: [] })]]);
      assert.equal(namesOf({ addresses: [fresh, old], readings, ...given }).use.size, 0);
    });

  test("is not asked of an address whose slot has no name", () =>
    assert.equal(namesOf({ count: 0, addresses: [old] }).use.size, 0));

  test("is not known while the key is not, and there are objects", () => {
    const given = { key: undefined, addresses: [old], endpoints: [leadingTo([fresh])] };
    assert.deepEqual(namesOf(given).use.get(old.name), { kind: "unknown" });
  });
});

describe("DNSReady", () => {
  const named = { addresses: [fresh], endpoints: [leadingTo([fresh])] };
  const answering = (answers: Parameters<typeof reading>[0], given: object = {}) => ({
    ...named,
    readings: new Map([[0, reading(answers, given)]]),
  });
  const isTrue = {
    type: "DNSReady",
    status: "True",
    reason: "NamesLive",
    message: "as before",
    lastTransitionTime: "2026-11-23T11:00:00Z",
  } as const;
  const cases: Record<
    string,
    { given: Parameters<typeof namesOf>[0]; is: readonly [string, string]; says: RegExp }
  > = {
    "says what to install": {
      given: { ...named, kind: "Missing" },
      is: ["False", "NameKindMissing"],
      says: /Install ExternalDNS with its CRD, or remove spec.dns/,
    },
    "says which right is missing": {
      given: { ...named, kind: "Forbidden" },
      is: ["False", "NamesForbidden"],
      says: /helm upgrade/,
    },
    "says that the key is missing": {
      given: { ...named, key: undefined },
      is: ["False", "NameKeyMissing"],
      says: /Secret proxyfleet-share-key/,
    },
    "says what it said before while the key is read again": {
      given: { ...named, key: undefined, before: [isTrue] },
      is: ["True", "NamesLive"],
      says: /^as before$/,
    },
    "knows nothing before resolvers were asked": {
      given: named,
      is: ["Unknown", "NotAskedYet"],
      says: /not asked yet/,
    },
    "no longer says what to install once that is there": {
      given: { ...named, before: [{ ...isTrue, status: "False", reason: "NameKindMissing" }] },
      is: ["Unknown", "NotAskedYet"],
      says: /not asked yet/,
    },
    "no longer says that the key is missing once it is there": {
      given: { ...named, before: [{ ...isTrue, status: "False", reason: "NameKeyMissing" }] },
      is: ["Unknown", "NotAskedYet"],
      says: /not asked yet/,
    },
    "says after a restart what it said before": {
      given: { ...named, before: [isTrue] },
      is: ["True", "NamesLive"],
      says: /^as before$/,
    },
    "is true once all resolvers give each slot's address": {
      given: answering({ "192.0.2.53:53": ["203.0.113.7"] }),
      is: ["True", "NamesLive"],
      says: /^192\.0\.2\.53:53: the name of each of 1 slots gives its address$/,
    },
    "is true while the address before is given beside it": {
      given: answering({ a: ["203.0.113.7", "203.0.113.9"] }),
      is: ["True", "NamesLive"],
      says: /gives its address/,
    },
    "says which resolver is behind after a move, and waits": {
      given: {
        ...answering({ a: ["203.0.113.7"], b: ["203.0.113.9"] }, { since: at(-60) }),
        addresses: [{ ...fresh, phaseSince: at(-299) }],
      },
      is: ["False", "NamesFollow"],
      says: /^slot 0 \(\{token\}\.example\.org\): resolver b gives 203\.0\.113\.9; it should give 203\.0\.113\.7\. DNS follows a move within 5m/,
    },
    "says what to look at where it takes long": {
      given: {
        ...answering({ a: [] }, { since: at(-1) }),
        addresses: [{ ...fresh, phaseSince: at(-300) }],
      },
      is: ["False", "NamesBehind"],
      says: /resolver a has no such name; .* Check that ExternalDNS runs with --source=crd and --policy=sync/,
    },
    "says which resolver is silent": {
      given: answering({ a: { problem: "does not answer" } }),
      is: ["False", "ResolverFails"],
      says: /resolver a does not answer; .*--resolvers/,
    },
    "does not mind one answer that fails": {
      given: {
        ...answering({ a: { problem: "fails (SERVFAIL)" } }, { since: at(-29) }),
        before: [isTrue],
      },
      is: ["True", "NamesLive"],
      says: /^as before$/,
    },
    "minds one that fails for half a minute": {
      given: {
        ...answering({ a: { problem: "fails (SERVFAIL)" } }, { since: at(-30) }),
        before: [isTrue],
      },
      is: ["False", "ResolverFails"],
      says: /fails \(SERVFAIL\)/,
    },
    "has nothing against a fleet without addresses": {
      given: {},
      is: ["True", "NamesLive"],
      says: /no slot has an address/,
    },
  };
  for (const [name, { given, is, says }] of Object.entries(cases))
    test(name, () => {
      const { ready } = namesOf(given, noon);
      assert.deepEqual([ready?.status, ready?.reason], is);
      assert.match(ready?.message ?? "", says);
      assert.ok(!(ready?.message ?? "").includes(host()), "a name is a secret");
    });

  test("is not there where a fleet asks for no names", () =>
    assert.equal(namesOf({ dns: undefined }).ready, undefined));
});
