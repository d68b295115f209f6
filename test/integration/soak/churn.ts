import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { childPaths, entriesOf, fleetPath, read, servicesOf } from "../operator/fleet-objects.ts";
import { type Manifest, collectionOf, fleet, pool } from "../samples.ts";

/**
 * Whole lives of fleets, one after the other: each comes up, moves, is changed, and goes, until
 * nothing of it is left.
 */
export class Churn {
  readonly #server: ApiServer;
  #lives = 0;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  /** Makes the pool that all fleets take from. A returned address rests for a second only. */
  async prepare(): Promise<void> {
    await this.#create(
      pool({
        addresses: ["127.66.0.0/24"],
        quarantine: { blocked: "1s", retired: "1s", unusable: "1s" },
      }),
    );
  }

  /**
   * Several lives at once, and others after them, until `seconds` have passed. Returns how many
   * there were.
   */
  async go(seconds: number): Promise<number> {
    const endsAt = performance.now() + seconds * 1000;
    const before = this.#lives;
    const line = async (): Promise<void> => {
      while (performance.now() < endsAt) await this.#live(`soak-${++this.#lives}`);
    };
    await Promise.all(Array.from({ length: 8 }, line));
    return this.#lives - before;
  }

  async #live(name: string): Promise<void> {
    const listeners = {
      chat: { port: dataPlanePorts.chat },
      media: { port: dataPlanePorts.media },
    };
    const rotation = { maxAge: "0s", minAge: "0s", drain: { scheduled: "1s", blocked: "1s" } };
    const addresses = { count: 2, pools: [{ name: "metallb-a" }] };
    await this.#create(fleet({ replicas: 1, listeners, rotation, addresses }, name));
    await waitFor(`${name} to be ready`, async () => this.#isReady(name));
    await this.#change(name, {
      metadata: { annotations: { "proxyfleet.dev/rotate-at": "0@once" } },
    });
    await waitFor(
      `${name} to have moved`,
      async () => (await this.#fleet(name))?.status?.lastHandledRotateAt === "0@once",
    );
    await this.#change(name, { spec: { limits: { maxConnections: 1000 + this.#lives } } });
    await waitFor(
      `${name} to be settled`,
      async () =>
        (await this.#isReady(name)) && (await servicesOf(this.#server, name)).length === 2,
    );
    await this.#server.call("DELETE", fleetPath(name));
    await waitFor(`${name} to be gone`, async () => (await this.#fleet(name)) === undefined);
    await this.#collectGarbage(name);
    await waitFor(
      `the addresses of ${name} to be forgotten`,
      async () => (await entriesOf(this.#server, name)).length === 0,
    );
  }

  /** There is no garbage collector beside this API server. */
  async #collectGarbage(name: string): Promise<void> {
    for (const path of Object.values(childPaths)) await this.#server.call("DELETE", path(name));
    await this.#server.call("DELETE", `/api/v1/namespaces/default/pods/${name}-proxy-0`);
  }

  async #isReady(name: string): Promise<boolean> {
    const { conditions = [] } = (await this.#fleet(name))?.status ?? {};
    return conditions.some(({ type, status }) => type === "Ready" && status === "True");
  }

  async #fleet(name: string): Promise<WhatsAppProxy | undefined> {
    return read<WhatsAppProxy>(this.#server, fleetPath(name));
  }

  async #change(name: string, change: object): Promise<void> {
    const { code, body } = await this.#server.patch(fleetPath(name), change);
    if (code !== 200) throw new Error(JSON.stringify(body));
  }

  async #create(manifest: Manifest): Promise<void> {
    const { code, body } = await this.#server.call("POST", collectionOf(manifest), manifest);
    if (code !== 201) throw new Error(JSON.stringify(body));
  }
}
