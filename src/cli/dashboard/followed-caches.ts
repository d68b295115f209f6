import * as resources from "../../api/resources.ts";
import { addressIndexes } from "../../cluster/caches.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { Reflector } from "../../kubernetes/reflector.ts";
import type { Resource } from "../../kubernetes/resource.ts";
import { Store } from "../../kubernetes/store.ts";
import type { SyncProgress } from "../../kubernetes/sync-progress.ts";
import { sleep } from "../../runtime/clock.ts";
import { explainError } from "../../values/errors.ts";
import { seconds } from "../../values/time.ts";
import type { BoardCaches } from "../../web/io/live-fleets.ts";
import type { Rights } from "../../web/rights.ts";

/** The server sends a bookmark each minute: three missing ones, and what is known may be old. */
const hearsWithin = seconds(180);

export interface Following {
  readonly client: ApiClient;
  /** Undefined: all. */
  readonly namespace: string | undefined;
  /** A line for people. */
  readonly say: (message: string) => void;
}

/** What the dashboard is made from, followed with the rights of whoever runs this. */
export class FollowedCaches {
  readonly caches: BoardCaches;
  readonly #namespace: string | undefined;
  readonly #sources: Readonly<Record<keyof BoardCaches, Reflector<CustomObject>>>;

  constructor(following: Following) {
    const { namespace } = following;
    this.#namespace = namespace;
    const [fleets, addresses, pools] = [
      new Store<CustomObject>(),
      new Store<CustomObject>(addressIndexes),
      new Store<CustomObject>(),
    ];
    this.caches = { fleets, addresses, pools };
    this.#sources = {
      fleets: reflector(following, { of: resources.fleets, store: fleets, namespace }),
      addresses: reflector(following, { of: resources.addresses, store: addresses }),
      pools: reflector(following, { of: resources.pools, store: pools }),
    };
  }

  /** Follows the server until `stop` fires. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all(Object.values(this.#sources).map(async (source) => source.run(stop)));
  }

  /** Resolves when all was read that may be read. */
  async read(): Promise<void> {
    const { fleets, addresses, pools } = this.#sources;
    const optional = [addresses.progress.settled, pools.progress.settled];
    await Promise.all([fleets.progress.synced, ...optional]);
  }

  /** What the server lets its person read, as it answered. */
  rights(): Rights {
    const { addresses, pools } = this.#sources;
    return {
      namespaces: this.#namespace === undefined ? "All" : new Set([this.#namespace]),
      ledger: isRead(addresses.progress),
      pools: isRead(pools.progress),
    };
  }

  get isCurrent(): boolean {
    return this.#sources.fleets.progress.quietMs <= hearsWithin;
  }
}

function isRead({ isSynced, isRefused }: SyncProgress): boolean {
  return isSynced && !isRefused;
}

interface Followed {
  readonly of: Resource<CustomObject>;
  readonly store: Store<CustomObject>;
  readonly namespace?: string | undefined;
}

function reflector({ client, say }: Following, { of: resource, store, namespace }: Followed) {
  let said = "";
  const made: Reflector<CustomObject> = new Reflector<CustomObject>({
    client,
    resource,
    store,
    namespace,
    isOptional: resource !== resources.fleets,
    sleep,
    random: Math.random,
    now: () => performance.now(),
    onWentBack: () => made.relist(),
    onFailure: (error) => {
      const problem = explainError(error);
      if (problem !== said && !made.progress.isRefused) say(problem);
      said = problem;
    },
  });
  return made;
}
