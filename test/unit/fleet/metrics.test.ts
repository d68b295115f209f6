import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  blockedSamples,
  claimSamples,
  conditionSamples,
  cutOffSamples,
} from "../../../src/fleet/io/metrics.ts";
import { type AddressView, viewOfEntry } from "../../../src/ledger/view.ts";
import { instant } from "../../../src/values/time.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { entryObject } from "../../objects/ledger-entry.ts";

const since = "2026-11-24T08:00:00Z";
const withStatus = (status: object, spec: Record<string, unknown> = {}): CustomObject =>
  fleetObject({ namespace: "default", spec, status });
const row = (slot: number, phase: string, blockedIn?: readonly string[]) => ({
  address: `203.0.113.${slot}${phase === "Draining" ? 9 : ""}`,
  slot,
  phase,
  since,
  ...(blockedIn === undefined ? {} : { blockedIn }),
});

test("each condition of a fleet has a sample for each status, of which one is 1", () => {
  const condition = {
    type: "Ready",
    status: "False",
    reason: "NoPod",
    message: "",
    lastTransitionTime: since,
  };
  assert.deepEqual(conditionSamples(withStatus({ conditions: [condition] })), [
    [{ namespace: "default", fleet: "family", type: "Ready", status: "True" }, 0],
    [{ namespace: "default", fleet: "family", type: "Ready", status: "False" }, 1],
    [{ namespace: "default", fleet: "family", type: "Ready", status: "Unknown" }, 0],
  ]);
});

test("a fleet that can't be read has no samples", () => {
  const status = { addresses: [row(0, "Serving", ["IR"])] };
  const malformed = withStatus(status, { replicas: "many" });
  assert.deepEqual(
    [...conditionSamples(malformed), ...blockedSamples(malformed), ...cutOffSamples(malformed)],
    [],
  );
});

describe("a fleet has a group that is cut off and can't move", () => {
  const cutOff = (status: string, reason: string) => {
    const condition = { type: "Reachable", status, reason, message: "", lastTransitionTime: since };
    return cutOffSamples(withStatus({ conditions: [condition] }));
  };
  const family = { namespace: "default", fleet: "family" };

  test("where the status says so", () =>
    assert.deepEqual(cutOff("False", "AddressBlocked"), [[family, 1]]));
  test("not while it moves", () => assert.deepEqual(cutOff("False", "Moving"), [[family, 0]]));
  test("not where all are reached, as far as is known", () =>
    assert.deepEqual(cutOff("True", "NotMeasured"), [[family, 0]]));
  test("is not known of a fleet that nobody has looked at", () =>
    assert.deepEqual(cutOffSamples(withStatus({})), []));
});

describe("a slot counts as blocked", () => {
  const blocked = (status: object, spec?: Record<string, unknown>) =>
    blockedSamples(withStatus(status, spec)).map(([{ slot }, value]) => `${slot}:${value}`);
  const iran = { audience: { countries: ["IR"] } };

  test("where its published address is blocked in a country of the audience", () =>
    assert.deepEqual(blocked({ addresses: [row(0, "Serving", ["IR"]), row(1, "Serving")] }, iran), [
      "0:1",
      "1:0",
    ]));
  test("not where it is blocked in another country", () =>
    assert.deepEqual(blocked({ addresses: [row(0, "Serving", ["RU"])] }, iran), ["0:0"]));
  test("in any country where the fleet is for everybody", () =>
    assert.deepEqual(blocked({ addresses: [row(0, "Serving", ["RU"])] }), ["0:1"]));
  test("not by an old address that drains", () =>
    assert.deepEqual(
      blocked({ addresses: [row(0, "Draining", ["IR"]), row(0, "Serving")] }, iran),
      ["0:0"],
    ));
});

describe("the oldest claim", () => {
  const now = instant(Date.parse("2026-11-24T08:10:00Z"));
  const entry = (name: string, createdAt: string, phase: string | undefined): AddressView => {
    const { view } = viewOfEntry(
      entryObject({
        name,
        metadata: { creationTimestamp: createdAt },
        spec: { claimRef: { namespace: "default", name: "family", uid: "u1", slot: 0 } },
        status: phase === undefined ? {} : { phase },
      }),
    );
    assert.ok(view);
    return view;
  };
  const [old, young] = ["2026-11-24T08:00:00Z", "2026-11-24T08:09:00Z"];
  const family = { namespace: "default", fleet: "family" };

  test("is counted in seconds", () =>
    assert.deepEqual(
      claimSamples(
        [entry("ip-203-0-113-9", young, undefined), entry("ip-203-0-113-10", old, "Verifying")],
        now,
      ),
      [[family, 600]],
    ));
  test("is none of the addresses that serve", () =>
    assert.deepEqual(
      claimSamples(
        [entry("ip-203-0-113-9", old, "Serving"), entry("ip-203-0-113-10", young, "Provisioning")],
        now,
      ),
      [[family, 60]],
    ));
  test("is missing where nothing is in the making", () =>
    assert.deepEqual(claimSamples([entry("ip-203-0-113-9", old, "Serving")], now), []));
  test("is never younger than nothing, whatever the clocks say", () =>
    assert.deepEqual(
      claimSamples([entry("ip-203-0-113-9", "2026-11-24T09:00:00Z", undefined)], now),
      [[family, 0]],
    ));
});
