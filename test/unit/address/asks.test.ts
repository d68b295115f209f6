import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asksOf } from "../../../src/address/asks.ts";
import type { ObservedAddress } from "../../../src/address/observed.ts";
import type { ProbeRequest } from "../../../src/address/probe.ts";
import { type Sight, sightOf } from "../../../src/address/sight.ts";
import { parsedPool } from "../../objects/address-pool.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { formatInstant } from "../../../src/values/time.ts";
import { podObject } from "../../objects/pod.ts";
import { serviceObject } from "../../objects/service.ts";
import { at, noon } from "../rotation/build.ts";
import { address, drain, quarantine, sha256, observedAddress, works } from "./observed-address.ts";

type Given = Parameters<typeof observedAddress>[0];

const seen = (given?: Given, observed?: Partial<ObservedAddress>): Sight =>
  sightOf(observedAddress(given, observed), noon);

function requestOf(given?: Given, observed?: Partial<ObservedAddress>): ProbeRequest | undefined {
  const [ask] = asksOf(seen(given, observed));
  return ask?.kind === "probe" ? ask.request : undefined;
}

describe("an address is tried", () => {
  const cases: Record<
    string,
    { given?: Given; observed?: Partial<ObservedAddress>; isTried: boolean }
  > = {
    "once its load balancer has set it": { isTried: true },
    "while it was not verified yet": {
      given: { status: { phase: "Verifying" } },
      isTried: true,
    },
    "but not once it serves": { given: { status: { phase: "Serving" } }, isTried: false },
    "but not when it drains": { given: { spec: drain }, isTried: false },
    "but not when it is to go dark": { given: { spec: quarantine }, isTried: false },
    "but not before its load balancer has set it": {
      observed: { balancer: { given: ["203.0.113.8"], hostname: undefined } },
      isTried: false,
    },
    "but not before it has a Service": { observed: { balancer: undefined }, isTried: false },
    "but not before it is known": { given: { spec: { address: undefined } }, isTried: false },
    "but not before its lane is there": { observed: { certificate: undefined }, isTried: false },
    "but not without its fleet": { observed: { fleet: undefined }, isTried: false },
  };
  for (const [name, { given, observed, isTried }] of Object.entries(cases))
    test(name, () => assert.equal(requestOf(given, observed) !== undefined, isTried));
});

describe("a try of an address", () => {
  const [chat, media, plainChat] = ["chat", "media", "plainChat"].map((name, index) => ({
    name,
    port: 443 + index,
    targetPort: 20_000 + index,
  }));

  test("is held to what its lane is to serve, at every port, chat first", () => {
    const pods = [podObject({ name: "p-1" })];
    const references = [
      {
        host: "203.0.113.7",
        certificate: "d".repeat(64),
        mediaServer: undefined,
        listeners: [],
        hasHeader: false,
      },
    ];
    const given = { lane: 3, spec: { ports: [plainChat, media, chat] } };
    assert.deepEqual(requestOf(given, { pods, references }), {
      address,
      certificate: sha256,
      lane: 3,
      listeners: [chat, media, plainChat],
      hasHeader: false,
      mediaServer: parsedFleet().spec.upstream.media.servers[0],
      pods,
      waitsForPods: true,
      isShutOut: false,
      compare: false,
      references,
    });
  });

  test("sends a PROXY header where the pool's load balancer does", () => {
    const proxyProtocol = { version: "V2", from: ["10.0.0.0/16"] };
    const pool = parsedPool({ spec: { proxyProtocol } });
    assert.equal(requestOf({}, { pool })?.hasHeader, true);
  });

  test("goes to the pods where source ranges shut the operator out", () => {
    const addresses = {
      pools: [{ name: "pool-a" }],
      loadBalancerSourceRanges: ["198.51.100.0/24"],
    };
    const fleet = parsedFleet({ spec: { addresses } });
    assert.equal(requestOf({}, { fleet })?.isShutOut, true);
  });

  const cases: Record<string, { status: object; compare: boolean }> = {
    "asks whose fault it is after two minutes": {
      status: { phase: "Verifying", phaseSince: "2026-11-23T11:58:00Z" },
      compare: true,
    },
    "asks nobody else before": {
      status: { phase: "Verifying", phaseSince: "2026-11-23T11:58:01Z" },
      compare: false,
    },
    "asks nobody else where it is the first one, however long the load balancer took": {
      status: { phase: "Provisioning", phaseSince: "2026-11-23T10:00:00Z" },
      compare: false,
    },
  };
  for (const [name, { status, compare }] of Object.entries(cases))
    test(name, () => assert.equal(requestOf({ status })?.compare, compare));
});

