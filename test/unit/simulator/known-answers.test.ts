import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { usualMeasurers } from "../../../src/simulator/measurers/setup.ts";
import { defaults, variants } from "../../../src/simulator/policies/ours.ts";
import { policyNamed } from "../../../src/simulator/policies/all.ts";
import { byHand, fixed, timer } from "../../../src/simulator/policies/rivals.ts";
import { builtInProfile } from "../../../src/simulator/profiles/built-in.ts";
import { play } from "../../../src/simulator/run.ts";
import { hours, minutes } from "../../../src/values/time.ts";
import { prompt, setup } from "./setup.ts";

const blocksOnly = policyNamed("blocks-only");

describe("a world without a censor", () => {
  test("moves by age only, and reaches all who open links", async () => {
    const figures = await play(setup({ profile: prompt(builtInProfile("quiet")) }));
    assert.equal(figures.moves.blocked, 0);
    // Four slots, four days, maxAge 48h with a jitter of 20 %: one move each, or two.
    assert.ok(figures.moves.age >= 4 && figures.moves.age <= 8, String(figures.moves.age));
    assert.ok(figures.reachable > 0.99, String(figures.reachable));
    assert.equal(figures.burnt, 0);
  });

  test("moves nobody where moves by age are off", async () => {
    const figures = await play(setup({ policy: blocksOnly }));
    assert.deepEqual(figures.moves, { age: 0, blocked: 0, other: 0 });
    assert.equal(figures.reachable, 1);
  });
});

test("a censor who knows all leaves nobody", async () => {
  const profile = prompt(builtInProfile("omniscient"));
  const ours = await play(setup({ profile, days: 1 }));
  const theirs = await play(setup({ profile, days: 1, policy: fixed }));
  assert.ok(ours.reachable < 0.2, String(ours.reachable));
  assert.ok(theirs.reachable < 0.1, String(theirs.reachable));
});

test("two runs of a seed are equal to the last digit, and another seed is another run", async () => {
  const profile = builtInProfile("scans");
  const [one, same, other] = [
    await play(setup({ profile })),
    await play(setup({ profile })),
    await play(setup({ profile, seed: 2 })),
  ];
  assert.equal(JSON.stringify(one), JSON.stringify(same));
  assert.notEqual(JSON.stringify(one), JSON.stringify(other));
});

describe("outages move nobody", () => {
  for (const name of ["outage-74m", "outage-3d"])
    test(name, async () => {
      const quiet = { ...builtInProfile(name), finders: {} };
      const figures = await play(setup({ profile: quiet, days: 5, policy: blocksOnly }));
      assert.equal(figures.movesInOutage, 0);
      assert.equal(figures.falseMoves, 0);
      assert.equal(figures.moves.blocked, 0);
    });
});

describe("a planted wrong rule is seen in the figures", () => {
  const blind = usualMeasurers.map((one) =>
    one.role === "Probe"
      ? { ...one, faults: { isBlind: true as const, speaksInOutage: true as const } }
      : one,
  );
  const outage = {
    ...builtInProfile("quiet"),
    spells: [{ kind: "outage", after: hours(30), lasts: minutes(25), source: "a test" } as const],
  };
  const withRule = (outagePercent: number) => ({
    ...defaults,
    fleet: { rotation: { maxAge: "0s" }, reachability: { outagePercent } },
  });

  test("moves during an outage", async () => {
    const common = { profile: outage, measurers: blind, days: 2 };
    const right = await play(setup({ ...common, policy: withRule(50) }));
    const wrong = await play(setup({ ...common, policy: withRule(100) }));
    assert.equal(right.movesInOutage, 0);
    assert.ok(wrong.movesInOutage > 0);
  });

  test("no jitter: all move together", async () => {
    const at = (jitterPercent: number) => ({
      ...defaults,
      fleet: { rotation: { jitterPercent, maxPerHourPercent: 100, maxAge: "24h" } },
    });
    const common = { profile: builtInProfile("quiet"), days: 2, groups: 6, addresses: 36 };
    const right = await play(setup({ ...common, policy: at(20) }));
    const wrong = await play(setup({ ...common, policy: at(0) }));
    assert.equal(wrong.busiestHour, 6);
    assert.ok(right.busiestHour < 6, String(right.busiestHour));
  });
});

describe("who measures may be wrong", () => {
  test("a lying vantage point alone moves nobody", async () => {
    const measurers = usualMeasurers.map((one) =>
      one.name === "agent-1" ? { ...one, faults: { lies: "blocked" as const } } : one,
    );
    const figures = await play(setup({ policy: blocksOnly, measurers }));
    assert.equal(figures.moves.blocked, 0);
  });

  test("two that lie together do", async () => {
    const measurers = usualMeasurers.map((one) =>
      one.role === "Probe" ? { ...one, faults: { lies: "blocked" as const } } : one,
    );
    const policy = {
      ...defaults,
      fleet: { rotation: { maxAge: "0s" }, reachability: { outagePercent: 100 } },
    };
    const figures = await play(setup({ policy, measurers }));
    assert.ok(figures.falseMoves > 0);
  });
});

describe("blocks are followed", () => {
  test("scans find addresses, and groups move to fresh ones", async () => {
    const profile = prompt(builtInProfile("scans"));
    const found = { ...profile, finders: { scans: { every: hours(24), recognises: 0.5 } } };
    const ours = await play(setup({ profile: found, policy: blocksOnly, addresses: 48 }));
    const theirs = await play(setup({ profile: found, policy: fixed, addresses: 48 }));
    assert.ok(ours.moves.blocked > 0);
    assert.equal(ours.falseMoves, 0);
    assert.ok(ours.reachable > theirs.reachable);
    assert.ok(ours.reconnect.median < minutes(24 * 60) / 60_000);
  });

  test("an allocator that gives the lowest free address gives burnt ones again", async () => {
    const profile = prompt(builtInProfile("informers"));
    const common = { profile, addresses: 48, days: 7 };
    const ours = await play(setup({ ...common, policy: blocksOnly }));
    const theirs = await play(setup({ ...common, policy: byHand }));
    assert.ok(ours.reachable > theirs.reachable);
  });

  test("a timer that ends the old address at once cuts people off", async () => {
    const quiet = builtInProfile("quiet");
    const figures = await play(setup({ profile: quiet, policy: timer }));
    assert.equal(figures.burnt, 0);
    assert.ok(figures.reachable < 0.95, String(figures.reachable));
  });

  test("addresses in one network end together", async () => {
    const profile = prompt(builtInProfile("networks"));
    const oneNetwork = variants.find(({ name }) => name === "one-network");
    assert.ok(oneNetwork !== undefined);
    const common = { profile, addresses: 48, days: 7 };
    const spread = await play(setup({ ...common, policy: defaults }));
    const single = await play(setup({ ...common, policy: oneNetwork }));
    assert.ok(single.reachable < spread.reachable);
  });
});
