import assert from "node:assert/strict";
import type { TestFleet } from "./fleet.ts";
import { chat, media } from "./people.ts";

/**
 * What every way to install must bring about for a fleet of some slots: a first byte on both ports
 * of each address, and a move of slot 0 to a fresh address that leaves the others where they are.
 * @param text asks for the move: any text that was not used before
 */
export async function accept(fleet: TestFleet, text: string): Promise<void> {
  await fleet.ready();
  const before = await fleet.published();
  assert.ok(before.size > 1);
  for (const address of before.values()) {
    await chat(address);
    await media(address);
  }
  await fleet.rotate(`0@${text}`);
  await fleet.handled(`0@${text}`);
  const after = await fleet.published();
  assert.notEqual(after.get(0)?.host, before.get(0)?.host);
  assert.deepEqual(new Map(after).set(0, before.get(0)!), before);
}
