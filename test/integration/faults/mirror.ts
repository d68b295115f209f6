import { setTimeout as wait } from "node:timers/promises";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { Reflector } from "../../../src/kubernetes/reflector.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { type ConfigMap, configMaps } from "../../objects/config-map.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";

/**
 * The namespace that the test fills. Other objects of the API server's own come and go elsewhere.
 */
export const namespace = "default";

/**
 * A store that follows the server's ConfigMaps through a kubeconfig's server, with the operator's
 * own parts.
 */
export class Mirror {
  readonly store = new Store<ConfigMap>();
  readonly client: ApiClient;
  readonly failures: unknown[] = [];
  /** The pauses between two tries (ms), as they were asked for. */
  readonly pauses: number[] = [];
  readonly #connection: Connection;
  readonly #stop = new AbortController();
  readonly #reflector: Reflector<ConfigMap>;
  readonly #running: Promise<void>;

  /**
   * `speed` makes patience short: the clock that is looked at runs so many times as fast, and pings
   * go out as often.
   */
  constructor(kubeconfig: string, speed = 1) {
    const now = (): number => performance.now() * speed;
    this.#connection = Connection.fromDefault(kubeconfig, { now, pingEveryMs: 15_000 / speed });
    this.client = new ApiClient(this.#connection, this.#stop.signal, {
      sleep,
      random: Math.random,
    });
    this.#reflector = new Reflector({
      client: this.client,
      resource: configMaps,
      store: this.store,
      namespace,
      sleep: async (ms, signal) => {
        this.pauses.push(ms);
        await sleep(ms, signal);
      },
      random: Math.random,
      now,
      onFailure: (error) => this.failures.push(error),
    });
    this.#running = this.#reflector.run(this.#stop.signal);
  }

  get synced(): Promise<void> {
    return this.#reflector.progress.synced;
  }

  /**
   * Waits until the store holds exactly what the server holds, and returns how long that took (ms).
   * It must stay so when one more event has passed, behind all that were under way. The test's own
   * time limit ends a wait in vain.
   */
  async equals(server: ApiServer): Promise<number> {
    const took = await this.#equal(server);
    const metadata = { generateName: "last-", namespace };
    await server.call("POST", `/api/v1/namespaces/${namespace}/configmaps`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
    });
    await this.#equal(server);
    return took;
  }

  async #equal(server: ApiServer): Promise<number> {
    const began = performance.now();
    while (this.#difference(await stored(server)) !== undefined) await wait(20);
    return performance.now() - began;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#connection.close();
  }

  #difference(server: ReadonlyMap<string, ConfigMap>): string | undefined {
    const mine = new Map(this.store.list().map((object) => [object.metadata.name, object]));
    return [...new Set([...mine.keys(), ...server.keys()])].find(
      (name) => text(mine.get(name)) !== text(server.get(name)),
    );
  }
}

function text(object: ConfigMap | undefined): string {
  return JSON.stringify([
    object?.metadata.uid,
    object?.metadata.resourceVersion,
    object?.metadata.labels,
    object?.data,
  ]);
}

/** All that the server holds, by name. */
async function stored(server: ApiServer): Promise<Map<string, ConfigMap>> {
  const { body } = await server.call("GET", `/api/v1/namespaces/${namespace}/configmaps`);
  return new Map((body["items"] as ConfigMap[]).map((object) => [object.metadata.name, object]));
}
