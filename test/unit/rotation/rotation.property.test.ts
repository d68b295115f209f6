import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { planRotation } from "../../../src/rotation/plan.ts";
import { hours, plus } from "../../../src/values/time.ts";
import { providers } from "../../../src/pool/providers.ts";
import { rules } from "./build.ts";
import { history, pass, play } from "./world/history.ts";
import { type World, emptyWorld, look } from "./world/world.ts";
import { publishedSlots } from "./world/writes.ts";

/** A failure prints the seed and the shortest history that fails. */
const run = { seed: 20_261_123, numRuns: 500 };

/**
 * Everything works again, nothing is asked any more, and hours go by until nobody has anything to
 * do.
 */
function settle(world: World): void {
  world.provider = "works";
  world.broken.clear();
  for (const entry of world.entries.values()) {
    entry.reachability = [];
    // A person mends the load balancer. What was published is replaced meanwhile: nobody waits for
    // that.
    const service = entry.phase === "Serving" ? undefined : world.services.get(entry.name);
    if (service !== undefined && entry.address !== "" && service.ip !== entry.address)
      service.ip = undefined;
  }
  if (world.fleet !== undefined)
    Object.assign(world.fleet, { paused: false, rotation: rules(), reportBlocked: undefined });
  for (let later = 0; later < 3; later++) {
    untilIdle(world);
    world.now = plus(world.now, hours(2));
  }
  untilIdle(world);
}

function untilIdle(world: World): void {
  for (let idle = 0, rounds = 0; idle < 20; rounds++) {
    assert.ok(rounds < 5_000, "the fleet never settles");
    const before = world.writes;
    pass(world, 10);
    idle = world.writes === before ? idle + 1 : 0;
  }
}

describe("whatever happens, in any order, with the operator killed between any two writes", () => {
  const rows = [...providers].map(([name, capability]) => ["roomy", name, capability] as const);
  const tight = [...providers].flatMap(([name, capability]) =>
    name === "MetalLB" ? [["tight", name, capability] as const] : [],
  );
  for (const [size, name, capability] of [...rows, ...tight]) {
    // No slot loses its address, none is held twice, and budgets hold.
    test(`with a ${size} pool of ${name} every invariant holds, and all that was asked is done once`, () =>
      fc.assert(
        fc.property(fc.integer(), history, (seed, steps) => {
          const world = emptyWorld(seed, size, capability);
          play(world, steps);
          settle(world);
          checkSettled(world);
        }),
        run,
      ));
  }
});

function checkSettled(world: World): void {
  const { live } = look(world);
  if (live === undefined || live.deleting) {
    assert.equal(live, undefined, "the fleet's deletion ends");
    assert.equal(world.entries.size, 0, "every quarantine ends");
    assert.equal(world.services.size, 0);
    return;
  }
  assert.deepEqual(
    publishedSlots(world),
    Array.from({ length: live.count }, (_, slot) => slot),
  );
  assert.equal(live.lastHandledRotateAt, live.rotateAt, "the last request is answered");
  assert.equal(world.entries.size, live.count, "nothing is left but what serves");
  for (const { name, address } of live.addresses)
    assert.equal(
      world.services.get(name)?.ip,
      address,
      `${address} is published, and its load balancer leads elsewhere`,
    );
  const { claims, retirements, shortages } = planRotation(live, {
    bank: 4 * live.count,
    now: world.now,
    random: world.random,
  });
  assert.deepEqual(
    { claims, retirements, shortages },
    { claims: [], retirements: [], shortages: [] },
  );
}