describe("a probe that failed is not made again", () => {
  const probed = (age: number, phaseSince: string, given: Partial<ProbeRequest> = {}) => {
    const status = { phase: "Verifying", phaseSince };
    const pods = [podObject({ name: "p-1" })];
    const request = requestOf({ status }, { pods });
    assert.ok(request !== undefined);
    const result = { ...works, problems: [{ listener: "chat" as const, problem: "refused" }] };
    const probe = { request: { ...request, ...given }, result, at: at(-age) };
    return asksOf(seen({ status }, { probe, pods })).length === 0;
  };
  const [young, old] = ["2026-11-23T11:59:00Z", "2026-11-23T11:00:00Z"];
  const cases: Record<string, { given: Parameters<typeof probed>; holds: boolean }> = {
    "when it was just made": { given: [0, young], holds: true },
    "for almost a second": { given: [0.999, young], holds: true },
    "not for a whole one": { given: [1, young], holds: false },
    "for almost fifteen seconds once it has failed for long": { given: [14.999, old], holds: true },
    "not for fifteen": { given: [15, old], holds: false },
    "not when it comes from the future: the clock jumped": { given: [-0.001, old], holds: false },
    "not for another certificate": { given: [0, young, { certificate: "e" }], holds: false },
    "not for other pods": {
      given: [0, young, { pods: [podObject({ name: "p-2" })] }],
      holds: false,
    },
    "not where nobody else was asked, and somebody is to be": {
      given: [0, old, { compare: false }],
      holds: false,
    },
    "not where it stopped at pods that lag, and they are waited for no longer": {
      given: [0, young, { waitsForPods: true }],
      holds: false,
    },
    "where it went on without pods that lag, and still would": {
      given: [0, young, { waitsForPods: false }],
      holds: true,
    },
    "where more was asked than is to be": { given: [0, young, { compare: true }], holds: true },
  };
  for (const [name, { given, holds }] of Object.entries(cases))
    test(name, () => assert.equal(probed(...given), holds));

  const worked = (age: number) => {
    const request = requestOf();
    assert.ok(request !== undefined);
    return seen({}, { probe: { request, result: works, at: at(-age) } });
  };
  test("and one that worked counts for half a minute, however late it is read", () => {
    assert.deepEqual(asksOf(worked(29.999)), []);
    assert.equal(worked(29.999).probeResult, works);
    assert.equal(worked(30).probeResult, undefined);
    assert.equal(asksOf(worked(30)).length, 1);
  });

  test("not for an address that can't be tried now", () => {
    const request = requestOf();
    assert.ok(request !== undefined);
    const probe = { request, result: works, at: noon };
    const sight = seen({}, { probe, balancer: { given: [], hostname: undefined } });
    assert.equal(sight.probeResult, undefined);
  });
});

describe("a load balancer's name is resolved", () => {
  const balancer = { given: [], hostname: "lb.example.org" };
  const asked = (age: number | undefined, given: Given) => {
    const resolution = age === undefined ? undefined : { addresses: [], at: at(-age) };
    return asksOf(seen(given, { balancer, resolution }));
  };
  const [serving, waiting] = ["Serving", "Provisioning"].map((phase) => ({ status: { phase } }));
  const cases: Record<string, { age: number | undefined; given: Given; isAsked: boolean }> = {
    "at first": { age: undefined, given: waiting, isAsked: true },
    "at first, also while the address serves": { age: undefined, given: serving, isAsked: true },
    "every five seconds while the address is on its way": { age: 5, given: waiting, isAsked: true },
    "not sooner": { age: 4.999, given: waiting, isAsked: false },
    "every minute while the address serves": { age: 60, given: serving, isAsked: true },
    "not sooner while it serves": { age: 59.999, given: serving, isAsked: false },
    "not again at once": { age: 0, given: serving, isAsked: false },
    "when the clock jumped": { age: -0.001, given: serving, isAsked: true },
    "not for an address that goes dark": {
      age: undefined,
      given: { spec: quarantine },
      isAsked: false,
    },
  };
  for (const [name, { age, given, isAsked }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        asked(age, given),
        isAsked ? [{ kind: "resolve", hostname: "lb.example.org" }] : [],
      ),
    );
});

