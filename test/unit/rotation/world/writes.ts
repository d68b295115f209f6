import assert from "node:assert/strict";
import { holdsLane } from "../../../../src/ledger/lane-use.ts";
import { isInMaking, publishedAddress } from "../../../../src/ledger/view.ts";
import { type Entry, type World, isWellNamed, look } from "./world.ts";

/** The operator was killed before its next write. */
export class Killed extends Error {}

/** The API server refused a write: somebody else was faster. */
export class Conflict extends Error {}

/** How many more writes a run of a controller may make before it is killed. */
export interface Life {
  left: number;
}

/** One write of a controller: the world is right before it and after it, or the test fails. */
export function write(world: World, life: Life, change: () => void): void {
  if (life.left-- <= 0) throw new Killed();
  const before = publishedSlots(world);
  change();
  world.writes++;
  checkWorld(world);
  if (world.fleet === undefined || world.fleet.deleting) return;
  const after = publishedSlots(world);
  for (const slot of before)
    assert.ok(after.includes(slot), `slot ${slot} lost its published address`);
}

/** Slots of the fleet that people have an address for. */
export function publishedSlots(world: World): number[] {
  const { live } = look(world);
  return Array.from({ length: live?.count ?? 0 }, (_, slot) => slot).filter(
    (slot) => publishedAddress(live?.addresses ?? [], slot) !== undefined,
  );
}

/** All that must be true at every moment, whatever happened. */
function checkWorld(world: World): void {
  const entries = [...world.entries.values()];
  for (const entry of entries) {
    assert.ok(isWellNamed(world, entry), `${entry.name} holds ${entry.address}`);
    if (entry.phase === "Quarantined")
      assert.ok(!world.services.has(entry.name), `${entry.name} is dark and has a Service`);
    if (entry.phase === "Serving" && entry.want !== "Quarantine") checkServing(world, entry);
  }
  for (const name of world.services.keys())
    assert.ok(world.entries.has(name), `a Service of ${name} is left behind`);
  const shown = [...world.services.values()].flatMap(({ ip }) => ip ?? []);
  assert.equal(new Set(shown).size, shown.length, "two Services show one address");
  checkFleet(world);
}

/**
 * What serves has its Service, and that its own address, but where the load balancer changed it.
 */
function checkServing({ services }: World, { name, address }: Entry): void {
  const service = services.get(name);
  assert.ok(service !== undefined, `${name} serves without its Service`);
  assert.ok(
    service.ip === address || service.ip?.startsWith("198.18.") === true,
    `${name} serves at ${service.ip}`,
  );
}

/** No address goes dark while the status publishes it, unless the fleet is deleted. */
function checkAnnounced({ fleet, entries }: World): void {
  for (const announced of fleet === undefined || fleet.deleting ? [] : fleet.announced) {
    const entry = [...entries.values()].find(
      ({ address, want }) => address === announced && want !== "Quarantine",
    );
    assert.ok(entry !== undefined, `${announced} is published, and dark`);
  }
}

function checkFleet(world: World): void {
  checkAnnounced(world);
  const addresses = look(world).live?.addresses ?? [];
  const lit = addresses.filter(holdsLane).map(({ lane }) => lane);
  assert.equal(new Set(lit).size, lit.length, "two entries share a lane");
  for (const slot of new Set(addresses.map(({ slot }) => slot))) {
    const own = addresses.filter((address) => address.slot === slot);
    assert.ok(
      own.filter(
        (address) => isInMaking(address) && world.entries.get(address.name)?.restored !== true,
      ).length <= 1,
      `slot ${slot} has two addresses in the making`,
    );
    const drains = own.filter(({ phase, want, retiredBecause }) => {
      const isDraining = phase === "Draining" || (phase === "Serving" && want === "Drain");
      return isDraining && want !== "Quarantine" && retiredBecause !== "SlotRemoved";
    });
    assert.ok(drains.length <= 2, `slot ${slot} has ${drains.length} addresses that drain`);
  }
}
