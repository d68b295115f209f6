import { setTimeout as wait } from "node:timers/promises";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { type Manifest, collectionOf, fleet, pool } from "../samples.ts";

const names = ["family", "friends", "office"];

/** Fleets whose spec changes all the time, so that a leader always has something to write. */
export class BusyFleets {
  readonly #server: ApiServer;
  readonly #stop = new AbortController();
  readonly #working: Promise<void>;

  private constructor(server: ApiServer) {
    this.#server = server;
    this.#working = this.#work();
  }

  /** Makes the fleets, unless they are there already. */
  static async start(server: ApiServer): Promise<BusyFleets> {
    const manifests: Manifest[] = [pool(), ...names.map((name) => fleet({}, name))];
    for (const manifest of manifests) {
      const { code, body } = await server.call("POST", collectionOf(manifest), manifest);
      if (code !== 201 && code !== 409) throw new Error(JSON.stringify(body));
    }
    return new BusyFleets(server);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let n = 1000; !this.#stop.signal.aborted; n++) {
      for (const name of names) {
        const path = `${collectionOf(fleet())}/${name}`;
        await this.#server.patch(path, { spec: { limits: { maxConnections: n } } });
      }
      await wait(50);
    }
  }
}

const collections = [
  "/apis/proxyfleet.dev/v1alpha1/whatsappproxies",
  "/apis/proxyfleet.dev/v1alpha1/proxyaddresses",
  "/apis/proxyfleet.dev/v1alpha1/addresspools",
  "/api/v1/secrets",
  "/api/v1/services",
  "/api/v1/pods",
  "/apis/apps/v1/deployments",
  "/apis/policy/v1/poddisruptionbudgets",
  "/apis/networking.k8s.io/v1/networkpolicies",
];

/** The version of every object that an operator writes. */
export async function versions(server: ApiServer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of collections) {
    const items = (await server.call("GET", path)).body["items"] as {
      metadata: { name: string; resourceVersion: string };
    }[];
    for (const { metadata } of items) found[`${path}/${metadata.name}`] = metadata.resourceVersion;
  }
  return found;
}

/** An operator may hold progress back for five seconds, to tell it with what comes next (ms). */
const quietMs = 6_000;

/**
 * Waits until nothing was written for so long that nothing is held back any more, and returns the
 * versions that things then have.
 */
export async function settled(server: ApiServer): Promise<Record<string, string>> {
  for (let before = await versions(server); ;) {
    await wait(quietMs);
    const now = await versions(server);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
}
