import { pino } from "pino";
import type { KubeObject } from "../../../../src/kubernetes/objects.ts";
import type { Resource } from "../../../../src/kubernetes/resource.ts";
import { Store } from "../../../../src/kubernetes/store.ts";
import type { ForeignWatch, Manager, WatchScope } from "../../../../src/runtime/manager.ts";
import { ReadableNamespaces } from "../../../../src/runtime/readable-namespaces.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";
import { SimulatedWatch } from "./watch.ts";

/** Feeds the caches of one process. It stands where the operator has its Manager. */
export class SimulatedCaches implements Pick<
  Manager,
  "watch" | "watchForeign" | "watchNamespaces" | "namespaces"
> {
  readonly #server: SimulatedApiServer;
  readonly #watches: SimulatedWatch<KubeObject>[] = [];
  /** All are watched, and so all can be read. */
  readonly namespaces = new ReadableNamespaces(pino({ level: "silent" }));

  constructor(server: SimulatedApiServer) {
    this.#server = server;
  }

  /** A store that is empty until the first list, and follows the server as the test delivers. */
  watch<T extends KubeObject>(resource: Resource<T>, scope: WatchScope<T> = {}): Store<T> {
    const { labelSelector, metadataOnly, indexes, transform } = scope;
    const store = new Store<T>(indexes, transform);
    const options = { resource, store, labelSelector, metadataOnly };
    const watch = new SimulatedWatch<T>(this.#server, options);
    this.#watches.push(watch as unknown as SimulatedWatch<KubeObject>);
    return store;
  }

  /** The simulated cluster has no kinds of others. */
  watchForeign<T extends KubeObject>(): ForeignWatch<T> {
    return {
      store: new Store<T>(),
      presence: { stateIn: () => "Missing", onTurn: () => undefined },
    };
  }

  /** All namespaces are watched. */
  watchNamespaces<T extends KubeObject>(resource: Resource<T>, scope?: WatchScope<T>): Store<T> {
    return this.watch(resource, scope);
  }

  /** The watches, in the order in which they were asked for. */
  get watches(): readonly SimulatedWatch<KubeObject>[] {
    return this.#watches;
  }

  /** The watch of a kind. @throws Error where nobody watches it */
  of(kind: string): SimulatedWatch<KubeObject> {
    const found = this.#watches.find((watch) => watch.kind === kind);
    if (found === undefined) throw new Error(`nobody watches ${kind}`);
    return found;
  }

  /** Brings every cache up to date: at the start of a process, and after whatever was lost. */
  catchUp(): void {
    for (const watch of this.#watches) watch.catchUp();
  }

  /** The process is gone. */
  end(): void {
    for (const watch of this.#watches) watch.end();
  }
}
