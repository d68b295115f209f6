import assert from "node:assert/strict";
import { test } from "node:test";
import { apiVersion } from "../../../src/api/names.ts";
import * as custom from "../../../src/api/resources.ts";
import { deployments } from "../../../src/kubernetes/builtin.ts";
import { seconds } from "../../../src/values/time.ts";
import { SimulatedCluster } from "../../stand-ins/simulated-cluster/cluster.ts";
import { type Entry, ledger } from "../../stand-ins/simulated-cluster/invariants/entry.ts";
import { SimulatedOperator } from "../../stand-ins/simulated-cluster/operator/operator.ts";
import { PlanLog } from "../../stand-ins/simulated-cluster/operator/plans.ts";
import { noon, seeded } from "../rotation/build.ts";

const slowCount = 64;

const poolManifest = (name: string, range: string) => ({
  apiVersion,
  kind: "AddressPool",
  metadata: { name },
  spec: { provider: "MetalLB", addresses: [range], reserve: 0 },
});

const fleetManifest = (name: string, count: number) => ({
  apiVersion,
  kind: "WhatsAppProxy",
  metadata: { namespace: "proxies", name },
  spec: { replicas: 1, addresses: { count, pools: [{ name }] } },
});

/** A cluster with a fleet all of whose addresses swallow what is sent to them. */
class Swamp {
  readonly cluster = new SimulatedCluster({
    start: noon,
    random: seeded(1),
    provider: "MetalLB",
  });
  readonly operator: SimulatedOperator;

  constructor() {
    this.addFleet("slow", slowCount, "203.0.113.0/25");
    for (let i = 0; i < 128; i++) this.cluster.network.blackHoles.add(`203.0.113.${i}`);
    let made = 0;
    const makeCertificate = async () => {
      const sha256 = (++made).toString(16).padStart(64, "0");
      return { pem: `certificate ${sha256}`, sha256 };
    };
    const { cluster } = this;
    this.operator = new SimulatedOperator({ cluster, makeCertificate, plans: new PlanLog() });
  }

  addFleet(name: string, count: number, range: string): void {
    this.cluster.people.apply(custom.pools, poolManifest(name, range));
    this.cluster.people.apply(custom.fleets, fleetManifest(name, count));
  }

  /** Everybody has their turn until it is so, a second after the other. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    for (let passes = 0; !isSo(); passes++) {
      assert.ok(passes < 30, `${what}: it does not come`);
      this.cluster.step();
      this.operator.hear();
      await this.operator.run({ hears: true });
      this.cluster.clock.pass(seconds(1));
    }
  }

  entriesOf(fleet: string): readonly Entry[] {
    return ledger(this.cluster.server).filter(({ spec }) => spec.claimRef.name === fleet);
  }
}

test(`${slowCount} addresses that swallow what is sent to them keep no other fleet from its address, nor from repair`, async (t) => {
  const swamp = new Swamp();
  const { server, network } = swamp.cluster;
  t.after(() => network.release());
  await swamp.until("the slow addresses are being tried", () => {
    const trying = swamp.entriesOf("slow").filter(({ status }) => status?.phase === "Provisioning");
    return (
      trying.length === slowCount && trying.every(({ status }) => status?.address !== undefined)
    );
  });
  swamp.addFleet("quick", 1, "198.51.100.0/29");
  await swamp.until("the quick fleet has its address", () =>
    swamp.entriesOf("quick").some(({ status }) => status?.phase === "Serving"),
  );
  const key = { namespace: "proxies", name: "quick-proxy" };
  const [deployment] = server
    .list(deployments)
    .filter(({ metadata }) => metadata.name === key.name);
  swamp.cluster.people.delete(deployments, key);
  await swamp.until("the quick fleet's Deployment is made again", () =>
    server
      .list(deployments)
      .some(
        ({ metadata }) => metadata.name === key.name && metadata.uid !== deployment?.metadata.uid,
      ),
  );
  assert.ok(swamp.entriesOf("slow").every(({ status }) => status?.phase !== "Serving"));
});
