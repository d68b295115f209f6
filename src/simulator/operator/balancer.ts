import { services } from "../../kubernetes/builtin.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { keyOf } from "../../kubernetes/resource.ts";
import type { Provider } from "../../pool/provider.ts";
import { seconds } from "../../values/time.ts";
import type { SimulatedApiServer, StoredChange } from "../server/server.ts";
import type { Agenda } from "../world/agenda.ts";

/** A load balancer announces an address so soon after its Service was made. */
const givingTakes = seconds(2);

export interface WorldBalancerOptions {
  readonly server: SimulatedApiServer;
  readonly agenda: Agenda;
  readonly provider: Provider;
  /** The address answers from now on, or no more. */
  readonly onLight: (address: string) => void;
  readonly onDark: (address: string) => void;
}

/** Lets a load balancer work: it gives each Service the address that it asks for, and never fails. */
export function balance(options: WorldBalancerOptions): void {
  const balancer = new WorldBalancer(options);
  options.server.onChange((change) => {
    if (change.resource.kind === "Service") balancer.see(change);
  });
}

class WorldBalancer {
  readonly #options: WorldBalancerOptions;
  /** By the Service's uid. */
  readonly #given = new Map<string, string>();

  constructor(options: WorldBalancerOptions) {
    this.#options = options;
  }

  see({ type, after }: StoredChange): void {
    const { uid } = after.metadata;
    if (type === "ADDED")
      this.#options.agenda.timer(givingTakes, () => this.#give(after as unknown as Service));
    if (type !== "DELETED") return;
    const address = this.#given.get(uid);
    this.#given.delete(uid);
    if (address !== undefined) this.#options.onDark(address);
  }

  #give(asked: Service): void {
    const { server, provider, onLight } = this.#options;
    const service = server.get(services, keyOf(asked));
    const { uid } = asked.metadata;
    if (uid === undefined || service?.metadata.uid !== uid) return;
    const annotations = service.metadata.annotations ?? {};
    const [address] = provider.addressAnnotations.flatMap((key) => annotations[key] ?? []);
    if (address === undefined) return;
    this.#given.set(uid, address);
    server.patch(services, keyOf(service), {
      manager: "load-balancer",
      subresource: "status",
      change: { status: { loadBalancer: { ingress: [{ ip: address }] } } },
    });
    onLight(address);
  }
}
