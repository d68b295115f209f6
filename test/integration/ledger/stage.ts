import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { managedSelector } from "../../../src/api/names.ts";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds, kubectl } from "../../stand-ins/api-server/crds.ts";
import { type RunningOperator, list, apply, startOperator } from "../operator/operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { type Giving, LoadBalancer, asAsked } from "../../stand-ins/cluster/load-balancer.ts";
import { loseEntry } from "./lose-entry.ts";

const ledgerPath = "/apis/proxyfleet.dev/v1alpha1/proxyaddresses";

/**
 * An API server with an operator and a stand-in load balancer; no pods run, so that no address is
 * ever published.
 */
export class Stage {
  readonly server: ApiServer;
  readonly balancer: LoadBalancer;
  #operator: RunningOperator | undefined;

  private constructor(server: ApiServer, give: Giving) {
    this.server = server;
    this.balancer = new LoadBalancer(server, give);
  }

  static async set(give: Giving = asAsked): Promise<Stage> {
    const server = await ApiServer.start();
    await installCrds(server);
    await apply(server, namespaceObject("proxyfleet-system"));
    const stage = new Stage(server, give);
    stage.startOperator();
    return stage;
  }

  /** What the operator that runs has logged. */
  get lines(): RunningOperator["lines"] {
    return this.#operator?.lines ?? [];
  }

  startOperator(): void {
    this.#operator = startOperator(this.server.kubeconfig, { leaderElection: false });
  }

  async stopOperator(): Promise<void> {
    await this.#operator?.stop();
    this.#operator = undefined;
  }

  async strike(): Promise<void> {
    await this.balancer.stop();
    await this.stopOperator();
    await this.server.stop();
  }

  async ledger(): Promise<readonly ProxyAddress[]> {
    return (await list(this.server, ledgerPath)) as unknown as readonly ProxyAddress[];
  }

  async entry(name: string): Promise<ProxyAddress | undefined> {
    return (await this.ledger()).find(({ metadata }) => metadata.name === name);
  }

  async fleet(name: string): Promise<WhatsAppProxy> {
    const { body } = await this.server.call(
      "GET",
      `/apis/proxyfleet.dev/v1alpha1/namespaces/default/whatsappproxies/${name}`,
    );
    return body as unknown as WhatsAppProxy;
  }

  async servicesOf(entry: string): Promise<readonly Service[]> {
    return (await this.balancer.services()).filter(
      ({ metadata }) => metadata.labels?.["proxyfleet.dev/address"] === entry,
    );
  }

  /** Waits until an entry's condition Verified has this reason. */
  async verified(name: string, reason: string): Promise<ProxyAddress> {
    return waitFor(`${name} to be ${reason}`, async () => {
      const entry = await this.entry(name);
      return entry?.status?.conditions?.some(
        (one) => one.type === "Verified" && one.reason === reason,
      ) === true
        ? entry
        : undefined;
    });
  }

  /** Waits until an entry of a fleet exists and has an address that its load balancer set. */
  async inTheMaking(fleet: string): Promise<ProxyAddress> {
    return waitFor(`an address of ${fleet} that waits for pods`, async () => {
      const found = (await this.ledger()).find(
        ({ spec, status }) => spec.claimRef.name === fleet && status?.phase === "Verifying",
      );
      return found?.spec.address === undefined ? undefined : found;
    });
  }

  /**
   * Takes an entry away as no operator would: without its finalizer, and at once, before the
   * operator gives it another.
   */
  async lose(name: string): Promise<void> {
    await waitFor(`${name} to be lost`, async () => loseEntry(this.server.kubeconfig, name));
  }

  /**
   * All of ours is gone at once, as in a cluster that is set up from scratch, and no operator has
   * taken anything down. It starts again when nothing is left.
   */
  async loseAll(): Promise<void> {
    await this.stopOperator();
    const bare = JSON.stringify({ metadata: { finalizers: null } });
    for (const kind of ["wap", "wapa", "wapool"])
      for (const name of await this.#names(kind))
        await this.kubectl(["patch", kind, name, "--type=merge", "-p", bare]);
    await this.kubectl(["delete", "wap,wapa,wapool", "--all"]);
    await this.kubectl(["delete", "service,deployment,secret", "-l", managedSelector]);
    this.startOperator();
  }

  async #names(kind: string): Promise<readonly string[]> {
    const names = await this.kubectl(["get", kind, "-o", "name"]);
    return names.split("\n").flatMap((line) => line.split("/")[1] ?? []);
  }

  /** Runs kubectl. @throws Error with its words */
  async kubectl(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await kubectl(this.server, args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }
}
