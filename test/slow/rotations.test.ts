import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../src/values/time.ts";
import { rules, seeded } from "../unit/rotation/build.ts";
import { pass } from "../unit/rotation/world/history.ts";
import { type World, emptyWorld } from "../unit/rotation/world/world.ts";
import { Conflict, publishedSlots } from "../unit/rotation/world/writes.ts";

const wanted = 10_000;

/** Two writes to one entry in one run conflict, as on the API server; the next run goes on. */
function passOrConflict(world: World): void {
  try {
    pass(world, 20);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
}

// They come by age, by hand and because of blocks.
test(`${wanted} rotations in a row break no invariant and leave nothing behind`, (t) => {
  const world = emptyWorld(7, "roomy");
  const { fleet } = world;
  assert.ok(fleet !== undefined);
  Object.assign(fleet, {
    count: 4,
    maxConcurrent: 2,
    rotation: rules({ maxAge: seconds(300), jitterPercent: 30, maxPerHourPercent: 60 }),
  });
  const random = seeded(11);
  const seen = new Set<string>();
  const claimed = { Age: 0, Blocked: 0, Requested: 0, NewSlot: 0 };
  for (let round = 0; claimed.Age + claimed.Blocked + claimed.Requested < wanted; round++) {
    passOrConflict(world);
    for (const { name, createdAt, cause } of world.entries.values()) {
      const claim = `${name} ${createdAt}`;
      if (!seen.has(claim)) claimed[cause]++;
      seen.add(claim);
    }
    if (random() < 0.1) fleet.rotateAt = `request ${round}`;
    const published = [...world.entries.values()].filter(
      ({ phase, want }) => phase === "Serving" && want === "Serve",
    );
    const unlucky = published[Math.floor(random() * published.length)];
    if (unlucky !== undefined && random() < 0.05)
      fleet.reportBlocked = `${unlucky.address} IR ${round}`;
    if (random() < 0.001) world.provider = world.provider === "works" ? "silent" : "works";
    if (world.provider === "silent" && random() < 0.1) world.provider = "works";
    assert.ok(round < 1_000_000, "rotations come too seldom");
  }
  assert.deepEqual(publishedSlots(world), [0, 1, 2, 3]);
  assert.ok(world.entries.size < 48, `${world.entries.size} entries are left`);
  assert.ok(
    claimed.Age > 100 && claimed.Blocked > 100 && claimed.Requested > 100,
    JSON.stringify(claimed),
  );
  t.diagnostic(`${JSON.stringify(claimed)}, ${world.writes} writes`);
});
