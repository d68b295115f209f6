import assert from "node:assert/strict";
import { readConfig } from "../../../src/config.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { type Manifest, podsOf } from "../../chart/rendered.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import {
  type RunningOperator,
  apply,
  kubeconfigOf,
  list,
  startOperator,
} from "../operator/operator.ts";
import { Administrator } from "./administrator.ts";

const group = "/apis/proxyfleet.dev/v1alpha1";
const deployment = "/apis/apps/v1/namespaces/proxyfleet-system/deployments/proxyfleet";

/** The line that installs the chart, to which values are added. */
export const install = "helm install proxyfleet charts/proxyfleet --namespace proxyfleet-system";

/** A cluster whose operator came with Helm, and runs with the flags and the rights of its release. */
export class Installed {
  readonly server: ApiServer;
  readonly admin: Administrator;
  #operator: RunningOperator | undefined;

  private constructor(server: ApiServer) {
    this.server = server;
    this.admin = new Administrator(server);
  }

  /** Installs it by these commands, into a cluster that has these objects. */
  static async by(commands: string, ...objects: readonly object[]): Promise<Installed> {
    const installed = new Installed(await ApiServer.start());
    await apply(installed.server, ...objects);
    await installed.admin.type(commands);
    await waitFor("the kinds", async () => {
      const { code } = await installed.server.call("GET", `${group}/whatsappproxies`);
      return code === 200 || undefined;
    });
    await installed.startOperator();
    return installed;
  }

  /** Starts it as its Deployment does, in place of the one that ran with older flags. */
  async startOperator(): Promise<void> {
    await this.stopOperator();
    const live = (await this.server.call("GET", deployment)).body as unknown as Manifest;
    const [, ...flags] = podsOf([live]).spec.containers[0].args;
    const config = readConfig(flags, {}, "none");
    assert.ok(config !== "help");
    const path = await kubeconfigOf(
      this.server,
      { namespace: config.namespace, account: "proxyfleet" },
      `${this.server.kubeconfig}.operator`,
    );
    this.#operator = startOperator(path, {
      watchNamespaces: config.watchNamespaces,
      fixedUid: config.fixedUid,
    });
  }

  async stopOperator(): Promise<void> {
    await this.#operator?.stop();
    this.#operator = undefined;
  }

  async strike(): Promise<void> {
    await this.stopOperator();
    await this.server.stop();
  }

  /** What the addresses of a namespace are wanted for. */
  async wants(namespace: string): Promise<readonly string[]> {
    const entries = await list(this.server, `${group}/proxyaddresses`);
    return entries
      .map(({ spec }) => spec as { want: string; claimRef: { namespace: string } })
      .filter(({ claimRef }) => claimRef.namespace === namespace)
      .map(({ want }) => want);
  }

  async claimed(namespace: string): Promise<void> {
    await waitFor(
      `an address for ${namespace}`,
      async () => (await this.wants(namespace)).includes("Serve") || undefined,
    );
  }

  async fleet(namespace: string): Promise<Record<string, unknown> | undefined> {
    const path = `${group}/namespaces/${namespace}/whatsappproxies/family`;
    const { code, body } = await this.server.call("GET", path);
    return code === 200 ? body : undefined;
  }
}
