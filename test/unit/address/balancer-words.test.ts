import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type BalancerWarnings,
  type BalancerWords,
  balancerWords,
} from "../../../src/address/balancer-words.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { serviceObject } from "../../objects/service.ts";
import { noon } from "../rotation/build.ts";

const service = serviceObject({ metadata: { uid: "s1" } });
const inUse = { reason: "AllocationFailed", message: "address also in use by default/other" };
const syncing = { reason: "SyncLoadBalancerFailed", message: "rate exceeded" };

const heard = (...warnings: BalancerWarnings["warnings"]): BalancerWarnings => ({
  uid: "s1",
  warnings,
  at: noon,
});

function answered(status: "True" | "False", type = "cilium.io/IPAMRequestSatisfied"): Service {
  const [message, reason] = ["The IP is already allocated", "already_allocated"];
  const condition = { type, status, reason, message, lastTransitionTime: new Date(noon) };
  return serviceObject({ metadata: { uid: "s1" }, status: { conditions: [condition] } });
}

describe("what a load balancer says of a Service", () => {
  const cases: Record<
    string,
    { given?: Service; known?: BalancerWarnings; expect: BalancerWords | undefined }
  > = {
    "is nothing before it was asked": { expect: undefined },
    "is nothing where it gave no warning": { known: heard(), expect: undefined },
    "is no where MetalLB can't allocate the address": {
      known: heard(inUse),
      expect: { text: "AllocationFailed: address also in use by default/other", isNo: true },
    },
    "is no, whatever else was said since": {
      known: heard(syncing, inUse),
      expect: { text: "AllocationFailed: address also in use by default/other", isNo: true },
    },
    "is no no where a cloud's controller failed: that may pass": {
      known: heard(syncing),
      expect: { text: "SyncLoadBalancerFailed: rate exceeded", isNo: false },
    },
    "is not that MetalLB would rather read another annotation": {
      known: heard({ reason: "deprecatedAnnotation", message: "metallb.universe.tf" }, syncing),
      expect: { text: "SyncLoadBalancerFailed: rate exceeded", isNo: false },
    },
    "is its newest word": {
      known: heard({ ...syncing, message: "quota" }, syncing),
      expect: { text: "SyncLoadBalancerFailed: quota", isNo: false },
    },
    "is nothing of what was said of another Service of that name": {
      known: { ...heard(inUse), uid: "s0" },
      expect: undefined,
    },
    "is no where Cilium's condition says so, without an Event": {
      given: answered("False"),
      known: heard(syncing),
      expect: { text: "The IP is already allocated", isNo: true },
    },
    "is no where the condition of an older Cilium says so": {
      given: answered("False", "io.cilium/lb-ipam-request-satisfied"),
      expect: { text: "The IP is already allocated", isNo: true },
    },
    "is nothing where Cilium is satisfied": { given: answered("True"), expect: undefined },
    "is nothing where somebody else's condition is False": {
      given: answered("False", "example.org/Ready"),
      expect: undefined,
    },
    "is in one line": {
      known: heard({ ...syncing, message: "first\n  second " }),
      expect: { text: "SyncLoadBalancerFailed: first second", isNo: false },
    },
    "leaves out the id of a request, which is another one each time": {
      known: heard({ ...syncing, message: "id: 0d6c7f5e-2f0f-4f1c-9a55-0d3c8f3a9f11, denied" }),
      expect: { text: "SyncLoadBalancerFailed: id: …, denied", isNo: false },
    },
  };
  for (const [name, { given = service, known, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(balancerWords(given, known), expect));

  test("is cut where it is long", () => {
    const said = balancerWords(service, heard({ ...inUse, message: "x".repeat(1_000) }));
    assert.equal(said?.text.length, 400);
    assert.ok(said?.text.endsWith("x…"));
  });

  test("is nothing where there is no Service", () =>
    assert.equal(balancerWords(undefined, heard(inUse)), undefined));
});
