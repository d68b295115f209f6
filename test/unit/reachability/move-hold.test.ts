import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type HeldCountry,
  moveHold,
  releasedIn,
  waitingIn,
} from "../../../src/reachability/move-hold.ts";
import type { FleetAddresses } from "../../../src/reachability/targets.ts";
import { at, noon } from "./build.ts";
import { address, fleet } from "./stage.ts";

const outage = { kind: "ControlsFail", because: "the controls fail", until: at(60) } as const;
const protocol = { kind: "NoTlsPasses", addresses: [], because: "TLS is blocked" } as const;
const slot = (id: string) => ({ id, fleet: id, since: at(-900), offeredAt: undefined });

function country(given: Partial<HeldCountry> = {}): HeldCountry {
  return {
    country: "IR",
    findings: { outage: undefined, protocol: undefined },
    state: { phase: "Released", endedAt: at(-60) },
    waiting: [],
    released: [],
    now: noon,
    ...given,
  };
}

describe("what holds the blocked slots of a country", () => {
  test("is nothing where nobody waits, or each may go", () => {
    assert.equal(moveHold(country()), undefined);
    assert.equal(moveHold(country({ waiting: [slot("a")] })), undefined);
  });

  test("is an outage, which lets nobody go", () => {
    const state = { phase: "Holding", since: noon, outage } as const;
    assert.deepEqual(moveHold(country({ state, waiting: [slot("a")] })), {
      country: "IR",
      why: { kind: "Outage", outage: "ControlsFail" },
      because: "the controls fail",
      until: at(60),
      mayGo: new Set(),
    });
  });

  test("is a block of the protocol, which explains more than an outage", () => {
    const state = { phase: "Holding", since: noon, outage } as const;
    const hold = moveHold(country({ findings: { outage, protocol }, state }));
    assert.deepEqual(hold?.why, { kind: "Protocol", protocol: "NoTlsPasses" });
    assert.equal(hold?.because, "TLS is blocked");
  });

  test("is that others begin to fail too, for a minute of each slot", () => {
    const since = (id: string, s: number) => ({ ...slot(id), since: at(s) });
    const findings = { outage: undefined, protocol: undefined, spreading: true } as const;
    const state = { phase: "Released", endedAt: at(-9000) } as const;
    const waiting = [since("a", -61), since("b", -60), since("c", -59), since("d", -1)];
    const hold = moveHold(country({ findings, state, waiting }));
    assert.deepEqual(hold?.why, { kind: "Spreading" });
    assert.deepEqual(hold?.mayGo, new Set(["a", "b"]));
    assert.equal(hold?.until, at(1));
    assert.equal(moveHold(country({ findings, state, waiting: waiting.slice(0, 2) })), undefined);
  });

  test("is an outage that is over: one goes ahead, and the others wait", () => {
    const hold = moveHold(country({ waiting: [slot("a"), slot("b")] }));
    assert.deepEqual(hold?.why, { kind: "AfterOutage" });
    assert.deepEqual(hold?.mayGo, new Set(["a"]));
  });
});

describe("a slot waits for a move because of a block in a country", () => {
  const blocked = address("203.0.113.9", { verdicts: { IR: "Blocked" } });
  const portBlocked = address("203.0.113.9", {
    status: {
      reachability: [
        { country: "IR", verdict: "Blocked", kind: "Port", since: "2026-11-23T10:00:00Z" },
      ],
    },
  });
  const cases: Record<string, { given: FleetAddresses; waits: boolean }> = {
    "whose address is blocked there": { given: fleet([blocked]), waits: true },
    "not one that is only suspected to be": {
      given: fleet([address("203.0.113.9", { verdicts: { IR: "Suspected" } })]),
      waits: false,
    },
    "not one that is blocked elsewhere": {
      given: fleet([address("203.0.113.9", { verdicts: { TR: "Blocked" } })]),
      waits: false,
    },
    "not one of a fleet for another country": {
      given: fleet([blocked], { audience: { countries: ["TR"] } }),
      waits: false,
    },
    "one of a fleet for everybody": {
      given: fleet([blocked], { audience: { countries: [] } }),
      waits: true,
    },
    "not one whose fresh address is being prepared": {
      given: fleet([blocked, address("203.0.113.10", { phase: "Provisioning" })]),
      waits: false,
    },
    "not one of a paused fleet: it would let its turn pass": {
      given: fleet([blocked], { paused: true }),
      waits: false,
    },
    "not one of a fleet that does not move for blocks": {
      given: fleet([blocked], { rotation: { onBlocked: false } }),
      waits: false,
    },
    "one whose port is blocked": { given: fleet([portBlocked]), waits: true },
    "not one whose port is blocked, of a fleet that does not move for that": {
      given: fleet([portBlocked], { rotation: { onPortBlocked: false } }),
      waits: false,
    },
  };
  for (const [name, { given, waits }] of Object.entries(cases))
    test(name, () => assert.equal(waitingIn("IR", [given]).length, waits ? 1 : 0));
});

test("what became of fresh addresses: those that were taken because of a block since then", () => {
  const claimed = (creationTimestamp: string) => ({
    metadata: { creationTimestamp },
    spec: { cause: "Blocked" },
  });
  const later = claimed("2026-11-23T11:59:00Z");
  const addresses = [
    address("203.0.113.1", { ...later, verdicts: { IR: "Reachable" } }),
    address("203.0.113.2", { ...later, verdicts: { IR: "Suspected" } }),
    address("203.0.113.3", { ...later, verdicts: { IR: "Unknown" } }),
    address("203.0.113.4", { ...later, spec: { cause: "Age" }, verdicts: { IR: "Reachable" } }),
    address("203.0.113.5", { ...claimed("2026-11-23T11:57:59Z"), verdicts: { IR: "Reachable" } }),
  ];
  const fresh = (after: number) =>
    releasedIn("IR", [fleet(addresses)], at(after)).map((one) => one.fresh);
  assert.deepEqual(fresh(-61), ["Reached", "Failing", "Untested"]);
  assert.deepEqual(fresh(-1), ["Reached", "Failing", "Untested"], "by a clock that is behind");
  assert.deepEqual(fresh(0), []);
});
