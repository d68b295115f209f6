import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../../src/kubernetes/objects.ts";
import type { ApiServer } from "../api-server/api-server.ts";

/** Gives a Service its address; undefined: nothing yet. */
export type Giving = (service: Service) => string | undefined;

/**
 * A stand-in for a load balancer's controller: it writes the status of Services, and nothing else.
 */
export class LoadBalancer {
  readonly #server: ApiServer;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  give: Giving;

  constructor(server: ApiServer, give: Giving = asAsked) {
    this.#server = server;
    this.give = give;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async services(): Promise<readonly Service[]> {
    const { body } = await this.#server.call("GET", "/api/v1/services");
    const items = (body["items"] ?? []) as readonly Service[];
    return items.filter(({ spec }) => spec.type === "LoadBalancer");
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      for (const service of await this.services()) await this.#serve(service);
      await sleep(50);
    }
  }

  async #serve(service: Service): Promise<void> {
    if (service.status?.loadBalancer?.ingress !== undefined) return;
    const ip = this.give(service);
    if (ip === undefined) return;
    const { namespace = "", name } = service.metadata;
    const body = { status: { loadBalancer: { ingress: [{ ip }] } } };
    await this.#server.patch(`/api/v1/namespaces/${namespace}/services/${name}/status`, body);
  }
}

/** What MetalLB does: the address that the annotation asks for. */
export const asAsked: Giving = ({ metadata }) =>
  metadata.annotations?.["metallb.io/loadBalancerIPs"];
