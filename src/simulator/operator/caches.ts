import { pino } from "pino";
import type { KubeObject } from "../../kubernetes/objects.ts";
import type { Resource } from "../../kubernetes/resource.ts";
import { Store } from "../../kubernetes/store.ts";
import type { ForeignWatch, Manager, WatchScope } from "../../runtime/manager.ts";
import { ReadableNamespaces } from "../../runtime/readable-namespaces.ts";
import { selects } from "../server/label-selector.ts";
import type { SimulatedApiServer, StoredChange } from "../server/server.ts";

type News = Pick<StoredChange, "type" | "before" | "after">;

/**
 * Feeds the caches of the simulated operator. It stands where the operator has its Manager. News
 * come when `hear` is called: after the answers to the operator's own writes, as they mostly do.
 */
export class WorldCaches implements Pick<
  Manager,
  "watch" | "watchForeign" | "watchNamespaces" | "namespaces"
> {
  readonly namespaces = new ReadableNamespaces(pino({ level: "silent" }));
  readonly #server: SimulatedApiServer;
  readonly #watches: Watch[] = [];

  constructor(server: SimulatedApiServer) {
    this.#server = server;
  }

  watch<T extends KubeObject>(of: Resource<T>, scope: WatchScope<T> = {}): Store<T> {
    const store = new Store<T>(scope.indexes, scope.transform);
    const { labelSelector } = scope;
    const fed = store as unknown as Store<KubeObject>;
    this.#watches.push(new Watch(this.#server, of, { store: fed, labelSelector }));
    return store;
  }

  watchNamespaces<T extends KubeObject>(of: Resource<T>, scope?: WatchScope<T>): Store<T> {
    return this.watch(of, scope);
  }

  /** The simulated cluster has no kinds of others. */
  watchForeign<T extends KubeObject>(): ForeignWatch<T> {
    const presence = { stateIn: () => "Missing" as const, onTurn: () => undefined };
    return { store: new Store<T>(), presence };
  }

  /** Brings all news, in their order for each kind. */
  hear(): void {
    for (const watch of this.#watches) watch.hear();
  }
}

interface Watched {
  readonly store: Store<KubeObject>;
  readonly labelSelector: string | undefined;
}

class Watch {
  readonly #store: Store<KubeObject>;
  readonly #isSelected: ReturnType<typeof selects>;
  #waiting: News[] = [];

  constructor(
    server: SimulatedApiServer,
    { group, plural }: Resource<KubeObject>,
    { store, labelSelector }: Watched,
  ) {
    this.#store = store;
    this.#isSelected = selects(labelSelector);
    server.onChange((change) => {
      if (change.resource.plural === plural && change.resource.group === group)
        this.#waiting.push(change);
    });
  }

  hear(): void {
    while (this.#waiting.length > 0) {
      const news = this.#waiting;
      this.#waiting = [];
      for (const one of news) this.#bring(one);
    }
  }

  #bring({ type, before, after }: News): void {
    const was = before !== undefined && this.#isSelected(before.metadata.labels);
    const is = type !== "DELETED" && this.#isSelected(after.metadata.labels);
    if (was && !is) this.#store.recordEvent("DELETED", after);
    else if (is) this.#store.recordEvent(was ? "MODIFIED" : "ADDED", after);
  }
}
