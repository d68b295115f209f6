import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { directReader } from "../../../src/pods/io/status-reader.ts";
import { boundLanes } from "../../../src/proxy/lane-certificates.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { TestFleet } from "../stage/fleet.ts";
import { read } from "../stage/kubectl.ts";
import { Holder, whatsapp } from "../stage/people.ts";
import { podsOf } from "../stage/pods.ts";

const fleet = new TestFleet({ name: "e2e-shrinking", addresses: ["203.0.113.0/28"], slots: 8 });
before(async () => {
  await whatsapp();
  await fleet.create();
  await fleet.ready();
});
after(async () => fleet.remove());

/** How many lanes the pods bind, each number once for as long as it stays: each change is a reload. */
const banks: (number | undefined)[] = [];
async function lookAtBank(): Promise<number | undefined> {
  const bank = boundLanes(await read<Secret>("secret", `${fleet.name}-proxy`, "-n", fleet.name));
  if (bank !== banks.at(-1)) banks.push(bank);
  return bank;
}

test("a fleet that gives up seven of eight slots, one drain after the other, reloads once, and whoever stays is not cut off", async () => {
  const published = await fleet.published();
  const stays = await Holder.at(published.get(0)!);
  const leaving = [];
  for (const slot of [7, 6, 5]) leaving.push(await Holder.at(published.get(slot)!));
  assert.equal(await lookAtBank(), 32);
  await fleet.patch({ addresses: { count: 1 } });
  for (const [index, holder] of leaving.entries()) {
    const { host } = published.get(7 - index)!;
    await fleet.phase(host, "Draining");
    await lookAtBank();
    holder.leave();
    await fleet.phase(host, "Quarantined", 120);
    await lookAtBank();
  }
  await waitFor("the bank to shrink", async () => (await lookAtBank()) === 4, { seconds: 180 });
  assert.deepEqual(banks, [32, 4]);
  await waitFor("pods to have reloaded", async () => (await oldWorkers()).includes(1));
  const then = stays.echoes;
  await waitFor("the held session to go on", async () => stays.echoes > then + 3);
  assert.ok((await oldWorkers()).every((count) => count <= 1));
  stays.leave();
  await stays.ended;
});

async function oldWorkers(): Promise<readonly number[]> {
  const statuses = await Promise.all((await podsOf(fleet.name)).map(directReader()));
  return statuses.map((status) => status.oldWorkers ?? 0);
}
