import type { KubeObject } from "../../../../src/kubernetes/objects.ts";
import type { Resource } from "../../../../src/kubernetes/resource.ts";
import type { Store } from "../../../../src/kubernetes/store.ts";
import { selects } from "../../../../src/simulator/server/label-selector.ts";
import type { SimulatedApiServer, StoredChange } from "../../../../src/simulator/server/server.ts";

interface WatchedEvent {
  readonly type: StoredChange["type"];
  readonly object: KubeObject;
}

export interface WatchOptions<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly store: Store<T>;
  readonly labelSelector?: string | undefined;
  /** Spec, status and data stay on the server. */
  readonly metadataOnly?: boolean | undefined;
}

/**
 * One kind on its way into one cache. Events wait here until the test delivers them: late, twice, or
 * never. A watch that lost something lists again, as a reflector does.
 */
export class SimulatedWatch<T extends KubeObject> {
  readonly #server: SimulatedApiServer;
  readonly #options: WatchOptions<T>;
  readonly #isSelected: ReturnType<typeof selects>;
  readonly #end: () => void;
  #waiting: WatchedEvent[] = [];
  #last: WatchedEvent | undefined;
  #isBehind = true;

  constructor(server: SimulatedApiServer, options: WatchOptions<T>) {
    this.#server = server;
    this.#options = options;
    this.#isSelected = selects(options.labelSelector);
    const { group, plural } = options.resource;
    this.#end = server.onChange((change) => {
      if (change.resource.plural === plural && change.resource.group === group) this.#see(change);
    });
  }

  get kind(): string {
    return this.#options.resource.kind;
  }

  /** How many events are under way. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether only a new list brings the cache up to date. So it is before the first one. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** What the cache holds. */
  objects(): readonly T[] {
    return this.#options.store.list();
  }

  /** Brings the next events, or all. */
  deliver(count = Number.POSITIVE_INFINITY): void {
    for (let left = count; left > 0; left--) {
      const event = this.#waiting.shift();
      if (event === undefined) return;
      this.#bring(event);
    }
  }

  /** Brings the event again that came last, however old it is now. */
  repeat(): void {
    if (this.#last !== undefined) this.#bring(this.#last);
  }

  /** Loses the next events: what they said is known only after a new list. */
  lose(count = 1): void {
    if (this.#waiting.splice(0, count).length > 0) this.#isBehind = true;
  }

  /** Lists all objects as they are now. Events under way come later, and say nothing new. */
  relist(): void {
    const { resource, store, labelSelector } = this.#options;
    const objects = this.#server.list(resource, { labelSelector });
    store.replaceAll(
      objects.map((object) => this.#shown(object)),
      this.#server.resourceVersion,
    );
    this.#isBehind = false;
  }

  /** Brings the cache up to date. */
  catchUp(): void {
    if (this.#isBehind) this.relist();
    this.deliver();
  }

  /** The process is gone, and its watches with it. */
  end(): void {
    this.#end();
    this.#waiting = [];
  }

  #see({ type, before, after }: StoredChange): void {
    const was = before !== undefined && this.#isSelected(before.metadata.labels);
    const is = type !== "DELETED" && this.#isSelected(after.metadata.labels);
    if (was && !is) this.#waiting.push({ type: "DELETED", object: after });
    else if (is) this.#waiting.push({ type: was ? "MODIFIED" : "ADDED", object: after });
  }

  #bring(event: WatchedEvent): void {
    this.#last = event;
    this.#options.store.recordEvent(event.type, this.#shown(event.object));
  }

  #shown(object: KubeObject): T {
    const { apiVersion, kind, metadata } = object;
    return (this.#options.metadataOnly === true ? { apiVersion, kind, metadata } : object) as T;
  }
}
