import assert from "node:assert/strict";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { renewPageAnnotation, rotateAtAnnotation } from "../../../src/api/names.ts";
import type { ProxyAddressStatus } from "../../../src/api/proxy-address.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { type ShareField, shareDataKey, shareFields } from "../../../src/share/slot-share.ts";
import { freePorts } from "../../../tooling/free-ports.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { FakeCluster, inCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { type Line, OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { childPaths, entriesOf, fleetPath, read } from "../operator/fleet-objects.ts";
import { apply } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";

const { chat, media } = dataPlanePorts;
/** One group in Iran, that moves only when it is asked to. */
const family = fleet({
  replicas: 1,
  listeners: { chat: { port: chat }, media: { port: media } },
  addresses: { count: 1, pools: [{ name: "metallb-a" }] },
  rotation: { maxAge: "0s" },
  audience: { countries: ["IR"] },
});

type Known = NonNullable<ProxyAddressStatus["reachability"]>[number];

/**
 * A real operator in a process of its own, and a fleet with one slot whose share page it serves on
 * loopback. What a group knows is read where people read it: in the Secret.
 */
export class ServedFleet {
  readonly port: number;
  readonly #cluster: FakeCluster;
  readonly #operator: OperatorProcess;

  private constructor(cluster: FakeCluster, port: number) {
    this.#cluster = cluster;
    this.port = port;
    const flags = [`--pages-port=${port}`];
    this.#operator = new OperatorProcess(cluster.server.kubeconfig, inCluster, flags);
  }

  /** Resolves when the page is served, with an address. */
  static async start(): Promise<ServedFleet> {
    const cluster = await FakeCluster.start();
    const [port = 0] = await freePorts(1);
    const served = new ServedFleet(cluster, port);
    // All of one length: no address is the beginning of another one, which pages are searched for.
    const addresses = ["127.68.0.100-127.68.0.199"];
    await apply(cluster.server, pool({ addresses }), family);
    await waitFor("a link", async () => served.link());
    await waitFor("its page", async () => (await fetch(await served.page())).status === 200);
    return served;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What the operator logged. */
  get lines(): readonly Line[] {
    return this.#operator.lines;
  }

  /** The address of the page that the group keeps. @throws Error while there is none */
  async page(): Promise<string> {
    return `${this.origin}/${await this.#field(shareFields.path)}`;
  }

  /** @throws Error while nothing is published */
  async link(): Promise<string> {
    return this.#field(shareFields.link);
  }

  /** What the fleet's status says that the group uses. */
  async address(): Promise<string | undefined> {
    const live = await read<WhatsAppProxy>(this.#cluster.server, fleetPath("family"));
    return live?.status.slots?.[0]?.address;
  }

  /** Lets the group move by hand. Resolves when another link and address are published. */
  async move(): Promise<void> {
    const [link, address] = [await this.link(), await this.address()];
    await this.#annotate({ [rotateAtAnnotation]: "now" });
    await waitFor("another link", async () => (await this.link()) !== link);
    await waitFor("another address", async () => (await this.address()) !== address);
  }

  /** Gives the page another path. Resolves when people can read it. */
  async renewPage(): Promise<void> {
    const page = await this.page();
    await this.#annotate({ [renewPageAnnotation]: "leaked" });
    await waitFor("another path", async () => (await this.page()) !== page);
  }

  /** What is known of the published address in a country. */
  async verdict(country: string): Promise<Known | undefined> {
    const published = await this.address();
    const entries = await entriesOf(this.#cluster.server, "family");
    const entry = entries.find(({ spec }) => spec.address === published);
    return entry?.status.reachability?.find((one) => one.country === country);
  }

  async stop(): Promise<void> {
    this.#operator.kill();
    await this.#operator.gone();
    await this.#cluster.stop();
  }

  async #field(field: ShareField): Promise<string> {
    const path = childPaths["Secret of links"]?.("family") ?? "";
    const { data = {} } = (await read<Secret>(this.#cluster.server, path)) ?? {};
    const value = data[shareDataKey(0, field)];
    if (value === undefined) throw new Error(`the Secret has no ${field}`);
    return Buffer.from(value, "base64").toString();
  }

  async #annotate(annotations: Readonly<Record<string, string>>): Promise<void> {
    const changed = { metadata: { annotations } };
    const { code } = await this.#cluster.server.patch(fleetPath("family"), changed);
    assert.equal(code, 200);
  }
}
