import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { applied, host, key, live } from "../dns/build.ts";
import type { FleetAsk } from "../../../src/fleet/asks.ts";
import { decideFleet } from "../../../src/fleet/decide.ts";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import type { Plan } from "../../../src/runtime/plan.ts";
import { parsedPool } from "../../objects/address-pool.ts";
import { podObject } from "../../objects/pod.ts";
import { formatInstant, plus, seconds, minutes } from "../../../src/values/time.ts";
import { noon, answered } from "../rotation/build.ts";
import { addresses, entry, fleet, observed, planFor, seen } from "./observed-fleet.ts";

interface Lanes {
  readonly bank: number;
  readonly open: readonly { readonly lane: number }[];
}

/** What the Secret that a plan applies says of the lanes. */
function lanesIn({ effects }: Plan<FleetAsk>): Lanes {
  const made = effects.find(({ id }) => id === "secret");
  assert.ok(made?.kind === "apply");
  const { data } = made.object as Secret;
  return JSON.parse(Buffer.from(data?.["lanes.json"] ?? "", "base64").toString()) as Lanes;
}

function statusIn({ effects }: Plan<FleetAsk>): FleetStatus {
  const write = effects.find(({ id }) => id === "status");
  assert.ok(write?.kind === "status");
  return write.status as FleetStatus;
}

function lanesWith(...entries: readonly ProxyAddress[]): readonly number[] {
  return lanesIn(planFor(entries)).open.map(({ lane }) => lane);
}

describe("the lanes that are open", () => {
  const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
  const resting = entry("203.0.113.2", { lane: 7, want: "Quarantine", phase: "Quarantined" });
  const justDark = { ...resting, status: { ...resting.status, phaseSince: formatInstant(noon) } };
  const cases: Record<string, { given: readonly ProxyAddress[]; expect: readonly number[] }> = {
    "one for each address that serves, is being made, or drains": {
      given: [
        serving,
        entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" }),
        entry("203.0.113.3", { lane: 2, want: "Serve", phase: "Verifying" }),
      ],
      expect: [0, 1, 2],
    },
    "an address that goes dark keeps its lane until its Service is gone: pods must not refuse what still reaches them":
      {
        given: [serving, entry("203.0.113.2", { lane: 1, want: "Quarantine", phase: "Draining" })],
        expect: [0, 1],
      },
    "an address that has just gone dark keeps it for a moment: nodes may still lead connections to the pods":
      {
        given: [serving, justDark],
        expect: [0, 7],
      },
    "an address that is dark has none": {
      given: [serving, entry("203.0.113.2", { lane: 1, want: "Quarantine", phase: "Quarantined" })],
      expect: [0],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(lanesWith(...given), expect));

  test("are all in the bank, also one beyond the fleet's slots that is to close in a moment, when it is looked again", () => {
    const plan = planFor([serving, justDark]);
    assert.equal(lanesIn(plan).bank, 8);
    assert.equal(plan.requeueAt, plus(noon, seconds(5)));
  });
});

describe("limits per client are said not to be applied", () => {
  const cases: Record<
    string,
    { policy: "Cluster" | "Local"; proxyProtocol: object; limits: object; expect: "True" | "False" }
  > = {
    "where a node's address hides all clients": {
      policy: "Cluster",
      proxyProtocol: { version: "None" },
      limits: { connectionsPerClient: 5 },
      expect: "False",
    },
    "for a limit on the rate too": {
      policy: "Cluster",
      proxyProtocol: { version: "None" },
      limits: { connectionRatePerClient: 5 },
      expect: "False",
    },
    "but not where the cluster keeps clients' addresses": {
      policy: "Local",
      proxyProtocol: { version: "None" },
      limits: { connectionsPerClient: 5 },
      expect: "True",
    },
    "nor where the load balancer tells them": {
      policy: "Cluster",
      proxyProtocol: { version: "V2", from: ["10.0.0.0/8"] },
      limits: { connectionsPerClient: 5 },
      expect: "True",
    },
    "nor where nobody asked for any": {
      policy: "Cluster",
      proxyProtocol: { version: "None" },
      limits: {},
      expect: "True",
    },
  };
  for (const [name, { policy, proxyProtocol, limits, expect }] of Object.entries(cases))
    test(name, () => {
      const withPolicy = { ...addresses, externalTrafficPolicy: policy };
      const { spec } = parsedPool({ spec: { proxyProtocol } });
      const given = {
        parsed: parseWhatsAppProxy({ ...fleet, spec: { addresses: withPolicy, limits } }),
        poolSpecs: new Map([["pool-a", spec]]),
        reports: [answered()],
      };
      const condition = statusIn(planFor([], given)).conditions.find(
        ({ type }) => type === "LimitsApplied",
      );
      assert.equal(condition?.status, expect, condition?.message ?? "no condition");
    });
});

describe("a plan for a fleet", () => {
  const kinds = (plan: Plan<FleetAsk>) => plan.effects.map(({ kind, id }) => `${kind} ${id}`);
  const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });

  test("lets a deleted fleet go that has nothing, whoever set the finalizer, and leaves those of others", () => {
    const finalizers = ["example.org/other", "proxyfleet.dev/quarantine-addresses"];
    const metadata = { ...fleet.metadata, finalizers, deletionTimestamp: formatInstant(noon) };
    const raw = { ...fleet, metadata };
    const { effects } = planFor([], { raw, parsed: parseWhatsAppProxy(raw) });
    const [effect, ...others] = effects;
    assert.ok(effect?.kind === "patch" && others.length === 0);
    assert.deepEqual(effect.metadata, { finalizers: ["example.org/other"] });
    const { uid, resourceVersion } = raw.metadata;
    assert.deepEqual(effect.state, { uid, resourceVersion }, "in the state that was judged");
  });
  test("of a new fleet claims first, after the finalizer, and leaves the rest to the next pass", () => {
    const plan = planFor([]);
    const [finalizer, claim, ...others] = plan.effects;
    assert.deepEqual(
      [finalizer?.id, claim?.kind, claim?.needs],
      ["finalizer", "create", ["finalizer"]],
    );
    const writes = others.filter(({ kind }) => kind !== "event");
    assert.ok(writes.length > 0);
    for (const { id, unless } of writes) assert.deepEqual(unless, [claim?.id], id);
  });

  test("asks for a certificate that an entry has not got, and makes no Secret without it", () => {
    const plan = planFor([serving], { certificates: new Map() });
    assert.deepEqual(plan.asks, [{ kind: "certificate", uid: "uid-0" }]);
    assert.ok(!kinds(plan).some((each) => each.startsWith("apply secret")));
    assert.ok(kinds(plan).includes("status status"));
  });

  test("lets no child but the Deployment wait for another one", () => {
    const needs = planFor([serving]).effects.map(({ id, needs = [] }) => [id, ...needs]);
    const children = needs.filter(([id = ""]) => !["finalizer", "status"].includes(id));
    assert.deepEqual(
      children
        .filter(([, ...others]) => others.length > 0)
        .filter(([id]) => id !== "event of status"),
      [["deployment", "secret"]],
    );
  });

  test("reports what the API server refused, in its words, and writes the status all the same", () => {
    const words = "exceeded quota: pods";
    const refused = [{ id: "deployment", object: "Deployment proxies/family-proxy", words }];
    const { conditions } = statusIn(planFor([serving], { refused }));
    const found = conditions.find(({ type }) => type === "ChildrenApplied");
    assert.deepEqual([found?.status, found?.reason], ["False", "ServerRefuses"]);
    assert.match(found?.message ?? "", /Deployment proxies\/family-proxy: exceeded quota: pods/);
  });

  test("claims nothing while a Service has lost its entry, and looks again in a moment", () => {
    const plan = planFor([], { lostServices: ["family-0-abc"] });
    assert.ok(!plan.effects.some(({ kind }) => kind === "create"));
    assert.equal(plan.requeueAt, plus(noon, seconds(1)));
  });

  test("asks pods for their sessions while an address drains, and not of a settled fleet", () => {
    const conditions = [{ type: "Ready", status: "True" }];
    const pod = podObject({ name: "p-1", status: { conditions } });
    const draining = entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" });
    const asks = (...entries: readonly ProxyAddress[]) => planFor(entries, { pods: [pod] }).asks;
    assert.deepEqual(asks(serving), []);
    assert.deepEqual(asks(serving, draining), [{ kind: "podStatus", pod: "proxies/p-1" }]);
  });

  test("ends the entries of a fleet that is gone for minutes, and remembers them", () => {
    const orphan = seen(serving);
    const absence = { forMs: minutes(5), at: noon };
    const plan = planFor([], { raw: undefined, parsed: undefined, orphans: [orphan], absence });
    assert.deepEqual(kinds(plan), ["apply retire ip-203-0-113-1"]);
    const [write] = plan.effects;
    assert.ok(write?.kind === "apply");
    assert.deepEqual(write.state, { uid: "uid-0", resourceVersion: "1" });
  });

  test("of a fleet that can't be read keeps what runs, and says so", () => {
    const problem = "spec.replicas must be a number";
    const plan = planFor([serving], { parsed: { ok: false, problem } });
    assert.deepEqual(kinds(plan), ["status status", "event event of it"]);
  });

  test("is the same for the same view, time and chance", () => {
    const view = observed([serving]);
    const context = { now: noon, random: () => 0.5 };
    assert.deepEqual(decideFleet(view, context), decideFleet(view, context));
  });
});

