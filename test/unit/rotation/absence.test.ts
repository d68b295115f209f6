import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as custom from "../../../src/api/resources.ts";
import { customResourceDefinitions, services } from "../../../src/kubernetes/builtin.ts";
import { seconds } from "../../../src/values/time.ts";
import { SimulatedCluster } from "../../stand-ins/simulated-cluster/cluster.ts";
import { ledger } from "../../stand-ins/simulated-cluster/invariants/entry.ts";
import { readFleet } from "../../stand-ins/simulated-cluster/invariants/fleet.ts";
import { SimulatedOperator } from "../../stand-ins/simulated-cluster/operator/operator.ts";
import { PlanLog } from "../../stand-ins/simulated-cluster/operator/plans.ts";
import { noon, seeded } from "./build.ts";
import { Stage, fleetKey } from "./history/stage.ts";

/** A fleet whose two slots serve, and move no more. */
async function served(): Promise<Stage> {
  const stage = new Stage({ seed: 7, size: "roomy", provider: "MetalLB" });
  stage.cluster.people.edit(fleetKey, { rotation: { maxAge: "0s", minAge: "0s" } });
  for (let pass = 0; pass < 60 && !isServed(stage.cluster); pass++) await stage.pass(2);
  assert.ok(isServed(stage.cluster));
  return stage;
}

function isServed({ server }: SimulatedCluster): boolean {
  return ledger(server).filter(({ status }) => status?.phase === "Serving").length === 2;
}

/** Which address each slot has, and what it is for. */
function heldIn({ server }: SimulatedCluster): readonly unknown[] {
  const rows = ledger(server).map(({ spec }) => [spec.claimRef.slot, spec.address, spec.want]);
  return rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));
}

/** Another cluster with nothing in it but our CRDs, and an operator that runs already. */
class EmptyCluster {
  readonly cluster = new SimulatedCluster({
    start: noon,
    random: seeded(8),
    provider: "MetalLB",
  });
  #operator = this.#start();
  #certificates = 0;

  async pass(minutes: number): Promise<void> {
    for (let left = minutes * 6; left > 0; left--) {
      this.cluster.step();
      this.#operator.hear();
      await this.#operator.run({ hears: true });
      this.cluster.clock.pass(seconds(10));
    }
  }

  restartOperator(): void {
    this.#operator.end();
    this.#operator = this.#start();
  }

  #start(): SimulatedOperator {
    const makeCertificate = async () => {
      const sha256 = (++this.#certificates).toString(16).padStart(64, "0");
      return { pem: `certificate ${sha256}`, sha256 };
    };
    return new SimulatedOperator({ cluster: this.cluster, plans: new PlanLog(), makeCertificate });
  }
}

describe("a backup that a person restores object by object, while the operator runs", () => {
  const kinds = [custom.pools, custom.addresses, custom.fleets];
  const orders = [
    [0, 1, 2],
    [1, 0, 2],
    [1, 2, 0],
    [2, 1, 0],
  ];
  for (const order of orders) {
    const names = order.map((index) => kinds[index]?.plural).join(", ");
    test(`gives each group its address again, in the order ${names}, with minutes between`, async () => {
      const { cluster } = await served();
      const elsewhere = new EmptyCluster();
      const backup = cluster.people.backup();
      for (const index of order) {
        elsewhere.cluster.people.restore(backup.filter(([of]) => of === kinds[index]));
        await elsewhere.pass(index === 1 ? 4 : 1);
      }
      await elsewhere.pass(2);
      assert.deepEqual(heldIn(elsewhere.cluster), heldIn(cluster));
      assert.ok(isServed(elsewhere.cluster));
    });
  }

  test("lets its addresses rest where the fleet does not come for minutes", async () => {
    const { cluster } = await served();
    const elsewhere = new EmptyCluster();
    const backup = cluster.people.backup();
    elsewhere.cluster.people.restore(backup.filter(([of]) => of !== custom.fleets));
    await elsewhere.pass(4);
    elsewhere.restartOperator();
    await elsewhere.pass(4);
    const wants = () => ledger(elsewhere.cluster.server).map(({ spec }) => spec.want);
    assert.deepEqual(wants(), ["Serve", "Serve"], "an operator that has just started waits again");
    await elsewhere.pass(2);
    assert.ok(!wants().includes("Serve"));
  });
});

describe("CRDs that are deleted by mistake", () => {
  const deleteCrds = ({ cluster: { server, people } }: Stage) => {
    for (const { metadata } of server.list(customResourceDefinitions, {})) {
      const change = { metadata: { finalizers: ["customresourcecleanup.apiextensions.k8s.io"] } };
      server.patch(customResourceDefinitions, metadata, { manager: "kubectl", change });
      server.delete(customResourceDefinitions, metadata);
    }
    people.delete(custom.fleets, fleetKey);
    for (const { name } of ledger(server)) people.delete(custom.addresses, { name });
  };

  test("end nothing for hours, also after the operator was killed or installed again", async () => {
    const stage = await served();
    const before = heldIn(stage.cluster);
    const serviceUids = () =>
      stage.cluster.server.list(services).map(({ metadata }) => metadata.uid);
    const uids = serviceUids();
    deleteCrds(stage);
    for (let pass = 0; pass < 20; pass++) {
      await stage.pass(600);
      if (pass % 5 === 0) stage.restart();
    }
    assert.deepEqual([heldIn(stage.cluster), serviceUids()], [before, uids]);
    assert.ok(readFleet(stage.cluster.server, fleetKey) !== undefined, "the fleet is there");
    assert.ok(isServed(stage.cluster));
  });

  test("let a settled fleet be settled: nothing is written any more", async () => {
    const stage = await served();
    deleteCrds(stage);
    for (let pass = 0; pass < 20; pass++) await stage.pass(60);
    const before = stage.cluster.server.resourceVersion;
    for (let pass = 0; pass < 20; pass++) await stage.pass(600);
    assert.equal(stage.cluster.server.resourceVersion, before);
  });

  test("are told from a person who deletes a fleet: that ends it", async () => {
    const stage = await served();
    stage.cluster.people.delete(custom.fleets, fleetKey);
    for (let pass = 0; pass < 20; pass++) await stage.pass(10);
    assert.equal(readFleet(stage.cluster.server, fleetKey), undefined);
    assert.ok(ledger(stage.cluster.server).every(({ spec }) => spec.want === "Quarantine"));
  });
});
