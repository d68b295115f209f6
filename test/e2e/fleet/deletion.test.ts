import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { apply, kubectl, read, readIfAny } from "../stage/kubectl.ts";
import { dark, Holder, Knocker, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

describe("a fleet that is deleted", () => {
  const fleet = new TestFleet({ name: "e2e-deletion", addresses: ["203.0.113.64/29"] });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  // As GitOps does.
  test("and applied again must not bring a burnt address back", async (t) => {
    await t.test(
      "ends its sessions at once, and leaves its addresses dark, in quarantine, without a refusal",
      async () => {
        const addresses = [...(await fleet.published()).values()];
        const holder = await Holder.at(addresses[0]!);
        const knockers = await Promise.all(addresses.map(async (address) => Knocker.at(address)));
        await kubectl("delete", "wap", fleet.name, "-n", fleet.name, "--timeout=60s");
        await holder.ended;
        // kube-proxy may learn a moment later than the API server that a Service is gone.
        for (const address of addresses)
          await waitFor(`${address.host} to be dark`, async () => (await dark(address)).dark, {
            seconds: 20,
          });
        for (const { spec, status } of await fleet.ledger()) {
          assert.equal(status.phase, "Quarantined");
          assert.equal(spec.retiredBecause, "FleetDeleted");
        }
        await waitFor(
          "its children to go",
          async () =>
            (await readIfAny("deployment", `${fleet.name}-proxy`, "-n", fleet.name)) === undefined,
        );
        assert.deepEqual((await read<{ items: object[] }>("service", "-n", fleet.name)).items, []);
        for (const knocker of knockers) assert.deepEqual(await knocker.stop(), ["open", "silence"]);
      },
    );

    await t.test("applied again, it comes back with other addresses", async () => {
      const burnt = new Set((await fleet.ledger()).map(({ spec }) => spec.address));
      await apply(fleet.manifest());
      await fleet.ready();
      for (const { host } of (await fleet.published()).values())
        assert.ok(!burnt.has(host), `${host} was in quarantine`);
    });
  });

  test("an entry deleted by hand while in use is replaced, drained and forgotten", async () => {
    await fleet.patch({ rotation: { drain: { scheduled: "5s" } } });
    const [address] = (await fleet.published()).values();
    const entry = await fleet.entryOf(address!.host);
    await kubectl("delete", "wapa", entry?.metadata.name ?? "", "--wait=false");
    await waitFor("another address for the slot", async () => {
      const now = await fleet.published();
      return now.size === 2 && ![...now.values()].some(({ host }) => host === address!.host);
    });
    await waitFor(
      "the entry to be forgotten",
      async () => (await fleet.entryOf(address!.host)) === undefined,
    );
  });
});
