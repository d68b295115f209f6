import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Finding, conditionsFrom } from "../../../src/api/findings.ts";
import {
  blocked,
  draining,
  entry,
  fleet,
  noon,
  pool,
  answered,
  at,
} from "../../unit/rotation/build.ts";
import {
  type GivenFleet,
  reconcilingSince,
  served,
  statusOf,
} from "../../unit/fleet/status-view.ts";
import { type FleetObject, fleetObject } from "../../objects/fleet.ts";
import { ledgerEntry, pool as poolManifest, vantagePoint } from "../samples.ts";
import { changesBy, enabledActions, healthOf, withoutArgoCd } from "./argocd.ts";

const options = { skip: withoutArgoCd ?? false, concurrency: 2 };

/** A fleet as the API server has it, with the status that the operator writes of generation 3. */
function live(given: GivenFleet = {}, generation = 3): FleetObject {
  const spec = {
    addresses: { count: given.fleet?.count ?? 1 },
    paused: given.fleet?.paused ?? false,
  };
  return fleetObject({ metadata: { generation }, spec, status: statusOf(given) });
}

const unborn = { ...live(), status: undefined };
const creating = reconcilingSince(-30, "Creating");
const changing = reconcilingSince(-30, "Updating");
const oneOfTwo = fleet({ count: 2, addresses: [served] });
const noneIsFree = fleet({
  count: 2,
  addresses: [served],
  pools: [pool({ ranges: ["203.0.113.9-203.0.113.9"] })],
});
const justBlocked = { ...served, reachability: [blocked("IR", { since: at(-5) })] };
const cantStart = {
  reason: "ImagePullFailed",
  message: "pod p does not start: check spec.image",
} as const;

type Health = readonly [
  status: "Healthy" | "Progressing" | "Degraded" | "Suspended",
  message: string,
];

function healths(
  cases: Readonly<Record<string, { readonly of: object; readonly is: Health }>>,
): void {
  for (const [name, { of, is }] of Object.entries(cases))
    test(name, async () => {
      const { status, message } = await healthOf(of);
      assert.equal(status, is[0], message);
      assert.ok(message.includes(is[1]), message);
    });
}

