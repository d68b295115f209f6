import type { ApiClient } from "../../kubernetes/client.ts";
import { type KubeEvent, events } from "../../kubernetes/events.ts";
import { parseKey } from "../../kubernetes/resource.ts";
import { seconds } from "../../values/time.ts";
import { Expiring } from "./expiring.ts";

/** Many may look at one fleet that is in trouble. */
const lasts = seconds(5);
const mostKept = 64;
/** Of a fleet with more, some are left out. */
const mostEvents = 500;

/** Reads the Events about fleets, when somebody looks at one. */
export class FleetEvents {
  readonly #client: Pick<ApiClient, "list">;
  readonly #kept: Expiring<readonly KubeEvent[]>;

  /** @param clock never goes back (ms) */
  constructor(client: Pick<ApiClient, "list">, clock: () => number) {
    this.#client = client;
    this.#kept = new Expiring(lasts, mostKept, clock);
  }

  /** @param key of the fleet. @throws errors of the API client */
  async of(key: string): Promise<readonly KubeEvent[]> {
    return this.#kept.get(key, async () => this.#read(key));
  }

  async #read(key: string): Promise<readonly KubeEvent[]> {
    const { namespace, name } = parseKey(key);
    const fieldSelector = `regarding.kind=WhatsAppProxy,regarding.name=${name}`;
    const page = await this.#client.list(events, { namespace, fieldSelector, limit: mostEvents });
    return page.items;
  }
}
