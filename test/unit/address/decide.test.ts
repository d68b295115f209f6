import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AddressAsk } from "../../../src/address/asks.ts";
import { decideAddress } from "../../../src/address/decide.ts";
import type { ObservedAddress } from "../../../src/address/observed.ts";
import type { Probe, ProbeResult } from "../../../src/address/probe.ts";
import type { Effect, StatusEffect } from "../../../src/runtime/effect.ts";
import type { Plan } from "../../../src/runtime/plan.ts";
import {
  type Instant,
  type Millis,
  formatInstant,
  minutes,
  plus,
  seconds,
} from "../../../src/values/time.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { parsedPool } from "../../objects/address-pool.ts";
import { fleetUid, parsedFleet } from "../../objects/fleet.ts";
import { entryObject, parsedEntry } from "../../objects/ledger-entry.ts";
import { podObject } from "../../objects/pod.ts";
import { serviceObject } from "../../objects/service.ts";
import { noon } from "../rotation/build.ts";

const address = "203.0.113.9";
const metadata = { uid: "e1", resourceVersion: "1", generation: 1 };
const raw = entryObject({ address, metadata });
const fleet = parsedFleet({ metadata: { uid: fleetUid } });
const pool = parsedPool();
const service = serviceObject({ metadata: { uid: "s1" } });

/** What is so while something is down. */
interface Outage {
  readonly balancer: ObservedAddress["balancer"];
  readonly evidence: Partial<ProbeResult>;
}

const given = { given: [address], hostname: undefined };
const works: ProbeResult = { readyPods: 2, lagging: [], problems: [], referenceWorks: undefined };

function observed(
  status: object,
  balancer: ObservedAddress["balancer"],
  spec: Readonly<Record<string, unknown>> = {},
): ObservedAddress {
  const entry = parsedEntry({ address, metadata, spec, status });
  return {
    raw,
    entry,
    deletion: { kind: "none" },
    fleet,
    pool,
    certificate: "c".repeat(64),
    services: [service],
    balancer,
    resolution: { addresses: [], at: noon },
    warnings: undefined,
    othersSetSince: undefined,
    signs: { marks: [], kinds: [] },
    heldElsewhere: [],
    pods: [],
    references: [],
    probe: undefined,
    refused: [],
    isBusy: false,
  };
}

const random = () => 0.5;

/** What the plan writes into the entry's status, as it would be read again. */
function statusOf({ effects }: Plan<AddressAsk>): StatusEffect["status"] | undefined {
  const write = effects.find((effect) => effect.kind === "status");
  return write?.status;
}

function reasonOf(plan: Plan<AddressAsk>): string | undefined {
  const { conditions = [] } = (statusOf(plan) ?? {}) as {
    conditions?: readonly { reason: string }[];
  };
  return conditions[0]?.reason;
}

function serviceOf({ effects }: Plan<AddressAsk>): Service | undefined {
  const made = effects.find(({ id }) => id === "service");
  return made?.kind === "apply" ? (made.object as Service) : undefined;
}

/** Decides as the operator does: what is asked is answered with `result`, and decided again. */
function settle(sight: ObservedAddress, result: ProbeResult, now: Instant): Plan<AddressAsk> {
  const plan = decideAddress({ ...sight, resolution: { addresses: [], at: now } }, { now, random });
  const [ask] = plan.asks;
  if (ask?.kind !== "probe") return plan;
  const probe: Probe = { request: ask.request, result, at: now };
  return decideAddress({ ...sight, probe }, { now, random });
}

/**
 * Lives through ten minutes of it, and then through its end. Gives the reasons that were reported,
 * and how it ended.
 */
function live({ balancer, evidence }: Outage): {
  readonly reasons: ReadonlySet<string>;
  readonly end: string;
} {
  const reasons = new Set<string>();
  let status: object = {};
  const step = (now: Instant, seen: ObservedAddress["balancer"], result: ProbeResult): Instant => {
    const plan = settle(observed(status, seen), result, now);
    status = statusOf(plan) ?? status;
    reasons.add(reasonOf(plan) ?? "");
    assert.ok(!plan.effects.some(({ kind }) => kind === "delete"));
    return plan.requeueAt ?? now;
  };
  let now = noon;
  while (now < plus(noon, minutes(10)))
    now = plus(step(now, balancer, { ...works, ...evidence }), seconds(1));
  for (let i = 0; i < 3; i++) now = plus(step(now, given, works), seconds(1));
  return { reasons, end: (status as { phase: string }).phase };
}

