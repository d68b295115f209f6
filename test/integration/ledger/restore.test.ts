import assert from "node:assert/strict";
import { test } from "node:test";
import { apply } from "../operator/operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { type Manifest, fleet, pool } from "../samples.ts";
import { Stage } from "./stage.ts";

const orders = [
  ["AddressPool", "ProxyAddress", "WhatsAppProxy"],
  ["ProxyAddress", "WhatsAppProxy", "AddressPool"],
  ["WhatsAppProxy", "ProxyAddress", "AddressPool"],
] as const;

test("a backup that is restored while the operator runs gives every group its address again", async (t) => {
  const stage = await Stage.set();
  t.after(async () => stage.strike());
  const twoSlots = fleet({ addresses: { count: 2, pools: [{ name: "metallb-a" }] } });
  await apply(stage.server, pool(), twoSlots);
  const held = async () =>
    (await stage.ledger()).map(({ spec }) => [spec.claimRef.slot, spec.address, spec.want]);
  const inTheMaking = async () =>
    waitFor("two addresses that wait for pods", async () => {
      const ready = (await stage.ledger()).filter(({ status }) => status?.phase === "Verifying");
      return ready.length === 2 || undefined;
    });
  await inTheMaking();
  const before = await held();
  assert.equal(before.length, 2);
  const text = await stage.kubectl(["get", "wapool,wapa,wap", "-A", "-o", "json"]);
  const { items } = JSON.parse(text) as { items: readonly Manifest[] };
  const restore = async (kind: string) => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: items.filter((one) => one.kind === kind),
    };
    await stage.kubectl(["apply", "-f", "-"], JSON.stringify(list));
  };

  for (const order of orders)
    await t.test(`in the order ${order.join(", ")}`, async () => {
      await stage.loseAll();
      const orphaned = order.indexOf("ProxyAddress") < order.indexOf("WhatsAppProxy");
      for (const kind of order) {
        await restore(kind);
        if (kind === "ProxyAddress" && orphaned)
          for (const [, address] of before)
            await stage.verified(`ip-${String(address).replaceAll(".", "-")}`, "FleetMissing");
      }
      await inTheMaking();
      assert.deepEqual(await held(), before);
      const { metadata } = await stage.fleet("family");
      const services = await stage.balancer.services();
      assert.deepEqual(
        services.map((service) => service.metadata.ownerReferences?.[0]?.uid),
        [metadata.uid, metadata.uid],
        "each address has its Service again, of the fleet that is there now",
      );
    });
});
