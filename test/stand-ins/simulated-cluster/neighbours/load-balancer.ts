import * as custom from "../../../../src/api/resources.ts";
import { services } from "../../../../src/kubernetes/builtin.ts";
import type { CustomObject, Service } from "../../../../src/kubernetes/objects.ts";
import { type ObjectKey, keyOf } from "../../../../src/kubernetes/resource.ts";
import type { Provider } from "../../../../src/pool/provider.ts";
import type { Random } from "../../../../src/values/random.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";
import { writeEvent } from "./event.ts";

const finalizer = "service.kubernetes.io/load-balancer-cleanup";
const manager = { manager: "load-balancer" };

/** What a load balancer has given to one Service. */
interface Given {
  readonly key: ObjectKey;
  /** What the Service asked for then. */
  readonly wish: string | undefined;
  readonly first: string;
  /** The one that it has now. */
  address: string;
  /** Where the status shows a name: whether it resolves now. */
  resolves: boolean;
  /** By somebody's hand it is another one than the Service asked for, or none. */
  isTampered: boolean;
  /** It was taken back. */
  isGone: boolean;
}

/** Addresses of a provider that can't be asked, and those that nobody asked for. */
const own = Array.from({ length: 24 }, (_, index) => `192.0.2.${index + 1}`);
const strange = Array.from({ length: 250 }, (_, index) => `198.18.0.${index + 1}`);

/**
 * The load balancer of one row of the capability table. It acts when `step` is called: gives each
 * Service the address that it asks for, or one of its own, and lets go of those that are deleted.
 */
export class SimulatedLoadBalancer {
  /** It does nothing at all: an outage. */
  isSilent = false;
  /** Addresses that it never gives, without a word. */
  readonly ignored = new Set<string>();
  readonly #server: SimulatedApiServer;
  readonly #provider: Provider;
  readonly #random: Random;
  readonly #given = new Map<string, Given>();
  readonly #refused = new Map<string, string>();
  readonly #reported = new Set<string>();

  constructor(server: SimulatedApiServer, provider: Provider, random: Random) {
    this.#server = server;
    this.#provider = provider;
    this.#random = random;
  }

  /** From now on it refuses an address: an Event says why, and no answer ever comes. */
  refuse(address: string, why = "pool edge not compatible for ip assignment"): void {
    this.#refused.set(address, why);
  }

  /** It refuses nothing any more. */
  refuseNothing(): void {
    this.#refused.clear();
  }

  /** Does what is to be done for each Service now. */
  step(): void {
    if (this.isSilent) {
      for (const given of this.#given.values()) given.resolves = false;
      return;
    }
    for (const service of this.#server.list(services))
      if (service.spec.type === "LoadBalancer") this.#serve(service);
  }

  /** The addresses that a host name of its own leads to. It fits the operator's resolver. */
  readonly resolve = async (hostname: string): Promise<readonly string[]> => {
    const found = [...this.#given.values()].find(({ key }) => hostnameOf(key) === hostname);
    return found?.resolves === true && !found.isGone ? [found.address] : [];
  };

  /** The Service to which an address leads now. */
  serviceAt(address: string): ObjectKey | undefined {
    return [...this.#given.values()].find((given) => !given.isGone && given.address === address)
      ?.key;
  }

  /** Whether somebody gave this Service another address than it asked for, or took its own. */
  isTampered({ metadata }: Service): boolean {
    return this.#given.get(metadata.uid ?? "")?.isTampered ?? false;
  }

  /** A living Service gets another address than it has. */
  giveAnother(service: Service): void {
    const given = this.#given.get(service.metadata.uid ?? "");
    const free = this.#free(strange)[0];
    if (given === undefined || free === undefined) return;
    Object.assign(given, { address: free, isTampered: true, isGone: false });
    this.#show(service, given);
  }

  /** A living Service loses its address. */
  takeBack(service: Service): void {
    const given = this.#given.get(service.metadata.uid ?? "");
    if (given === undefined) return;
    Object.assign(given, { isTampered: true, isGone: true });
    this.#server.patch(services, keyOf(service), {
      ...manager,
      subresource: "status",
      change: { status: { loadBalancer: null } },
    });
  }

  /** A person mends it: the Service has its first address again, or any where that is taken. */
  mend(service: Service): void {
    const given = this.#given.get(service.metadata.uid ?? "");
    if (given === undefined || !given.isTampered) return;
    const isFree = this.#free([given.first]).length > 0 || given.address === given.first;
    if (!isFree) return this.giveAnother(service);
    Object.assign(given, { address: given.first, isTampered: false, isGone: false });
    this.#show(service, given);
  }

  #serve(service: Service): void {
    const { uid = "", deletionTimestamp, finalizers = [] } = service.metadata;
    if (deletionTimestamp !== undefined) return this.#letGo(service);
    const given = this.#given.get(uid);
    const wish = this.#wish(service);
    if (given === undefined) return this.#give(service, wish);
    given.resolves = true;
    const isAskedAnew = wish !== given.wish && !this.#provider.ignoresChangeInPlace;
    if (isAskedAnew && !given.isTampered) {
      this.#given.delete(uid);
      return this.#give(service, wish);
    }
    if (!finalizers.includes(finalizer)) this.#hold(service);
    return undefined;
  }

  #give(service: Service, wish: string | undefined): void {
    if (wish !== undefined && this.ignored.has(wish)) return undefined;
    const refusal = wish === undefined ? undefined : this.#refused.get(wish);
    if (refusal !== undefined) return this.#report(service, refusal);
    const address = wish === undefined ? this.#choose() : this.#free([wish])[0];
    if (address === undefined) return undefined;
    const key = keyOf(service);
    const given = {
      key,
      wish,
      first: address,
      address,
      resolves: false,
      isTampered: false,
      isGone: false,
    };
    this.#given.set(service.metadata.uid ?? "", given);
    this.#hold(service);
    return this.#show(service, given);
  }