describe("ten minutes of an outage burn no address, and it serves once they are over", () => {
  const outages: Record<string, Outage & { says: string }> = {
    "the load balancer's controller is stopped": {
      balancer: { given: [], hostname: undefined },
      evidence: {},
      says: "LoadBalancerSilent",
    },
    "its name does not resolve": {
      balancer: { given: [], hostname: "lb.example.org" },
      evidence: {},
      says: "WaitingForName",
    },
    "nothing gets through the load balancer": {
      balancer: given,
      evidence: {
        problems: [
          { listener: "chat", problem: "timed out" },
          { listener: "media", problem: "timed out" },
        ],
        referenceWorks: false,
        podsWork: true,
      },
      says: "ChatFails",
    },
    "the upstream of this fleet is dead, while that of a neighbour works": {
      balancer: given,
      evidence: {
        problems: [{ listener: "media", problem: "refused" }],
        referenceWorks: true,
        podsWork: false,
      },
      says: "MediaFails",
    },
    "the upstream of all is dead": {
      balancer: given,
      evidence: {
        problems: [{ listener: "media", problem: "refused" }],
        referenceWorks: false,
        podsWork: false,
      },
      says: "MediaFails",
    },
    "no pod is ready": { balancer: given, evidence: { readyPods: 0 }, says: "NoReadyPod" },
  };
  for (const [name, { says, ...outage }] of Object.entries(outages))
    test(name, () => {
      const { reasons, end } = live(outage);
      assert.ok(reasons.has(says), [...reasons].join(", "));
      assert.ok(!reasons.has("Unusable"), [...reasons].join(", "));
      assert.equal(end, "Serving");
    });

  test("but an address that alone does not answer, while its neighbours and its pods do, is told apart", () => {
    const { reasons } = live({
      balancer: given,
      evidence: {
        problems: [{ listener: "chat", problem: "timed out" }],
        referenceWorks: true,
        podsWork: true,
      },
    });
    assert.ok(reasons.has("Unusable"));
  });
});

describe("the Service of an entry", () => {
  test("keeps its name when the entry was lost and made again", () =>
    assert.equal(
      serviceOf(decideAddress(observed({}, given), { now: noon, random }))?.metadata.name,
      "family-0-abc",
    ));

  test("gets a new name while an old one is still on its way out", () => {
    const leaving = {
      ...service,
      metadata: { ...service.metadata, deletionTimestamp: "2026-11-23T12:00:00Z" },
    };
    assert.notEqual(
      serviceOf(
        decideAddress({ ...observed({}, given), services: [leaving] }, { now: noon, random }),
      )?.metadata.name,
      "family-0-abc",
    );
  });

  test("stays as it is when its pool forgets the address's name", () => {
    const named = parsedPool({
      spec: {
        provider: "GCP",
        addresses: undefined,
        named: [{ name: "family-1", address: "203.0.113.10" }],
      },
    });
    const sight = { ...observed({ phase: "Serving" }, given), pool: named };
    const plan = decideAddress(sight, { now: noon, random });
    const { phase } = statusOf(plan) as { phase: string };
    assert.deepEqual(
      [serviceOf(plan), phase, reasonOf(plan)],
      [undefined, "Serving", "NameMissing"],
    );
  });
});

test("a repeat stays one though the other entry was forgotten meanwhile", () => {
  const fault = { kind: "Repeat", since: "2026-11-23T11:00:00Z" };
  const spec = { address: undefined };
  const sight = observed({ phase: "Provisioning", fault }, given, spec);
  const held = serviceOf(decideAddress(sight, { now: noon, random }));
  assert.equal(held?.spec.selector?.["proxyfleet.dev/held"], "true");
});

describe("that a new entry waits for its lane", () => {
  const cases: Record<string, { age: Millis; isBusy: boolean; isReported: boolean }> = {
    "is no news within ten seconds of its claim": {
      age: seconds(9),
      isBusy: false,
      isReported: false,
    },
    "is reported after ten seconds": { age: seconds(10), isBusy: false, isReported: true },
    "is no news within a minute where much else waits for the operator": {
      age: seconds(59),
      isBusy: true,
      isReported: false,
    },
    "is reported after a minute in any case": {
      age: seconds(60),
      isBusy: true,
      isReported: true,
    },
  };
  for (const [name, { age, isBusy, isReported }] of Object.entries(cases))
    test(name, () => {
      const { entry, ...rest } = observed({}, undefined);
      const metadata = { ...entry.metadata, creationTimestamp: formatInstant(noon) };
      const waiting = {
        ...rest,
        entry: { ...entry, metadata },
        certificate: undefined,
        services: [],
        isBusy,
      };
      const plan = decideAddress(waiting, { now: plus(noon, age), random });
      assert.equal(statusOf(plan) !== undefined, isReported);
    });
});

