import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import type { PublishedAddress } from "../../stand-ins/client/load.ts";
import { apply, kubectl, read, readIfAny, tryKubectl } from "./kubectl.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** What a test asks of a fleet; the rest has its defaults. */
export interface FleetWish {
  readonly name: string;
  /** Addresses of its own pool, of the cluster's 203.0.113.0/24: each suite takes others. */
  readonly addresses: readonly string[];
  readonly spec?: Record<string, unknown>;
  readonly slots?: number;
  readonly pool?: Record<string, unknown>;
  /** Its pool, where it shares one with others. Default: one of its own, named after it. */
  readonly poolName?: string;
  /** Where it lives. Default: a namespace of its own, named after it. */
  readonly namespace?: string;
}

/**
 * A fleet in a namespace and with a pool of its own, both named after it unless the test wishes
 * otherwise.
 */
export class TestFleet {
  readonly name: string;
  readonly #wish: FleetWish;

  constructor(wish: FleetWish) {
    this.name = wish.name;
    this.#wish = wish;
  }

  get namespace(): string {
    return this.#wish.namespace ?? this.name;
  }

  get #poolName(): string {
    return this.#wish.poolName ?? this.name;
  }

  async create(): Promise<void> {
    const labels = {
      "pod-security.kubernetes.io/enforce": "restricted",
      "proxyfleet-test": "end-to-end",
    };
    await apply(namespaceObject(this.namespace, labels), this.pool(), this.manifest());
  }

  pool(): object {
    const spec = { addresses: this.#wish.addresses, ...this.#wish.pool };
    return poolObject({ name: this.#poolName, spec });
  }

  manifest(): object {
    const addresses = { count: this.#wish.slots ?? 2, pools: [{ name: this.#poolName }] };
    const spec = { addresses, ...this.#wish.spec };
    return fleetObject({ name: this.name, namespace: this.namespace, spec });
  }

  /** Changes its spec, as `kubectl patch --type=merge` does: null goes back to the default. */
  async patch(spec: object): Promise<void> {
    const place = ["wap", this.name, "-n", this.namespace];
    await kubectl("patch", ...place, "--type=merge", "-p", JSON.stringify({ spec }));
  }

  async read(): Promise<WhatsAppProxy> {
    return read<WhatsAppProxy>("wap", this.name, "-n", this.namespace);
  }

  /** Waits until a condition has this status; gives its message. */
  async condition(
    type: string,
    status: string,
    { seconds = 90, reason }: { readonly seconds?: number; readonly reason?: string } = {},
  ): Promise<string> {
    return waitFor(
      `${this.name}: condition ${type}=${status} ${reason ?? ""}`,
      async () => {
        const found = (await this.read()).status.conditions?.find(
          (condition) => condition.type === type,
        );
        return found?.status === status && (reason === undefined || found.reason === reason)
          ? found.message
          : undefined;
      },
      { seconds },
    );
  }

  async ready(): Promise<void> {
    await this.condition("Ready", "True");
  }

  /** The address that each slot's people are told now. */
  async published(): Promise<Map<number, PublishedAddress>> {
    const { spec, status } = await this.read();
    const ports = { chat: spec.listeners.chat.port, media: spec.listeners.media.port };
    const serving = (status.addresses ?? []).filter(({ phase }) => phase === "Serving");
    return new Map(serving.map(({ slot, address }) => [slot, { host: address, ...ports }]));
  }

  async ledger(): Promise<readonly ProxyAddress[]> {
    return (
      await read<{ items: ProxyAddress[] }>("wapa", "-l", `proxyfleet.dev/fleet=${this.name}`)
    ).items;
  }

  async entryOf(address: string): Promise<ProxyAddress | undefined> {
    return (await this.ledger()).find(({ spec }) => spec.address === address);
  }

  async phase(address: string, phase: string, seconds = 60): Promise<ProxyAddress> {
    return waitFor(
      `${address} to be ${phase}`,
      async () => {
        const entry = await this.entryOf(address);
        return entry?.status.phase === phase ? entry : undefined;
      },
      { seconds },
    );
  }

  async rotate(text: string): Promise<void> {
    await kubectl(
      "annotate",
      "wap",
      this.name,
      "-n",
      this.namespace,
      `proxyfleet.dev/rotate-at=${text}`,
      "--overwrite",
    );
  }

  async handled(text: string, seconds = 120): Promise<void> {
    await waitFor(
      `lastHandledRotateAt to be ${text}`,
      async () => (await this.read()).status.lastHandledRotateAt === text,
      { seconds },
    );
  }

  async events(): Promise<readonly { reason: string; note: string }[]> {
    return (
      await read<{ items: { reason: string; note: string }[] }>(
        "events.events.k8s.io",
        "-n",
        this.namespace,
      )
    ).items;
  }

  /** Waits for an Event with this reason that says these words. */
  async event(reason: string, words = /./, seconds = 20): Promise<void> {
    const isThis = (event: { reason: string; note: string }) =>
      event.reason === reason && words.test(event.note);
    await waitFor(
      `${this.name}: an Event ${reason}`,
      async () => (await this.events()).some(isThis),
      { seconds },
    );
  }

  async service(address: string): Promise<object | undefined> {
    const entry = await this.entryOf(address);
    return readIfAny("service", entry?.status.serviceName ?? "none", "-n", this.namespace);
  }

  /** Takes all of it away, ledger included, so that another run finds free addresses. */
  async remove(): Promise<void> {
    await tryKubectl("delete", "wap", this.name, "-n", this.namespace, "--timeout=90s");
    await tryKubectl("delete", "wapa", "-l", `proxyfleet.dev/fleet=${this.name}`, "--timeout=60s");
    await tryKubectl("delete", "wapool", this.name, "--ignore-not-found", "--timeout=30s");
    await tryKubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--wait=false");
  }
}
