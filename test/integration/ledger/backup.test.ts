import assert from "node:assert/strict";
import { test } from "node:test";
import { apply } from "../operator/operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { fleet, ledgerEntry, pool } from "../samples.ts";
import { Stage } from "./stage.ts";

const small = pool({ addresses: ["203.0.113.0/29"], reserve: 0 });
const oneSlot = fleet({ addresses: { count: 1, pools: [{ name: "metallb-a" }] } });
const burnt = [0, 1, 2, 3, 4, 5, 6];
const resting = (n: number) => {
  const spec = {
    address: `203.0.113.${n}`,
    want: "Quarantine",
    quarantineUntil: "2999-01-01T00:00:00Z",
    retiredBecause: "Blocked",
  };
  return ledgerEntry(
    { ...spec, claimRef: { namespace: "default", name: "family", uid: "u9", slot: 0 } },
    `ip-203-0-113-${n}`,
  );
};

test("the ledger, written out with kubectl and applied again, forgets nothing", async (t) => {
  const stage = await Stage.set();
  t.after(async () => stage.strike());
  await apply(stage.server, small, ...burnt.map(resting), oneSlot);

  await t.test(
    "is whole again without any status: what rests rests on, what serves is verified again",
    async () => {
      const made = await stage.inTheMaking("family");
      assert.equal(made.spec.address, "203.0.113.7", "the only one that does not rest");
      await stage.verified("ip-203-0-113-0", "Retired");
      const before = await stage.ledger();
      const backup = await stage.kubectl(["get", "wapa", "-o", "yaml"]);
      await stage.stopOperator();
      for (const { metadata } of before) await stage.lose(metadata.name);
      assert.deepEqual(await stage.ledger(), []);

      await stage.kubectl(["apply", "-f", "-"], backup);
      const bare = await stage.ledger();
      assert.ok(bare.every(({ status }) => status === undefined));
      stage.startOperator();
      for (const n of burnt) await stage.verified(`ip-203-0-113-${n}`, "Retired");
      await stage.inTheMaking("family");
      const after = await stage.ledger();
      assert.deepEqual(
        after.map(({ spec, status }) => [spec, status?.phase]),
        before.map(({ spec, status }) => [spec, status?.phase]),
      );
      assert.equal(
        (await stage.balancer.services()).length,
        1,
        "no Service was left behind, and none was made beside",
      );
    },
  );

  await t.test("keeps burnt addresses from a fleet that is deleted and applied again", async () => {
    await stage.server.call(
      "DELETE",
      "/apis/proxyfleet.dev/v1alpha1/namespaces/default/whatsappproxies/family",
    );
    await stage.verified("ip-203-0-113-7", "Retired");
    await waitFor(
      "the fleet to go",
      async () => (await stage.fleet("family")).metadata?.uid === undefined || undefined,
    );
    await apply(stage.server, oneSlot);
    const exhausted = await waitFor("PoolExhausted", async () =>
      (await stage.fleet("family")).status?.conditions?.find(
        ({ type, status }) => type === "PoolExhausted" && status === "True",
      ),
    );
    assert.equal(exhausted.reason, "NoFreshAddress");
  });
});
