import type { Provider } from "../../../src/api/address-pool.ts";
import { crdOf } from "../../../src/api/crd.ts";
import { kinds } from "../../../src/api/kinds.ts";
import { customResourceDefinitions, services } from "../../../src/kubernetes/builtin.ts";
import { providers } from "../../../src/pool/providers.ts";
import type { Random } from "../../../src/values/random.ts";
import type { Instant } from "../../../src/values/time.ts";
import { VirtualClock } from "./clock.ts";
import { SimulatedLoadBalancer } from "./neighbours/load-balancer.ts";
import { SimulatedNetwork } from "./neighbours/network.ts";
import { SimulatedPeople } from "./neighbours/people.ts";
import { SimulatedSupervisors } from "./neighbours/supervisors.ts";
import { SimulatedWorkloads } from "./neighbours/workloads.ts";
import { SimulatedCaches } from "./process/caches.ts";
import { SimulatedClient } from "./process/client.ts";
import { SimulatedApiServer } from "../../../src/simulator/server/server.ts";

/** One process of the operator, as far as the cluster knows it: its client and its caches. */
export interface SimulatedProcess {
  readonly client: SimulatedClient;
  readonly caches: SimulatedCaches;
  /** It is gone: no call of its arrives any more, and its watches end. */
  readonly end: () => void;
}

export interface ClusterOptions {
  readonly start: Instant;
  readonly random: Random;
  /** The row of the capability table that the load balancer is like. */
  readonly provider: Provider;
}

/** A cluster in memory without the operator: API server, load balancer, pods, network, people. */
export class SimulatedCluster {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly server: SimulatedApiServer;
  readonly provider: Provider;
  readonly workloads: SimulatedWorkloads;
  readonly supervisors: SimulatedSupervisors;
  readonly people: SimulatedPeople;
  #loadBalancer: SimulatedLoadBalancer;
  #network: SimulatedNetwork;
  #acting: SimulatedProcess | undefined;
  readonly #processes = new Set<SimulatedProcess>();

  constructor({ start, random, provider }: ClusterOptions) {
    this.clock = new VirtualClock(start);
    this.random = random;
    this.provider = provider;
    this.server = new SimulatedApiServer(this.clock.now, random);
    this.workloads = new SimulatedWorkloads(this.server, random);
    this.supervisors = new SimulatedSupervisors(this.server, this.clock.elapsedMs);
    this.#installCrds();
    this.people = new SimulatedPeople(this.server, this.clock.now);
    this.#loadBalancer = this.#newLoadBalancer();
    this.#network = this.#newNetwork();
  }

  get loadBalancer(): SimulatedLoadBalancer {
    return this.#loadBalancer;
  }

  get network(): SimulatedNetwork {
    return this.#network;
  }

  /** Starts a process. Its caches are empty until they catch up. */
  startProcess(): SimulatedProcess {
    const client = new SimulatedClient(this.server, (write) => this.#as(started, write));
    const caches = new SimulatedCaches(this.server);
    const end = (): void => {
      client.kill();
      caches.end();
      this.#processes.delete(started);
    };
    const started: SimulatedProcess = { client, caches, end };
    this.#processes.add(started);
    return started;
  }

  /** Every neighbour does once what there is to do. */
  step(): void {
    this.workloads.step();
    this.supervisors.step();
    this.#loadBalancer.step();
    this.server.collectGarbage();
  }

  /**
   * A person restores a backup in another cluster: specs and annotations are as they were, every
   * status is lost, uids are new, and nothing of pods and Services is there. Processes end.
   */
  restoreElsewhere(): void {
    const backup = this.people.backup();
    for (const process of this.#processes) process.end();
    this.server.wipe();
    this.#installCrds();
    this.#loadBalancer = this.#newLoadBalancer();
    this.#network = this.#newNetwork();
    this.people.restore(backup);
  }

  /** A person mends what is wrong with the load balancer and the network. */
  mend(): void {
    this.#loadBalancer.isSilent = false;
    this.#loadBalancer.refuseNothing();
    this.#network.isDown = false;
    this.#network.broken.clear();
    for (const service of this.server.list(services)) this.#loadBalancer.mend(service);
  }

  /** The process whose write is carried out right now. */
  get acting(): SimulatedProcess | undefined {
    return this.#acting;
  }

  #installCrds(): void {
    for (const kind of kinds)
      this.server.create(customResourceDefinitions, crdOf(kind), { manager: "kubectl" });
  }

  #as<T>(process: SimulatedProcess, write: () => T): T {
    this.#acting = process;
    try {
      return write();
    } finally {
      this.#acting = undefined;
    }
  }

  #newLoadBalancer(): SimulatedLoadBalancer {
    const row = providers.get(this.provider);
    if (row === undefined) throw new Error(`${this.provider} is no row of the capability table`);
    return new SimulatedLoadBalancer(this.server, row, this.random);
  }

  #newNetwork(): SimulatedNetwork {
    return new SimulatedNetwork(this.server, this.#loadBalancer, this.supervisors);
  }
}
