import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl, tryKubectl } from "../stage/kubectl.ts";
import { chat, Crowd, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const rotation = { drain: { scheduled: "10s", blocked: "10s" } };
const quarantine = { blocked: "10s", retired: "10s", unusable: "10s" };

describe("two fleets on one small pool", () => {
  const [first, second] = ["e2e-pools-a", "e2e-pools-b"].map(
    (name) =>
      new TestFleet({
        name,
        addresses: ["203.0.113.96-203.0.113.100"],
        slots: 2,
        poolName: "e2e-pools",
        pool: { reserve: 0, quarantine },
        spec: { rotation, replicas: 1 },
      }),
  ) as [TestFleet, TestFleet];
  const fleets = [first, second];
  const held = async () => (await Promise.all(fleets.map(async (fleet) => fleet.ledger()))).flat();
  before(async () => {
    await whatsapp();
    for (const fleet of fleets) await fleet.create();
    for (const fleet of fleets) await fleet.ready();
  });
  after(async () => {
    for (const fleet of fleets) await fleet.remove();
    await tryKubectl("delete", "wapool", "e2e-pools", "--ignore-not-found");
  });

  test("compete for the last address: one waits and says for what, and takes it when it comes free", async () => {
    const asked = fleets.map(async (fleet) => fleet.rotate("0@compete"));
    await Promise.all(asked);
    const message = await waitFor("one of them to be short", async () => {
      for (const fleet of fleets) {
        const condition = (await fleet.read()).status.conditions?.find(
          ({ type }) => type === "PoolExhausted",
        );
        if (condition?.status === "True") return condition.message;
      }
      return undefined;
    });
    assert.match(message, /should move and can't: pool e2e-pools has no free address/);
    for (const fleet of fleets) await fleet.handled("0@compete");
    for (const fleet of fleets) await fleet.condition("PoolExhausted", "False", { seconds: 20 });
    const addresses = (await held()).map(({ spec }) => spec.address);
    assert.equal(new Set(addresses).size, addresses.length);
  });
});

describe("a fleet whose slots and pool are edited", () => {
  const name = "e2e-pools";
  const fleet = new TestFleet({
    name,
    addresses: ["203.0.113.96-203.0.113.104"],
    slots: 2,
    pool: { reserve: 0, quarantine },
    spec: { rotation, replicas: 1 },
  });
  const patchPool = async (addresses: readonly string[]) =>
    kubectl("patch", "wapool", name, "--type=merge", "-p", JSON.stringify({ spec: { addresses } }));
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("a slot more and a slot less: the others stay, and the one that goes drains first", async () => {
    const before = await fleet.published();
    await fleet.patch({ addresses: { count: 3 } });
    await waitFor("slot 2 to be published", async () => (await fleet.published()).get(2));
    await fleet.patch({ addresses: { count: 1 } });
    await waitFor("one slot to be left", async () => (await fleet.read()).status.serving === "1/1");
    assert.equal((await fleet.published()).get(0)?.host, before.get(0)?.host);
    assert.ok((await fleet.ledger()).some(({ spec }) => spec.retiredBecause === "SlotRemoved"));
    await fleet.patch({ addresses: { count: 2 } });
    await waitFor(
      "both slots to be back",
      async () => (await fleet.read()).status.serving === "2/2",
    );
  });

  test("a pool edited under load keeps its old addresses serving, and moves lead to new ones", async () => {
    const { certificateSHA256 } = await whatsapp();
    const crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);
    try {
      const before = await fleet.published();
      await patchPool(["203.0.113.112-203.0.113.120"]);
      await fleet.condition("Ready", "True", { seconds: 10 });
      assert.deepEqual(await fleet.published(), before);
      await fleet.rotate("to-the-new-ones");
      await fleet.handled("to-the-new-ones");
      for (const address of (await fleet.published()).values()) {
        assert.ok(
          Number(address.host.split(".")[3]) >= 112,
          `${address.host} is one of the new ones`,
        );
        await chat(address);
      }
    } finally {
      await crowd.goHome();
    }
    assert.deepEqual(crowd.failures, []);
  });
});