describe("the health of a fleet in Argo CD", options, () => {
  healths({
    "a fleet that the operator has not seen is Progressing": {
      of: unborn,
      is: ["Progressing", "not looked at this fleet yet"],
    },
    "a young fleet is Progressing until all its slots serve": {
      of: live({ fleet: oneOfTwo, before: creating }),
      is: ["Progressing", "1 of 2 slots have no address yet"],
    },
    "a young fleet whose pods are not ready is Progressing": {
      of: live({ fleet: fleet(), pods: { ready: 0 }, before: creating }),
      is: ["Progressing", "none of 2 pods is ready yet"],
    },
    "a young fleet that serves is Healthy": {
      of: live({ before: creating }),
      is: ["Healthy", "1/1 slots serve"],
    },
    "a young fleet for which no address is left is Degraded: waiting gives it none": {
      of: live({ fleet: noneIsFree, before: creating }),
      is: ["Degraded", "1 of 2 slots have no address yet"],
    },
    "a young fleet whose pods can't start is Degraded": {
      of: live({ pods: { ready: 0, problem: cantStart }, before: creating }),
      is: ["Degraded", "check spec.image"],
    },
    "a young fleet that takes too long is Degraded": {
      of: live({ fleet: oneOfTwo, before: reconcilingSince(-700, "Creating") }),
      is: ["Degraded", "1 of 2 slots have no address yet"],
    },
    "a fleet that serves is Healthy": { of: live(), is: ["Healthy", "1/1 slots serve"] },
    "a rotating fleet stays Healthy": {
      of: live({
        fleet: fleet({
          rotateAt: "now",
          addresses: [served, entry("203.0.113.7", { phase: "Verifying", requestedAt: "now" })],
        }),
      }),
      is: ["Healthy", "1/1 slots serve"],
    },
    "a draining fleet stays Healthy": {
      of: live({ fleet: fleet({ addresses: [served, draining("203.0.113.7")] }) }),
      is: ["Healthy", "1/1 slots serve"],
    },
    "a blocked fleet stays Healthy: the operator moves it": {
      of: live({ fleet: fleet({ addresses: [justBlocked] }) }),
      is: ["Healthy", "1/1 slots serve; 1 of 1 slots are cut off. slot 0: 203.0.113.9 is blocked"],
    },
    "a fleet whose blocked group moves stays Healthy": {
      of: live({
        fleet: fleet({
          addresses: [justBlocked, entry("203.0.113.7", { lane: 1, phase: "Verifying" })],
        }),
      }),
      is: ["Healthy", "203.0.113.7 is being prepared for it"],
    },
    "a fleet whose blocked group can't move is Degraded, and says why": {
      of: live({ fleet: fleet({ addresses: [justBlocked], pools: [pool({ ranges: [] })] }) }),
      is: ["Degraded", "slot 0 should move and can't: pool pool-a has no free address"],
    },
    "a fleet whose blocked group has moved for long is Degraded": {
      of: live({
        fleet: fleet({
          addresses: [
            { ...served, reachability: [blocked("IR")] },
            entry("203.0.113.7", { lane: 1, phase: "Verifying" }),
          ],
        }),
      }),
      is: ["Degraded", "203.0.113.7 is being prepared for it"],
    },
    "a paused fleet whose group is blocked is Degraded: that is more urgent": {
      of: live({ fleet: fleet({ paused: true, addresses: [justBlocked] }) }),
      is: ["Degraded", "it does not move while spec.paused is true"],
    },
    "a fleet whose pods are replaced stays Healthy": {
      of: live({ pods: { isRolledOut: false }, before: changing }),
      is: ["Healthy", "1/1 slots serve"],
    },
    "a fleet stays as it was until the operator has looked at a new spec": {
      of: live({}, 4),
      is: ["Healthy", "1/1 slots serve; the operator has not looked at the newest spec yet"],
    },
    "a fleet that serves, though something else is stuck, is Healthy and tells of it": {
      of: live({ reports: [answered(), answered("p-2", { refused: "unknown keyword 'x'" })] }),
      is: ["Healthy", "unknown keyword 'x'"],
    },
    "a fleet with fewer slots than wanted is Degraded, also while its spec changes": {
      of: live({ fleet: oneOfTwo, before: changing }),
      is: ["Degraded", "1 of 2 slots have no address yet"],
    },
    "a fleet without a ready pod is Degraded": {
      of: live({ pods: { ready: 0 } }),
      is: ["Degraded", "none of 2 pods is ready yet"],
    },
    "a fleet whose address was taken away by its load balancer is Degraded": {
      of: live({
        fleet: fleet({
          addresses: [entry("203.0.113.9", { lost: { since: at(-5), balancerHas: "another" } })],
        }),
      }),
      is: ["Degraded", "its load balancer has another address now"],
    },
    "a fleet stays Degraded until the operator has looked at a new spec": {
      of: live({ fleet: oneOfTwo }, 4),
      is: ["Degraded", "the operator has not looked at the newest spec yet"],
    },
    "a paused fleet is Suspended": {
      of: live({ fleet: fleet({ paused: true, addresses: [served] }) }),
      is: ["Suspended", "1/1 slots serve; paused: no slot moves"],
    },
    "a paused fleet with fewer slots than wanted is Degraded: that is more urgent": {
      of: live({ fleet: { ...oneOfTwo, paused: true } }),
      is: ["Degraded", "1 of 2 slots have no address yet"],
    },
  });
});

function conditions(
  type: "Ready" | "Verified" | "Working",
  finding: NonNullable<Parameters<typeof conditionsFrom>[0]["Ready"]>,
): object {
  return {
    conditions: conditionsFrom({ [type]: finding }, { before: [], generation: 1, now: noon }),
  };
}

describe("the health of a pool in Argo CD", options, () => {
  const is = (status: object) => ({ ...poolManifest(), status });
  healths({
    "a pool that the operator has not seen is Progressing": {
      of: poolManifest(),
      is: ["Progressing", "not looked at this pool yet"],
    },
    "a pool that fleets may claim from is Healthy": {
      of: is(
        conditions("Ready", { status: "True", reason: "Usable", message: "fleets may claim" }),
      ),
      is: ["Healthy", "fleets may claim"],
    },
    "a pool with a mistake is Degraded": {
      of: is(
        conditions("Ready", { status: "False", reason: "TooManyAddresses", message: "split it" }),
      ),
      is: ["Degraded", "split it"],
    },
  });
});

describe("the health of a vantage point in Argo CD", options, () => {
  const is = (status: Finding["status"], reason: Finding["reason"]) => ({
    ...vantagePoint(),
    status: conditions("Working", { status, reason, message: "in words" }),
  });
  healths({
    "one that the operator has not seen is Progressing": {
      of: vantagePoint(),
      is: ["Progressing", "not looked at this vantage point yet"],
    },
    "one that measures is Healthy": { of: is("True", "Measures"), is: ["Healthy", "in words"] },
    "one whose service has no probe there is Healthy: nothing is broken": {
      of: is("Unknown", "NoProbes"),
      is: ["Healthy", "in words"],
    },
    "one whose service fails is Degraded": {
      of: is("False", "ServiceFails"),
      is: ["Degraded", "in words"],
    },
  });
});

