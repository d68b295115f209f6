import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { lastEvictionAnnotation } from "../../../src/api/names.ts";
import type { PodDisruptionBudget } from "../../../src/kubernetes/objects.ts";
import { restarts, serving } from "../stage/pods.ts";
import { TestFleet } from "../stage/fleet.ts";
import { read } from "../stage/kubectl.ts";
import { whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { Firewall, addressSet, operatorPods } from "./firewall.ts";
import { Toll } from "../stage/toll.ts";

const rotation = { drain: { scheduled: "1h" } };

async function podNames(fleet: string): Promise<readonly string[]> {
  return (await serving(fleet, 2)).map(({ metadata }) => metadata.name).toSorted();
}

/** Both pods are those of before, and nobody has noted, told or done anything else. */
async function nobodyWasEvicted(fleet: TestFleet, pods: readonly string[]): Promise<void> {
  assert.deepEqual(await podNames(fleet.name), pods);
  assert.equal(await restarts(fleet.name), 0);
  assert.ok((await fleet.events()).every(({ reason }) => reason !== "PodEvicted"));
  const place = [`${fleet.name}-proxy`, "-n", fleet.namespace];
  const { metadata } = await read<PodDisruptionBudget>("poddisruptionbudget", ...place);
  assert.equal(metadata.annotations?.[lastEvictionAnnotation], undefined);
}

// Most of the time these two only wait.
describe("pods that serve well", { concurrency: true }, () => {
  describe("and that a default-deny policy keeps from the operator", () => {
    const addresses = ["203.0.113.32/28"];
    const fleet = new TestFleet({ name: "e2e-silent", addresses, slots: 1, spec: { rotation } });
    before(async () => {
      await whatsapp();
      await fleet.create();
      await fleet.ready();
    });
    after(async () => fleet.remove());

    test("are all kept, though they are silent while addresses come and go", async (t) => {
      const pods = await serving(fleet.name, 2);
      const names = await podNames(fleet.name);
      const toll = await Toll.of(t, fleet, (await fleet.published()).get(0)!);
      const what = `ip daddr ${addressSet(pods)} tcp dport 9101`;
      const firewall = await Firewall.put({ name: "silent", at: "pod", what });
      t.after(async () => firewall.lift());
      const message = await fleet.condition("UpstreamReachable", "Unknown", {
        seconds: 120,
        reason: "PodsSilent",
      });
      assert.match(message, /port 9101/);
      for (const round of ["first", "second"]) {
        const before = (await fleet.published()).get(0)!.host;
        await fleet.rotate(round);
        await fleet.handled(round, 240);
        assert.notEqual((await fleet.published()).get(0)?.host, before);
      }
      await fleet.condition("UpstreamReachable", "Unknown", { seconds: 5, reason: "PodsSilent" });
      await nobodyWasEvicted(fleet, names);
      assert.ok((await firewall.swallowed()) > 0, "the operator was kept out");

      await firewall.lift();
      await fleet.condition("UpstreamReachable", "True", { seconds: 120 });
      await nobodyWasEvicted(fleet, names);
      await toll.everybodyIsAnswered();
      await toll.count(t);
    });
  });

  describe("behind an address that the operator does not reach for three minutes", () => {
    const network = "203.0.113.48/28";
    const fleet = new TestFleet({
      name: "e2e-slow-address",
      addresses: [network],
      slots: 1,
      spec: { rotation },
    });
    before(async () => {
      await whatsapp();
      await fleet.create();
      await fleet.ready();
    });
    after(async () => fleet.remove());

    test("keep their old sessions, though one of them misses an answer meanwhile", async (t) => {
      const [pod] = await serving(fleet.name, 2);
      const names = await podNames(fleet.name);
      const old = (await fleet.published()).get(0)!;
      const toll = await Toll.of(t, fleet, old);
      const toAddresses = `ip saddr ${await operatorPods()} ip daddr ${network}`;
      const far = await Firewall.put({ name: "far", at: "address", what: toAddresses });
      t.after(async () => far.lift());
      await fleet.rotate("slowly");
      const fresh = await waitFor("a fresh address that is tried", async () =>
        (await fleet.ledger()).find(({ status }) => status.phase === "Verifying"),
      );
      const since = Date.parse(fresh.status.phaseSince ?? "");
      const hasTaken = async (seconds: number) =>
        waitFor(
          `the address to be tried for ${seconds} s`,
          () => Date.now() - since > seconds * 1_000,
          { seconds: seconds + 30 },
        );
      await hasTaken(170);
      const what = `ip daddr ${addressSet([pod!])} tcp dport 9101`;
      const missed = await Firewall.put({ name: "missed", at: "pod", what });
      t.after(async () => missed.lift());
      await waitFor("the pod to miss an answer", async () => (await missed.swallowed()) > 0);
      await hasTaken(200);
      await missed.lift();
      await nobodyWasEvicted(fleet, names);
      assert.equal((await fleet.published()).get(0)?.host, old.host, "it was published unseen");

      await far.lift();
      await fleet.handled("slowly", 180);
      assert.equal((await fleet.published()).get(0)?.host, fresh.spec.address);
      await nobodyWasEvicted(fleet, names);
      await toll.everybodyIsAnswered();
      await toll.count(t);
    });
  });
});
