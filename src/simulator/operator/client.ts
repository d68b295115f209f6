import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { ApplyAs, ListOptions, Page, Patch, Preconditions } from "../../kubernetes/client.ts";
import { NotFoundError } from "../../kubernetes/errors.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import type { ObjectKey, Resource } from "../../kubernetes/resource.ts";
import { evict } from "../server/eviction.ts";
import { notFound } from "../server/refusals.ts";
import type { SimulatedApiServer } from "../server/server.ts";

/** The operator's way to the simulated API server: without faults, and without a wait. */
export class WorldClient implements KubernetesApi {
  readonly #server: SimulatedApiServer;

  constructor(server: SimulatedApiServer) {
    this.#server = server;
  }

  async get<T extends KubeObject>(of: Resource<T>, key: ObjectKey): Promise<T | undefined> {
    return this.#server.get(of, key);
  }

  async list<T extends KubeObject>(of: Resource<T>, options: ListOptions): Promise<Page<T>> {
    const items = this.#server.list(of, options);
    return { items, resourceVersion: this.#server.resourceVersion, continueToken: undefined };
  }

  async create<T extends KubeObject>(of: Resource<T>, object: T, manager: string): Promise<T> {
    return this.#server.create(of, object, { manager });
  }

  async apply<T extends KubeObject>(
    of: Resource<T>,
    object: KubeObject,
    { fieldManager: manager, subresource }: ApplyAs,
  ): Promise<T> {
    const as = subresource === undefined ? { manager } : { manager, subresource };
    return this.#server.apply<T>(of, object, as);
  }

  async patch<T extends KubeObject>(
    of: Resource<T>,
    key: ObjectKey,
    { state: preconditions, change, fieldManager: manager }: Patch,
  ): Promise<T> {
    return this.#server.patch<T>(of, key, { change, manager, preconditions });
  }

  async delete(
    of: Resource<KubeObject>,
    key: ObjectKey,
    preconditions: Preconditions,
  ): Promise<void> {
    try {
      this.#server.delete(of, key, { preconditions });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  async evict(
    _pods: Resource<KubeObject>,
    key: ObjectKey,
    preconditions: Preconditions,
  ): Promise<void> {
    evict(this.#server, key, preconditions);
  }

  /** No path is known but those of objects. */
  async raw<T>(path: string): Promise<T> {
    throw notFound({ verb: "get", resource: "raw", key: path });
  }
}