  /** The finalizer keeps a Service until its address is free again. */
  #hold(service: Service): void {
    const finalizers = [...new Set([...(service.metadata.finalizers ?? []), finalizer])];
    this.#server.patch(services, keyOf(service), {
      ...manager,
      change: { metadata: { finalizers } },
    });
  }

  #show(service: Service, { key, address }: Given): void {
    const mark = this.#provider.versions?.[0]?.mark;
    if (mark !== undefined)
      this.#server.patch(services, keyOf(service), {
        ...manager,
        change: { metadata: { annotations: { [mark]: "pool" } } },
      });
    const ingress = this.#provider.statusIsHostName
      ? { hostname: hostnameOf(key) }
      : { ip: address };
    this.#server.patch(services, keyOf(service), {
      ...manager,
      subresource: "status",
      change: { status: { loadBalancer: { ingress: [ingress] } } },
    });
  }

  #letGo(service: Service): void {
    this.#given.delete(service.metadata.uid ?? "");
    this.#reported.delete(service.metadata.uid ?? "");
    const finalizers = (service.metadata.finalizers ?? []).filter((each) => each !== finalizer);
    this.#server.patch(services, keyOf(service), {
      ...manager,
      change: { metadata: { finalizers } },
    });
  }

  #report(service: Service, why: string): void {
    const { uid = "" } = service.metadata;
    if (this.#reported.has(uid)) return;
    this.#reported.add(uid);
    writeEvent(this.#server, service, { reason: "AllocationFailed", note: why });
  }

  /** The address that a Service asks for, by itself or by the name that its pool gives it. */
  #wish({ metadata }: Service): string | undefined {
    const { asks, addressAnnotations } = this.#provider;
    const text = addressAnnotations
      .map((key) => metadata.annotations?.[key])
      .find((value) => value !== undefined);
    if (text === undefined || asks === "nothing") return undefined;
    if (asks === "address") return text;
    return this.#server
      .list(custom.pools)
      .flatMap(named)
      .find(({ name }) => name === text)?.address;
  }

  /** The lowest free one, or any, where a freed one does not come again at once. */
  #choose(): string | undefined {
    const free = this.#free(own);
    return this.#provider.handsBackTheLast
      ? free[0]
      : free[Math.floor(this.#random() * free.length)];
  }

  #free(addresses: readonly string[]): readonly string[] {
    const used = new Set([...this.#given.values()].map(({ address }) => address));
    return addresses.filter((address) => !used.has(address));
  }
}

function hostnameOf({ name, namespace = "" }: ObjectKey): string {
  return `${name}.${namespace}.elb.example.org`;
}

function named({
  spec,
}: CustomObject): readonly { readonly name: string; readonly address: string }[] {
  return (spec as { named?: { name: string; address: string }[] }).named ?? [];
}
