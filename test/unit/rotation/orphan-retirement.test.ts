import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AddressView } from "../../../src/ledger/view.ts";
import { type Retirement, orphanRetirement } from "../../../src/rotation/retire.ts";
import { plus } from "../../../src/values/time.ts";
import { at, blocked, dark, draining, entry, hours, noon, pool } from "./build.ts";

const old = entry("203.0.113.9");

describe("an address whose fleet is gone", () => {
  const rest = (until: Retirement["until"], because: Retirement["because"] = "FleetDeleted") => ({
    kind: "quarantine" as const,
    name: old.name,
    because,
    until,
  });
  const brief = pool({
    quarantine: { blocked: hours(3), retired: hours(2), unusable: hours(1) },
  });
  const cases: Record<string, { of: AddressView; expect: Retirement | undefined }> = {
    "goes dark as long as its pool says": { of: old, expect: rest(plus(noon, hours(2))) },
    "goes dark in the middle of its drain": {
      of: draining("203.0.113.9"),
      expect: rest(plus(noon, hours(2))),
    },
    "rests as a blocked one where it was": {
      of: { ...old, reachability: [blocked("IR")] },
      expect: rest(plus(noon, hours(3)), "Blocked"),
    },
    "stays dark": { of: dark("203.0.113.9"), expect: undefined },
    "rests longer once it is found blocked, and never shorter than it was to": {
      of: dark("203.0.113.9", { reachability: [blocked("IR")] }),
      expect: rest(at(86_400), "Blocked"),
    },
    "is forgotten where it never had an address": {
      of: { ...old, address: undefined, phase: "Provisioning" },
      expect: rest(noon),
    },
  };
  for (const [name, { of, expect }] of Object.entries(cases))
    test(name, () => {
      const gone = { pools: [brief], isFleetGone: true, isHeld: false };
      assert.deepEqual(orphanRetirement(of, gone, noon), expect);
    });
});

describe("an address whose fleet is missing, and may come back", () => {
  const missing = { pools: [pool()], isFleetGone: false, isHeld: false };
  const serving = entry("203.0.113.9");
  const cases: Record<string, { of: AddressView; in?: object; ends: boolean }> = {
    "goes on serving: a restore brings the ledger before the fleets": { of: serving, ends: false },
    "goes on draining": { of: draining("203.0.113.9"), ends: false },
    "goes dark where a person deleted its entry": {
      of: { ...serving, deleting: true },
      ends: true,
    },
    "goes on serving, however long its fleet is gone, while a deletion is held": {
      of: serving,
      in: { isFleetGone: true, isHeld: true },
      ends: false,
    },
    "goes on serving while nobody knows who deleted its entry": {
      of: { ...serving, deleting: true },
      in: { isHeld: true },
      ends: false,
    },
    "rests longer once it is found blocked, whether its fleet comes back or not": {
      of: dark("203.0.113.9", { reachability: [blocked("IR")] }),
      ends: true,
    },
  };
  for (const [name, { of, in: given, ends }] of Object.entries(cases))
    test(name, () => {
      const step = orphanRetirement(of, { ...missing, ...given }, noon);
      assert.equal(step !== undefined, ends);
    });
});
