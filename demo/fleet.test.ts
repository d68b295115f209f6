import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { conditionOf, published, type Fleet } from "./fleet.ts";

type Status = NonNullable<Fleet["status"]>;

function fleet(status?: Status): Fleet {
  const spec = { listeners: { chat: { port: 443 }, media: { port: 587 } } };
  return status === undefined
    ? { metadata: { generation: 2 }, spec }
    : { metadata: { generation: 2 }, spec, status };
}

describe("published", () => {
  const cases: Record<string, { given: Status["addresses"]; expect: Record<number, string> }> = {
    "nothing is published before there is a status": { given: undefined, expect: {} },
    "an address in the making is not published": {
      given: [{ address: "203.0.113.1", slot: 0, phase: "Verifying" }],
      expect: {},
    },
    "a moving slot is at its serving address, not at the one that drains": {
      given: [
        { address: "203.0.113.2", slot: 0, phase: "Serving" },
        { address: "203.0.113.1", slot: 0, phase: "Draining" },
        { address: "203.0.113.3", slot: 1, phase: "Serving" },
      ],
      expect: { 0: "203.0.113.2", 1: "203.0.113.3" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const addresses = published(fleet(given === undefined ? undefined : { addresses: given }));
      assert.deepEqual(
        Object.fromEntries([...addresses].map(([slot, { host }]) => [slot, host])),
        expect,
      );
    });

  test("the ports are those of the listeners", () => {
    const addresses = published(
      fleet({ addresses: [{ address: "203.0.113.1", slot: 0, phase: "Serving" }] }),
    );
    assert.deepEqual(addresses.get(0), { host: "203.0.113.1", chat: 443, media: 587 });
  });
});

describe("conditionOf", () => {
  const ready = [{ type: "Ready", status: "True", message: "all 2 slots have a verified address" }];
  const cases: Record<
    string,
    { given: Status | undefined; expect: ReturnType<typeof conditionOf> }
  > = {
    "no status yet": {
      given: undefined,
      expect: { isTrue: false, message: "the operator has not looked at the fleet yet" },
    },
    "a condition of an older generation does not count": {
      given: { observedGeneration: 1, conditions: ready },
      expect: { isTrue: false, message: "the operator has not looked at the fleet yet" },
    },
    "a missing condition is not true": {
      given: { observedGeneration: 2, conditions: [] },
      expect: { isTrue: false, message: "condition Ready is not there yet" },
    },
    "a true condition comes with its message": {
      given: { observedGeneration: 2, conditions: ready },
      expect: { isTrue: true, message: "all 2 slots have a verified address" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(conditionOf(fleet(given), "Ready"), expect));
});
