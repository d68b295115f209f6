import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { lanesOf } from "../../../src/fleet/lanes.ts";
import type { ObservedFleet } from "../../../src/fleet/observed.ts";
import { statusEffect } from "../../../src/fleet/report.ts";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import type { Effect } from "../../../src/runtime/effect.ts";
import { parsedPool } from "../../objects/address-pool.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { podObject } from "../../objects/pod.ts";
import { minutes } from "../../../src/values/time.ts";
import { at, hours, noon, pool } from "../rotation/build.ts";
import { entry, fleet, observed, planFor, seen } from "./observed-fleet.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const [earlier, now] = ["2026-11-23T11:59:00Z", "2026-11-23T12:00:00Z"];

/** The fleet with other metadata or another status, stored and parsed. */
function stored(metadata: object, status?: object): Pick<ObservedFleet, "raw" | "parsed"> {
  const given = { ...fleet, metadata: { ...fleet.metadata, ...metadata } };
  const raw = status === undefined ? given : { ...given, status };
  return { raw, parsed: parseWhatsAppProxy(raw) };
}

function effectsOf<K extends Effect["kind"]>(
  kind: K,
  entries: readonly ProxyAddress[],
  given: Partial<ObservedFleet> = {},
): readonly Extract<Effect, { kind: K }>[] {
  const isIt = (effect: Effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind;
  return planFor(entries, given).effects.filter(isIt);
}

describe("a claim of an address", () => {
  const poolSpecs = (perNamespace: number) =>
    new Map([["pool-a", parsedPool({ spec: { perNamespace } }).spec]]);
  const preconditions = (given: Partial<ObservedFleet>, entries: readonly ProxyAddress[] = []) =>
    effectsOf("create", entries, given)[0]?.preconditions?.map(({ of: _of, ...rest }) => rest);
  const draining = entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" });
  const others = {
    labelSelector: "proxyfleet.dev/fleet-namespace=proxies,proxyfleet.dev/fleet=family",
    filed: { index: "fleet", value: "proxies/family" },
  };

  test("is made only where the server has no entries that this plan does not know", () => {
    const orphan = seen(serving);
    assert.deepEqual(preconditions({ orphans: [orphan] }, [draining]), [
      { kind: "noOthers", ...others, names: ["ip-203-0-113-2", "ip-203-0-113-1"] },
    ]);
  });

  test("is made only within what the pool gives a namespace", () =>
    assert.deepEqual(preconditions({ poolSpecs: poolSpecs(3) }), [
      { kind: "atMost", index: "share", value: "pool-a proxies", count: 3 },
      { kind: "noOthers", ...others, names: [] },
    ]));

  test("has no such limit where the pool has none", () =>
    assert.deepEqual(
      preconditions({ poolSpecs: poolSpecs(0) })?.map(({ kind }) => kind),
      ["noOthers"],
    ));

  test("is the fleet's own, and waits for no finalizer that is there", () => {
    const [claim] = effectsOf(
      "create",
      [],
      stored({ finalizers: ["proxyfleet.dev/quarantine-addresses"] }),
    );
    assert.partialDeepStrictEqual(claim?.object, {
      kind: "ProxyAddress",
      spec: {
        pool: "pool-a",
        claimRef: { namespace: "proxies", name: "family", uid: "u1", slot: 0 },
      },
    });
    assert.deepEqual([claim?.fieldManager, claim?.needs], ["proxyfleet-fleet", []]);
  });

  test("is explained slot by slot", () =>
    assert.deepEqual(planFor([]).explanations, [
      { subject: "slot 0", text: "the slot has no address" },
    ]));
});

describe("the finalizer of a fleet", () => {
  const finalizers = (given: Partial<ObservedFleet> = {}) =>
    effectsOf("apply", [serving], given).filter(({ id }) => id === "finalizer");

  test("is set in the state that was seen", () => {
    const [effect] = finalizers();
    assert.deepEqual(effect?.object, {
      apiVersion: "proxyfleet.dev/v1alpha1",
      kind: "WhatsAppProxy",
      metadata: {
        name: "family",
        namespace: "proxies",
        finalizers: ["proxyfleet.dev/quarantine-addresses"],
      },
    });
    assert.deepEqual(
      [effect.state, effect.fieldManager],
      [{ uid: "u1", resourceVersion: "1" }, "proxyfleet-fleet"],
    );
  });

  test("is not set twice, nor on a fleet that is being deleted", () => {
    const set = stored({ finalizers: ["other", "proxyfleet.dev/quarantine-addresses"] });
    const deleted = stored({ deletionTimestamp: now });
    assert.deepEqual([finalizers(set), finalizers(deleted)], [[], []]);
  });
});

describe("a person's report of a block", () => {
  const annotations = { "proxyfleet.dev/report-blocked": "203.0.113.1 IR" };

  test("is no write of the fleet's: the verdicts have a writer of their own", () => {
    const effects = effectsOf("apply", [serving], stored({ annotations }));
    assert.ok(!effects.some(({ fieldManager }) => fieldManager === "proxyfleet-reachability"));
  });
});

describe("a fleet that is being deleted", () => {
  const deleted = stored({ deletionTimestamp: earlier });
  const ready = { status: { conditions: [{ type: "Ready", status: "True" as const }] } };
  const pods = [podObject({ name: "p-1", ...ready })];
  const resting = (phaseSince: string): ProxyAddress => {
    const dark = entry("203.0.113.1", { lane: 0, want: "Quarantine", phase: "Quarantined" });
    return { ...dark, status: { ...dark.status, phaseSince } };
  };
  const kindsOf = (entries: readonly ProxyAddress[], given: Partial<ObservedFleet>) =>
    planFor(entries, given).effects.map(({ kind, id }) => `${kind} ${id}`);

  test("goes once all is dark and every pod has closed its lanes", () => {
    const status = { revision: "r", lanes: [{ lane: 0, open: false }] };
    const answers = new Map([["p-1", { at: noon, status }]]);
    const given = { ...deleted, pods, answers };
    assert.deepEqual(kindsOf([resting(now)], given), ["patch finalizer"]);
    assert.ok(!kindsOf([serving], given).includes("patch finalizer"));
  });

  test("waits for pods that don't say for fifteen seconds, and looks every second", () => {
    const [recent, old] = ["2026-11-23T11:59:46Z", "2026-11-23T11:59:45Z"].map((since) => [
      resting(since),
    ]) as [ProxyAddress[], ProxyAddress[]];
    const given = { ...deleted, pods };
    assert.ok(!kindsOf(recent, given).includes("patch finalizer"));
    assert.equal(planFor(recent, given).requeueAt, at(1));
    assert.deepEqual(kindsOf(old, given), ["patch finalizer"]);
  });

  test("stays while it is not being deleted, though all is dark", () =>
    assert.ok(!kindsOf([resting(earlier)], {}).includes("patch finalizer")));

  test("says so once its addresses go dark, with their writes", () => {
    const [event, ...others] = effectsOf("event", [serving], deleted).filter(({ notes }) =>
      notes.some(({ reason }) => reason === "Deleting"),
    );
    assert.deepEqual(event?.needs, ["retire ip-203-0-113-1"]);
    assert.deepEqual([event.about, others], [deleted.raw, []]);
  });
});

describe("a fleet whose addresses are dark", () => {
  const dark = entry("203.0.113.1", { lane: 0, want: "Quarantine", phase: "Quarantined" });

  test("is not looked at every second where nobody deletes it", () =>
    assert.notEqual(planFor([dark]).requeueAt, at(1)));

  test("is not looked at every second either while one of them serves on", () => {
    const deleted = stored({ deletionTimestamp: earlier });
    assert.notEqual(
      planFor([dark, entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" })], deleted)
        .requeueAt,
      at(1),
    );
  });
});

describe("the entries of an earlier fleet of that name", () => {
  const orphans = [seen(serving)];
  const quarantine = { blocked: hours(3), retired: hours(2), unusable: hours(1) };
  const gone = { raw: undefined, parsed: undefined, absence: { forMs: minutes(5), at: noon } };
  const rest = (given: Partial<ObservedFleet>) =>
    effectsOf("apply", [], { ...gone, orphans, ...given })[0]?.object;

  test("rest as long as their pool says, whether a fleet names it still or not", () => {
    const until = { spec: { want: "Quarantine", quarantineUntil: "2026-11-23T14:00:00Z" } };
    assert.partialDeepStrictEqual(rest({ pools: [pool({ quarantine })] }), until);
    assert.partialDeepStrictEqual(rest({ pools: [], formerPools: [pool({ quarantine })] }), until);
  });
});

test("a fleet's Secret does not wait for what its pods say", () => {
  const status = { conditions: [{ type: "Ready", status: "True" as const }] };
  const pods = [podObject({ name: "p-1", status })];
  const draining = entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" });
  const ids = effectsOf("apply", [serving, draining], { pods }).map(({ id }) => id);
  assert.ok(ids.includes("secret"), ids.join(", "));
});

describe("the status of a fleet", () => {
  const statusIn = (given: Partial<ObservedFleet> = {}) =>
    effectsOf("status", [serving], given)[0]?.status as FleetStatus;

  test("says by which labels its pods are found", () =>
    assert.equal(
      statusIn().selector,
      "app.kubernetes.io/name=whatsapp-proxy,proxyfleet.dev/fleet=family",
    ));

  test("names the pools behind which all clients look the same", () => {
    const spec = {
      addresses: { count: 1, pools: [{ name: "pool-b" }, { name: "pool-a" }] },
      limits: { connectionsPerClient: 5 },
    };
    const { spec: poolSpec } = parsedPool();
    const poolSpecs = new Map(["pool-b", "pool-a"].map((name) => [name, poolSpec]));
    const given = { parsed: parseWhatsAppProxy({ ...fleet, spec }), poolSpecs };
    const limits = statusIn(given).conditions.find(({ type }) => type === "LimitsApplied");
    assert.match(limits?.message ?? "", /addresses of pool pool-a, pool-b,/);
  });

  test("says that a generation is being realised only until it was", () => {
    const isReconciling = (given: Partial<ObservedFleet>) =>
      statusIn(given).conditions.some(({ type }) => type === "Reconciling");
    const condition = {
      type: "Ready",
      status: "True",
      reason: "Serving",
      message: "",
      lastTransitionTime: earlier,
    };
    const before = (observedGeneration: number) =>
      stored({}, { observedGeneration, conditions: [condition] });
    assert.deepEqual(
      [isReconciling({}), isReconciling(before(0)), isReconciling(before(1))],
      [true, true, false],
    );
  });
});

/** The children of a fleet whose lane 0 believes the headers of these networks. */
function believing(proxiesFrom: readonly string[], uid = "uid-0"): ObservedFleet["children"] {
  const open = [
    {
      lane: 0,
      address: serving.metadata.name,
      uid,
      certificateSHA256: "c".repeat(64),
      proxiesFrom,
    },
  ];
  const files = { "lanes.json": JSON.stringify({ revision: "r", open }), "lane-0.pem": "pem" };
  const data = Object.fromEntries(Object.entries(files).map(([key, text]) => [key, btoa(text)]));
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "family-proxy" }, data };
  return { ...observed([]).children, secret };
}

describe("the lanes of a fleet", () => {
  const specOf = (proxyProtocol: object) =>
    new Map([["pool-a", parsedPool({ spec: { proxyProtocol } }).spec]]);
  const cases: Record<string, { given: Partial<ObservedFleet>; from: readonly string[] }> = {
    "believe a PROXY header of the pool's load balancers": {
      given: { poolSpecs: specOf({ version: "V2", from: ["10.0.0.0/8"] }) },
      from: ["10.0.0.0/8"],
    },
    "believe none where the pool's load balancers send none": {
      given: { poolSpecs: specOf({ version: "None" }) },
      from: [],
    },
    "go on believing what they do where the pool is gone": {
      given: { children: believing(["10.0.0.0/8"]) },
      from: ["10.0.0.0/8"],
    },
    "believe none where the pool is gone, and the lane's last address was another": {
      given: { children: believing(["10.0.0.0/8"], "uid-of-another") },
      from: [],
    },
    "believe none where the pool is gone, and nothing is known": { given: {}, from: [] },
    "believe no longer what the pool has left out": {
      given: {
        children: believing(["10.0.0.0/8"]),
        poolSpecs: specOf({ version: "V2", from: ["192.0.2.0/24"] }),
      },
      from: ["192.0.2.0/24"],
    },
  };
  test("are each for its own entry", () => {
    const other = entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" });
    assert.deepEqual(
      lanesOf(observed([other, serving]), noon).map(({ lane, entry: name, uid }) => [
        lane,
        name,
        uid,
      ]),
      [
        [0, "ip-203-0-113-1", "uid-0"],
        [1, "ip-203-0-113-2", "uid-1"],
      ],
    );
  });

  test("stay as they are where the entry can't be read: people may use its address", () => {
    const unreadable = [{ name: serving.metadata.name, lane: 0 }];
    const given = { unreadable, children: believing(["10.0.0.0/8"], "uid-of-then") };
    assert.deepEqual(lanesOf(observed([], given), noon), [
      {
        lane: 0,
        entry: "ip-203-0-113-1",
        uid: "uid-of-then",
        proxiesFrom: ["10.0.0.0/8"],
      },
    ]);
    const { effects } = planFor([], given);
    const claims = effects.flatMap((effect) => (effect.kind === "create" ? [effect] : []));
    const lanes = claims.map(
      ({ object }) => (object as CustomObject & { spec: { lane: number } }).spec.lane,
    );
    assert.ok(lanes.length > 0 && !lanes.includes(0), "another address takes its lane");
  });

  for (const [name, { given, from }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(lanesOf(observed([serving], given), noon), [
        { lane: 0, entry: "ip-203-0-113-1", uid: "uid-0", proxiesFrom: from },
      ]),
    );
});

describe("what is written of a fleet that can't be read", () => {
  const problem = "spec.replicas must be a number";
  const written = (status?: unknown) => {
    const raw = { ...fleet, ...(status === undefined ? {} : { status }) };
    const [write] = effectsOf("status", [serving], { raw, parsed: { ok: false, problem } });
    return write?.status as { observedGeneration: number; conditions: readonly object[] };
  };
  const stalled = { type: "Stalled", status: "True", reason: "InvalidSpec" };

  test("is what is wrong, and that what runs goes on", () =>
    assert.partialDeepStrictEqual(written(), {
      observedGeneration: 1,
      conditions: [
        { ...stalled, message: `${problem}. What runs goes on unchanged until this is mended` },
        { type: "Ready", status: "False", reason: "InvalidSpec" },
      ],
    }));

  test("keeps since when it is so", () => {
    const before = { ...stalled, message: "", lastTransitionTime: earlier };
    assert.partialDeepStrictEqual(
      written({ conditions: [before] }).conditions.filter(
        (one) => (one as { type: string }).type === "Stalled",
      ),
      [{ lastTransitionTime: earlier }],
    );
  });

  test("is written over a status that makes no sense", () =>
    assert.equal(written({ conditions: "none" }).conditions.length, 2));
});

test("the status of a fleet waits only where it says so", () => {
  const raw = fleetObject({ status: { serving: "0/1" } });
  const pacing = { kind: "throttle", everyMs: 1 } as const;
  const [atOnce, later] = [statusEffect(raw, {}), statusEffect(raw, {}, pacing)];
  assert.ok(!("pacing" in atOnce));
  assert.deepEqual([later.pacing, later.before, later.about], [pacing, raw["status"], raw]);
});