test("a fleet says which of its fields have no effect", () => {
  const spec = { ...fleet.spec, reachability: { people: "Block" } };
  const plan = planFor([], { parsed: parseWhatsAppProxy({ ...fleet, spec }) });
  const condition = statusIn(plan).conditions.find(({ type }) => type === "FieldsWithoutEffect");
  assert.equal(condition?.status, "True");
  assert.match(condition?.message ?? "", /spec\.reachability\.people/);
});

describe("a fleet with names", () => {
  const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
  const spec = { ...fleet.spec, dns: { hostname: "{token}.example.org" } };
  const names = { key, kind: "Served" as const, endpoints: [], readings: new Map() };
  const plan = planFor([serving], { parsed: parseWhatsAppProxy({ ...fleet, spec }), names });

  test("writes them once it has addresses, and asks resolvers for them once they are made", () => {
    assert.ok(plan.effects.some(({ id }) => id === "name 0"));
    assert.ok(!plan.asks.some(({ kind }) => kind === "name"));
    const parsed = parseWhatsAppProxy({ ...fleet, spec });
    const made = { ...names, endpoints: applied(plan).map((endpoint) => live(endpoint)) };
    assert.deepEqual(planFor([serving], { parsed, names: made }).asks.at(-1), {
      kind: "name",
      slot: 0,
      host: host(),
    });
  });

  test("says in its status which pattern they have, and no name", () => {
    const status = statusIn(plan);
    assert.equal(status.slots[0]?.hostname, "{token}.example.org");
    assert.ok(
      status.addresses.every((row) => !("hostname" in row)),
      "the slot has it alone",
    );
    assert.ok(!JSON.stringify(status).includes(host().slice(0, 26)), "a name is a secret");
  });
});