describe("a plan for an entry", () => {
  const decided = (sight: ObservedAddress) => decideAddress(sight, { now: noon, random });
  const kinds = (effects: readonly Effect[]) => effects.map(({ kind, id }) => `${kind} ${id}`);

  test("makes the Service after the finalizer, and leaves the report to the next pass", () => {
    const { effects } = decided({ ...observed({}, undefined), services: [] });
    assert.deepEqual(kinds(effects), ["apply finalizer", "apply service", "status status"]);
    assert.deepEqual(effects[1]?.needs, ["finalizer"]);
    assert.deepEqual(effects[2]?.unless, ["service"]);
  });

  test("asks for a probe once the load balancer has set the address, and reports nothing yet", () => {
    const plan = decided(observed({}, given));
    assert.deepEqual(
      plan.asks.map(({ kind }) => kind),
      ["probe"],
    );
    assert.equal(statusOf(plan), undefined);
  });

  test("is published on a probe that worked, however late a busy operator reads it", () => {
    const sight = observed({}, given);
    const [ask] = decided(sight).asks;
    assert.ok(ask?.kind === "probe");
    const probe: Probe = { request: ask.request, result: works, at: noon };
    const read = (later: Millis) =>
      decideAddress({ ...sight, probe }, { now: plus(noon, later), random });
    assert.deepEqual(read(seconds(20)).asks, []);
    assert.equal((statusOf(read(seconds(20))) as { phase?: string }).phase, "Serving");
    assert.equal(read(seconds(30)).asks.length, 1);
  });

  test("says again what failed while it probes again", () => {
    const sight = observed({ phase: "Verifying", phaseSince: formatInstant(noon) }, given);
    const [ask] = decided(sight).asks;
    assert.ok(ask?.kind === "probe");
    const failed = { ...works, problems: [{ listener: "chat" as const, problem: "timed out" }] };
    const probe: Probe = { request: ask.request, result: failed, at: noon };
    const plan = decideAddress({ ...sight, probe }, { now: plus(noon, seconds(2)), random });
    assert.equal(plan.asks.length, 1);
    assert.equal(reasonOf(plan), "ChatFails");
  });

  test("asks again for a probe that failed, and for one of other pods or of a later clock", () => {
    const sight = observed({}, given);
    const [ask] = decided(sight).asks;
    assert.ok(ask?.kind === "probe");
    const failed = { ...works, problems: [{ listener: "chat" as const, problem: "timed out" }] };
    const probe: Probe = { request: ask.request, result: failed, at: noon };
    const isAsked = (given: Partial<ObservedAddress>, now: Instant) =>
      decideAddress({ ...sight, probe, ...given }, { now, random }).asks.length > 0;
    const pod = podObject({ name: "p-2" });
    assert.deepEqual(
      [
        isAsked({}, noon),
        isAsked({}, plus(noon, seconds(1))),
        isAsked({}, plus(noon, seconds(-1))),
        isAsked({ pods: [pod] }, noon),
      ],
      [false, true, true, true],
    );
  });

  test("reports in the server's words why its Service is refused", () => {
    const words = "exceeded quota: load-balancers";
    const refused = [{ id: "service", object: "Service proxies/family-0", words }];
    const plan = decided({ ...observed({}, undefined), services: [], refused });
    const { conditions } = statusOf(plan) as { conditions: readonly { message: string }[] };
    assert.equal(reasonOf(plan), "ServiceRefused");
    assert.match(conditions[0]?.message ?? "", /exceeded quota: load-balancers/);
  });

  test("keeps since when an address is lost, as a field that the fleet reads", () => {
    const lost = { given: [], hostname: undefined };
    const fault = { kind: "AddressLost", since: "2026-11-23T11:00:00Z" };
    const plan = decided(observed({ phase: "Serving", fault }, lost));
    assert.deepEqual((statusOf(plan) as { fault?: object }).fault, fault);
    const again = decided(observed({ phase: "Serving", fault }, given));
    assert.equal((statusOf(again) as { fault?: object }).fault, undefined);
  });

  test("forgets an address whose quarantine is over, in the very state that was judged", () => {
    const spec = { want: "Quarantine", quarantineUntil: "2026-11-23T11:00:00Z" };
    const sight = { ...observed({ phase: "Quarantined" }, undefined, spec), services: [] };
    const forget = decided(sight).effects.find(({ kind }) => kind === "delete");
    assert.ok(forget?.kind === "delete");
    assert.deepEqual(forget.state, { uid: "e1", resourceVersion: "1" });
  });
});
