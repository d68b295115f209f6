import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { Crowd, Holder, whatsapp } from "../stage/people.ts";
import {
  bothReady,
  deletePod,
  killProcessIn,
  leader,
  metric,
  nextLeader,
  podOf,
} from "../stage/replicas.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const leads = 'leader_election_master_status{name="proxyfleet"}';

describe("two replicas of the operator", () => {
  const fleet = new TestFleet({
    name: "e2e-takeover",
    addresses: ["203.0.113.176/28"],
    spec: { rotation: { drain: { scheduled: "30s" } } },
  });
  before(async () => {
    await whatsapp();
    await bothReady();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => {
    await bothReady();
    await fleet.remove();
  });

  /**
   * A rotation in whose middle the leader goes: `end` gets the leader's pod. People hold
   * connections and come anew all through it.
   */
  async function rotationAcross(
    t: TestContext,
    text: string,
    end: (pod: string) => Promise<void>,
  ): Promise<void> {
    await bothReady();
    const { certificateSHA256 } = await whatsapp();
    const old = await fleet.published();
    const crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);
    const holder = await Holder.at(old.get(0)!);
    const first = await waitFor("a leader", leader);
    await fleet.rotate(text);
    const claims = async () =>
      (await fleet.ledger()).filter(({ spec }) => spec.requestedAt === text);
    await waitFor("a claim for the rotation", async () => (await claims()).length > 0);
    assert.notEqual(
      (await fleet.read()).status.lastHandledRotateAt,
      text,
      "the rotation was over before its leader went",
    );
    const since = performance.now();
    const passed = (): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
    await end(podOf(first));
    await nextLeader(first);
    t.diagnostic(`another process led after ${passed()}`);
    await fleet.handled(text);
    t.diagnostic(`the rotation was finished after ${passed()}`);

    const fresh = await fleet.published();
    for (const [slot, address] of fresh) assert.notEqual(address.host, old.get(slot)?.host);
    const slots = (await claims()).map(({ spec }) => spec.claimRef.slot);
    assert.deepEqual(new Set(slots), new Set([0, 1]));
    assert.equal(slots.length, 2, "a slot was claimed for twice");
    const echoes = holder.echoes;
    await waitFor(
      "the connection through the old address to go on",
      async () => holder.echoes > echoes + 5,
    );
    holder.leave();
    const { how, lost } = await holder.ended;
    assert.deepEqual({ how, lost }, { how: "stopped", lost: 0 });
    const summary = await crowd.goHome();
    t.diagnostic(
      `${summary.connections} connections, ${summary.failures} failures, slowest ${summary.slowestMs} ms`,
    );
    assert.deepEqual(crowd.failures, []);
  }

  test("both are ready, and one of them leads", async () => {
    const pods = await bothReady();
    const leading = podOf(await waitFor("a leader", leader));
    for (const pod of pods) assert.equal(await metric(pod, leads), pod === leading ? 1 : 0, pod);
    assert.ok(pods.includes(leading));
  });

  test("a rotation whose leader is killed is finished by another, and nobody is cut off", async (t) => {
    await rotationAcross(t, "across-a-kill", killProcessIn);
  });

  test("the leader's pod is deleted in the middle of a rotation: the other one goes on at once", async (t) => {
    await rotationAcross(t, "across-a-deletion", deletePod);
  });
});