describe("the health of a ledger entry in Argo CD", options, () => {
  const is = (want: string, phase: string, verified: object) => ({
    ...ledgerEntry({ want }),
    status: { phase, ...verified },
  });
  healths({
    "an entry that the operator has not seen is Progressing": {
      of: ledgerEntry(),
      is: ["Progressing", "not looked at this address yet"],
    },
    "an address that is tried is Progressing": {
      of: is(
        "Serve",
        "Verifying",
        conditions("Verified", { status: "False", reason: "PodsLag", message: "pods lag" }),
      ),
      is: ["Progressing", "pods lag"],
    },
    "an address that never worked is Degraded": {
      of: is(
        "Serve",
        "Verifying",
        conditions("Verified", { status: "False", reason: "Unusable", message: "does not work" }),
      ),
      is: ["Degraded", "does not work"],
    },
    "an address that serves is Healthy": {
      of: is(
        "Serve",
        "Serving",
        conditions("Verified", { status: "True", reason: "Verified", message: "answers" }),
      ),
      is: ["Healthy", "answers"],
    },
    "an address that its load balancer lost is Degraded": {
      of: is(
        "Serve",
        "Serving",
        conditions("Verified", { status: "False", reason: "AddressLost", message: "is gone" }),
      ),
      is: ["Degraded", "is gone"],
    },
    "an address that drains is Healthy": {
      of: is(
        "Drain",
        "Draining",
        conditions("Verified", { status: "True", reason: "Draining", message: "still serves" }),
      ),
      is: ["Healthy", "still serves"],
    },
    "an address that rests is Healthy": {
      of: is(
        "Quarantine",
        "Quarantined",
        conditions("Verified", {
          status: "False",
          reason: "Retired",
          message: "is no longer used",
        }),
      ),
      is: ["Healthy", "is no longer used"],
    },
  });
});

describe("the health of an Application in an app of apps", options, () => {
  const is = (health?: object) => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "a" },
    status: { health },
  });
  healths({
    "one that was not compared yet is Progressing": { of: is(), is: ["Progressing", ""] },
    "one that makes progress does so": {
      of: is({ status: "Progressing" }),
      is: ["Progressing", ""],
    },
    "a broken one is Degraded": { of: is({ status: "Degraded" }), is: ["Degraded", ""] },
    "one with a paused fleet is Healthy, so that the waves go on": {
      of: is({ status: "Suspended" }),
      is: ["Healthy", "paused"],
    },
  });
});

describe("the health of a kind that is being installed", options, () => {
  const condition = (type: string, status: string, message = "") => ({ type, status, message });
  const is = (...conditions: readonly object[]) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.org" },
    status: { conditions },
  });
  const accepted = condition("NamesAccepted", "True");
  healths({
    "one that the API server has not looked at holds up nothing": {
      of: is(),
      is: ["Healthy", "in a moment"],
    },
    "one that is accepted, and not served yet, holds up nothing": {
      of: is(accepted, condition("Established", "False")),
      is: ["Healthy", "in a moment"],
    },
    "one that is served is Healthy": {
      of: is(accepted, condition("Established", "True")),
      is: ["Healthy", "serves it"],
    },
    "one whose names another kind has is Degraded": {
      of: is(condition("NamesAccepted", "False", "widgets is taken")),
      is: ["Degraded", "widgets is taken"],
    },
    "one whose schema is not structural is Degraded": {
      of: is(condition("NonStructuralSchema", "True", "spec is bad"), accepted),
      is: ["Degraded", "spec is bad"],
    },
  });
});

describe("an action on a fleet in Argo CD", options, () => {
  const paused = live({ fleet: fleet({ paused: true, addresses: [served] }) });

  test("rotate asks for a fresh address for every slot", async () => {
    const [metadata, annotation, ...more] = await changesBy("rotate", live());
    assert.deepEqual([metadata, more], ["+ annotations:", []]);
    assert.match(annotation!, /^\+ proxyfleet\.dev\/rotate-at: "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"$/);
  });
  test("rotate leaves other annotations, and asks anew where it was asked before", async () => {
    const { metadata, ...rest } = live();
    const annotations = { "example.org/team": "a", "proxyfleet.dev/rotate-at": "monday" };
    const changes = await changesBy("rotate", { ...rest, metadata: { ...metadata, annotations } });
    assert.equal(changes.length, 2, changes.join("\n"));
    assert.equal(changes[0], "- proxyfleet.dev/rotate-at: monday");
  });
  test("pause stops rotations", async () =>
    assert.deepEqual(await changesBy("pause", live()), ["- paused: false", "+ paused: true"]));
  test("pause works where the spec says nothing of it", async () =>
    assert.deepEqual(await changesBy("pause", { ...live(), spec: { addresses: {} } }), [
      "+ paused: true",
    ]));
  test("resume ends a pause", async () =>
    assert.deepEqual(await changesBy("resume", paused), ["- paused: true", "+ paused: false"]));
  test("a fleet that moves offers rotate and pause", async () =>
    assert.deepEqual(await enabledActions(live()), ["pause", "rotate"]));
  test("a paused fleet offers resume only", async () =>
    assert.deepEqual(await enabledActions(paused), ["resume"]));
});
