import assert from "node:assert/strict";
import type { Provider } from "../../../../src/api/address-pool.ts";
import { apiVersion } from "../../../../src/api/names.ts";
import * as custom from "../../../../src/api/resources.ts";
import { services } from "../../../../src/kubernetes/builtin.ts";
import type { Service } from "../../../../src/kubernetes/objects.ts";
import { providers } from "../../../../src/pool/providers.ts";
import { formatIp, parseRange } from "../../../../src/values/ip.ts";
import { seconds } from "../../../../src/values/time.ts";
import { SimulatedCluster } from "../../../stand-ins/simulated-cluster/cluster.ts";
import { type Entry, ledger } from "../../../stand-ins/simulated-cluster/invariants/entry.ts";
import { type Fleet, readFleet } from "../../../stand-ins/simulated-cluster/invariants/fleet.ts";
import { Invariants } from "../../../stand-ins/simulated-cluster/invariants/invariants.ts";
import type { Manifest } from "../../../stand-ins/simulated-cluster/neighbours/people.ts";
import { SimulatedOperator } from "../../../stand-ins/simulated-cluster/operator/operator.ts";
import { PlanLog } from "../../../stand-ins/simulated-cluster/operator/plans.ts";
import type { SimulatedClient } from "../../../stand-ins/simulated-cluster/process/client.ts";
import { noon, seeded } from "../build.ts";

export const fleetKey = { namespace: "proxies", name: "family" };
const poolName = "pool-a";

/** How many addresses a pool has: one that is tight runs dry now and then. */
export type PoolSize = "roomy" | "tight";

export interface StageOptions {
  readonly seed: number;
  readonly size: PoolSize;
  readonly provider: Provider;
}

/** A simulated cluster with one pool and one fleet, and the operator in it. */
export class Stage {
  readonly cluster: SimulatedCluster;
  readonly invariants: Invariants;
  readonly plans = new PlanLog();
  /** Of all processes so far: their late writes may still arrive. */
  readonly clients = new Set<SimulatedClient>();
  #operator: SimulatedOperator;
  #deposed: SimulatedOperator | undefined;
  #certificates = 0;

  constructor({ seed, size, provider }: StageOptions) {
    this.cluster = new SimulatedCluster({ start: noon, random: seeded(seed), provider });
    this.invariants = new Invariants(this.cluster);
    this.cluster.people.apply(custom.pools, poolManifest(provider, size));
    this.applyFleet();
    this.#operator = this.#start();
  }

  /** The process that leads. */
  get operator(): SimulatedOperator {
    return this.#operator;
  }

  /** One that led before, and does not know better: its writes are on their way. */
  get deposed(): SimulatedOperator | undefined {
    return this.#deposed;
  }

  get fleet(): Fleet | undefined {
    return readFleet(this.cluster.server, fleetKey);
  }

  get entries(): readonly Entry[] {
    return ledger(this.cluster.server);
  }

  get services(): readonly Service[] {
    return this.cluster.server.list(services);
  }

  /** A person applies the fleet, for the first time or again. */
  applyFleet(): void {
    if (this.fleet === undefined) this.cluster.people.apply(custom.fleets, fleetManifest());
  }

  /** Everybody has their turn once, and then some time goes by. */
  async pass(s: number): Promise<void> {
    this.cluster.step();
    this.#operator.hear();
    await this.#operator.run({ hears: true });
    if (this.#operator.isKilled) this.restart();
    this.cluster.clock.pass(seconds(s));
  }

  /** A new process goes on, which knows nothing but what the API server has. */
  restart(): void {
    const { client } = this.#operator.process;
    this.#operator.end();
    if (client.faults.underWay === 0) this.clients.delete(client);
    this.#operator = this.#start();
  }

  /**
   * Another process leads from now on. What the old one still sends, on what it knows, comes late:
   * it gets no answer, and would be held back if it sent more.
   */
  depose(): void {
    this.#deposed?.end();
    this.#deposed = this.#operator;
    const { faults } = this.#deposed.process.client;
    faults.clear();
    faults.plan({ kind: "late" });
    this.#operator = this.#start();
  }

  /** A person restores a backup in another cluster, and starts the operator there. */
  restoreElsewhere(): void {
    this.#deposed = undefined;
    this.invariants.restoreElsewhere();
    this.restart();
  }

  /** What must never be has never been, or this fails and says how it came about. */
  check(): void {
    assert.deepEqual(this.invariants.violations, [], this.story("an invariant is broken"));
  }

  /** A failure, with what was planned before it. */
  story(failure: string): string {
    const { violations } = this.invariants;
    return [failure, ...violations, "the last plans:", this.plans.text()].join("\n");
  }

  #start(): SimulatedOperator {
    const operator = new SimulatedOperator({
      cluster: this.cluster,
      plans: this.plans,
      makeCertificate: async () => this.#newCertificate(),
    });
    this.clients.add(operator.process.client);
    return operator;
  }

  #newCertificate() {
    const sha256 = (++this.#certificates).toString(16).padStart(64, "0");
    return { pem: `certificate ${sha256}`, sha256 };
  }
}

const ranges: Readonly<Record<PoolSize, readonly string[]>> = {
  roomy: ["203.0.113.0/27", "198.51.100.0/29", "192.0.2.0/29"],
  tight: ["203.0.113.0/30", "198.51.100.0/31"],
};

function poolManifest(provider: Provider, size: PoolSize): Manifest {
  const spec = {
    provider,
    ...addressesOf(provider, size),
    quarantine: { blocked: "120s", retired: "60s", unusable: "30s" },
    reserve: size === "roomy" ? 2 : 0,
  };
  return { apiVersion, kind: "AddressPool", metadata: { name: poolName }, spec };
}

function addressesOf(provider: Provider, size: PoolSize): object {
  switch (providers.get(provider)?.asks) {
    case "address":
      return { addresses: ranges[size] };
    case "name":
      return {
        named: ranges[size].flatMap(listed).map((address, index) => {
          const subnet = provider === "AWS" ? { subnet: `subnet-${index}` } : {};
          return {
            name: `${provider === "AWS" ? "eipalloc-" : "ip-"}${index}`,
            address,
            ...subnet,
          };
        }),
      };
    default:
      return {};
  }
}

function listed(text: string): readonly string[] {
  const { family, first, last } = parseRange(text);
  return Array.from({ length: Number(last - first) + 1 }, (_, index) =>
    formatIp({ family, value: first + BigInt(index) }),
  );
}

/** Slots move by age after some minutes, and drains are short. */
function fleetManifest(): Manifest {
  const rotation = {
    maxAge: "300s",
    minAge: "60s",
    jitterPercent: 30,
    maxPerHourPercent: 60,
    drain: { scheduled: "40s", blocked: "20s" },
  };
  const addresses = { count: 2, pools: [{ name: poolName }] };
  return { apiVersion, kind: "WhatsAppProxy", metadata: fleetKey, spec: { addresses, rotation } };
}
