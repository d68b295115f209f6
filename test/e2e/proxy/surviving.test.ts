import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Crowd, Gathering, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { evict, restarts, servingPods, serving, tagAgain } from "../stage/pods.ts";
import { bringUp, clients, perClient, proxyFleet, slots } from "./stage.ts";

const half = 1_000;

/**
 * Both rounds move all ten slots, so the address of the first half drains all the while, and is no
 * longer published. A pod that goes keeps its sessions for nine minutes, so within this test none
 * may end: those of the first half live through the lane changes and the update, on pods that are
 * on their way out; those of the second half through the eviction of the pods that came with the
 * update.
 */
describe("2,000 open connections", () => {
  const fleet = proxyFleet({
    name: "e2e-proxy-surviving",
    addresses: ["203.0.113.128/26"],
    slots,
    spec: { limits: { connectionsPerClient: perClient }, rotation: { maxConcurrent: slots } },
  });
  before(async () => bringUp(fleet));
  after(async () => fleet.remove());

  test("live through 20 lane changes, an image update, and the eviction of every pod", async (t) => {
    const own = (await fleet.published()).get(0)!;
    const newcomers = new Crowd(
      async () => [...(await fleet.published()).values()].slice(0, 1),
      (await whatsapp()).certificateSHA256,
    );
    const first = await Gathering.at(own, half, clients);

    for (const round of ["first", "second"]) {
      await fleet.rotate(round);
      await fleet.handled(round);
    }
    const before = (await servingPods(fleet.name)).map(({ metadata }) => metadata.name);
    await tagAgain("again");
    await fleet.patch({ image: { tag: "again" } });
    const updated = await serving(fleet.name, 2, ":again");
    assert.ok(updated.every(({ metadata }) => !before.includes(metadata.name)));

    const second = await Gathering.at((await fleet.published()).get(0)!, half, clients);
    for (const pod of updated) {
      await evict(pod);
      await waitFor(`pod ${pod.metadata.name} to be replaced`, async () => {
        const now = await servingPods(fleet.name);
        return now.length === 2 && now.every(({ metadata }) => metadata.name !== pod.metadata.name);
      });
    }

    const echoes = [first, second].map(({ state }) => state.echoes);
    await waitFor("everybody to be answered once more", async () =>
      [first, second].every(
        ({ state }, index) => state.echoes >= (echoes[index] ?? 0) + state.open,
      ),
    );
    const ends = await Promise.all([first.goHome(), second.goHome()]);
    for (const { opened, ended, failed, lost } of ends)
      assert.deepEqual([opened, ended, failed, lost], [half, { stopped: half }, {}, 0]);
    const { connections, seconds } = await newcomers.goHome();
    assert.deepEqual(newcomers.failures, []);
    assert.equal(await restarts(fleet.name), 0);
    t.diagnostic(
      `${2 * slots} lane changes; ${ends[0].echoes + ends[1].echoes} echoes; meanwhile ${connections} newcomers in ${seconds} s, 0 failed`,
    );
  });
});