describe("an address has been tried without success", () => {
  const cases: Record<string, { status: object; since: number }> = {
    "since it began to be": {
      status: { phase: "Verifying", phaseSince: "2026-11-23T11:59:00Z" },
      since: -60,
    },
    "since now where nobody knows": { status: { phase: "Verifying" }, since: 0 },
    "since now in any other phase": {
      status: { phase: "Provisioning", phaseSince: "2026-11-23T11:59:00Z" },
      since: 0,
    },
  };
  for (const [name, { status, since }] of Object.entries(cases))
    test(name, () => assert.equal(seen({ status }).verifyingSince, at(since)));
});

describe("the API server is asked for the Warning Events about a Service", () => {
  const silent = { given: [], hostname: undefined };
  const service = serviceObject({ metadata: { uid: "s1" } });
  const waiting = (s: number, more: object = {}): Given => ({
    status: { phase: "Provisioning", phaseSince: formatInstant(at(-s)), ...more },
  });
  const heard = (age: number, uid = "s1") => ({ uid, warnings: [], at: at(-age) });
  const cases: Record<
    string,
    { given: Given; observed?: Partial<ObservedAddress>; asks: boolean }
  > = {
    "once its load balancer has said nothing for five seconds": { given: waiting(5), asks: true },
    "but not before": { given: waiting(4), asks: false },
    "but not before anything was reported of it": { given: {}, asks: false },
    "but not once its address is set": {
      given: waiting(60),
      observed: {
        balancer: { given: [address], hostname: undefined },
        certificate: undefined,
      },
      asks: false,
    },
    "but not once it is refused": {
      given: waiting(60, { fault: { kind: "Refused", since: "2026-11-23T11:59:30Z" } }),
      asks: false,
    },
    "but not when it is to go dark": { given: { ...waiting(60), spec: quarantine }, asks: false },
    "but not before there is one": {
      given: waiting(60),
      observed: { services: [] },
      asks: false,
    },
    "but not again within fifteen seconds": {
      given: waiting(60),
      observed: { warnings: heard(14) },
      asks: false,
    },
    "again after fifteen seconds": {
      given: waiting(60),
      observed: { warnings: heard(15) },
      asks: true,
    },
    "more seldom the longer it waits": {
      given: waiting(360),
      observed: { warnings: heard(60) },
      asks: false,
    },
    "every two minutes at least": {
      given: waiting(36_000),
      observed: { warnings: heard(120) },
      asks: true,
    },
    "at once for another Service of that name": {
      given: waiting(60),
      observed: { warnings: heard(1, "s0") },
      asks: true,
    },
    "at once where the answer is from the future: the clock jumped": {
      given: waiting(60),
      observed: { warnings: heard(-1) },
      asks: true,
    },
    "where the load balancer has taken its address back": {
      given: {
        status: {
          phase: "Serving",
          phaseSince: "2026-11-23T11:00:00Z",
          fault: { kind: "AddressLost", since: "2026-11-23T11:59:55Z" },
        },
      },
      asks: true,
    },
    "but not while it serves": {
      given: { status: { phase: "Serving", phaseSince: "2026-11-23T11:00:00Z" } },
      observed: { balancer: { given: [address], hostname: undefined } },
      asks: false,
    },
  };
  for (const [name, { given, observed, asks }] of Object.entries(cases))
    test(name, () => {
      const found = asksOf(seen(given, { balancer: silent, services: [service], ...observed }));
      assert.deepEqual(found, asks ? [{ kind: "warnings", service }] : []);
    });
});
