import { HandshakeError, type HandshakeTarget } from "../../../../src/address/io/handshake.ts";
import { OpenPortError } from "../../../../src/address/io/open-port.ts";
import { pods, services } from "../../../../src/kubernetes/builtin.ts";
import type { Pod } from "../../../../src/kubernetes/objects.ts";
import { type ListenerName, listenerNames } from "../../../../src/api/names.ts";
import { lanePort } from "../../../../src/ledger/lanes.ts";
import { matchesSelector } from "../../../../src/values/label-selector.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";
import type { SimulatedLoadBalancer } from "./load-balancer.ts";
import type { SimulatedSupervisors } from "./supervisors.ts";
import { isReady } from "./workloads.ts";

interface Target {
  readonly host: string;
  readonly port: number;
}

/** Where a connection ends: a lane's listener in a pod. */
interface Arrival {
  readonly listener: ListenerName;
  readonly certificateSHA256: string;
}

/** The upstream's own certificate, which media passes through. */
const upstreamCertificate = "0".repeat(64);

/**
 * The way from a phone, or from the operator, to a lane: through an address, its Service and a
 * ready pod, or straight to a pod. Its functions fit the operator's own handshakes.
 */
export class SimulatedNetwork {
  /** Addresses to which no packet comes. */
  readonly broken = new Set<string>();
  /** Addresses whose packets are lost on the way: nobody hears how a try ends until `release`. */
  readonly blackHoles = new Set<string>();
  #released = Promise.withResolvers<undefined>();
  /** No packet comes through any load balancer. */
  isDown = false;
  readonly #server: SimulatedApiServer;
  readonly #loadBalancer: SimulatedLoadBalancer;
  readonly #supervisors: SimulatedSupervisors;

  constructor(
    server: SimulatedApiServer,
    loadBalancer: SimulatedLoadBalancer,
    supervisors: SimulatedSupervisors,
  ) {
    this.#server = server;
    this.#loadBalancer = loadBalancer;
    this.#supervisors = supervisors;
  }

  /** SHA-256 of the certificate that a handshake shows. @throws HandshakeError */
  readonly certificateBehind = async (target: HandshakeTarget): Promise<string> => {
    const arrival = await this.#reach(target);
    if (arrival === undefined)
      throw new HandshakeError(`TLS handshake with port ${target.port} had no answer in 5 s`);
    return arrival.listener === "media" ? upstreamCertificate : arrival.certificateSHA256;
  };

  /** Whether a port is open, and stays so. @throws OpenPortError */
  readonly keepsConnections = async (target: Target): Promise<void> => {
    if ((await this.#reach(target)) === undefined)
      throw new OpenPortError(`connection to port ${target.port} had no answer in 5 s`);
  };

  /** All tries that were lost on the way end, without an answer. */
  release(): void {
    this.blackHoles.clear();
    this.#released.resolve(undefined);
    this.#released = Promise.withResolvers<undefined>();
  }

  async #reach(target: Target): Promise<Arrival | undefined> {
    return this.blackHoles.has(target.host) ? this.#released.promise : this.#arrive(target);
  }

  #arrive({ host, port }: Target): Arrival | undefined {
    const pod = this.#server.list(pods).find(({ status }) => status?.podIP === host);
    if (pod !== undefined) return this.#inPod(pod, port);
    if (this.isDown || this.broken.has(host)) return undefined;
    const key = this.#loadBalancer.serviceAt(host);
    const service = key === undefined ? undefined : this.#server.get(services, key);
    const ports = service?.spec.ports?.find((each) => each.port === port);
    if (service === undefined || ports === undefined) return undefined;
    const { namespace } = service.metadata;
    const matchLabels = service.spec.selector ?? {};
    const ready = this.#server
      .list(pods, { namespace })
      .find(
        (each) => isReady(each) && matchesSelector({ matchLabels }, each.metadata.labels ?? {}),
      );
    return ready === undefined ? undefined : this.#inPod(ready, Number(ports.targetPort));
  }

  #inPod(pod: Pod, port: number): Arrival | undefined {
    for (const { lane, certificateSHA256 } of this.#supervisors.loadedBy(pod)?.open ?? []) {
      const listener = listenerNames.find((name) => lanePort(lane, name) === port);
      if (listener !== undefined) return { listener, certificateSHA256 };
    }
    return undefined;
  }
}
