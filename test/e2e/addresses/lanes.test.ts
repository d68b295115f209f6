import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { directReader } from "../../../src/pods/io/status-reader.ts";
import { TestFleet } from "../stage/fleet.ts";
import { Holder, whatsapp } from "../stage/people.ts";
import { podsOf } from "../stage/pods.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** Fifty moves take minutes: `make test-slow` makes them all, `make test` a round of them. */
const leastMoves = process.env["PROXYFLEET_LONG"] === undefined ? 8 : 50;

describe("the bank of lanes under many rotations", () => {
  const slots = 9;
  const spec = { rotation: { maxConcurrent: slots, drain: { scheduled: "1s" } } };
  const fleet = new TestFleet({
    name: "e2e-lanes",
    addresses: ["203.0.113.128/26"],
    slots,
    spec,
    pool: { quarantine: { retired: "10s" } },
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("many moves of other slots leave a held session, and one HAProxy worker in each pod", async (t) => {
    const holder = await Holder.at((await fleet.published()).get(0)!);
    let moves = 0;
    for (let round = 1; moves < leastMoves; round++) {
      for (let slot = 1; slot < slots; slot++, moves++)
        await moveOne(slot, `${slot}@round ${round}`);
    }
    const then = holder.echoes;
    await waitFor("the held session to go on", async () => holder.echoes > then + 5);
    const pods = await podsOf(fleet.name);
    const statuses = await Promise.all(pods.map(directReader()));
    for (const { oldWorkers } of statuses) assert.equal(oldWorkers, 0);
    for (const { status } of pods) assert.equal(status?.containerStatuses?.[0]?.restartCount, 0);
    t.diagnostic(`${moves} moves; the held session had ${holder.echoes} echoes`);
    holder.leave();
    await holder.ended;
  });

  async function moveOne(slot: number, text: string): Promise<void> {
    const before = (await fleet.published()).get(slot)?.host;
    await fleet.rotate(text);
    await waitFor(`slot ${slot} to move`, async () => {
      const now = (await fleet.published()).get(slot)?.host;
      return now !== undefined && now !== before;
    });
  }

  test("a held session of a slot lives through moves of others, and ends with the drain of its own", async () => {
    const own = (await fleet.published()).get(0)!;
    const holder = await Holder.at(own);
    for (const slot of [1, 2, 3]) await moveOne(slot, `${slot}@around`);
    const then = holder.echoes;
    await waitFor("the held session to go on", async () => holder.echoes > then + 3);
    await moveOne(0, "0@own");
    assert.equal((await holder.ended).lost, 0);
    await fleet.phase(own.host, "Quarantined");
  });
});
