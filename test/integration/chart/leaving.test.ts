import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readConfig } from "../../../src/config.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { type Manifest, podsOf } from "../../chart/rendered.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import {
  type RunningOperator,
  apply,
  kubeconfigOf,
  list,
  startOperator,
} from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";
import { Administrator, commandsUnder } from "./administrator.ts";

const group = "/apis/proxyfleet.dev/v1alpha1";
const deployment = "/apis/apps/v1/namespaces/proxyfleet-system/deployments/proxyfleet";
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const fleetIn = (namespace: string) => {
  const sample = fleet({ addresses: { count: 1, pools: [{ name: "metallb-a" }] } });
  return { ...sample, metadata: { ...sample.metadata, namespace } };
};

/** A cluster whose operator came with Helm, and runs with the flags and the rights of its release. */
class Installed {
  readonly server: ApiServer;
  readonly admin: Administrator;
  #operator: RunningOperator | undefined;

  private constructor(server: ApiServer) {
    this.server = server;
    this.admin = new Administrator(server);
  }

  static async with(values: string, ...namespaces: readonly string[]): Promise<Installed> {
    const installed = new Installed(await ApiServer.start());
    await apply(
      installed.server,
      ...["proxyfleet-system", ...namespaces].map((name) => namespaceObject(name)),
    );
    await installed.admin.type(
      `helm install proxyfleet charts/proxyfleet --namespace proxyfleet-system ${values}`,
    );
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
    this.#operator = startOperator(path, { watchNamespaces: config.watchNamespaces });
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

describe("a fleet whose namespace was taken out of watchNamespaces", () => {
  let installed: Installed;
  const upgrade =
    "helm upgrade proxyfleet charts/proxyfleet --namespace proxyfleet-system --reset-then-reuse-values";

  before(async () => {
    installed = await Installed.with("--set 'watchNamespaces={proxies,old}'", "proxies", "old");
    await apply(installed.server, pool(), fleetIn("proxies"), fleetIn("old"));
    await installed.claimed("proxies");
    await installed.claimed("old");
    await installed.admin.type(`${upgrade} --set 'watchNamespaces={proxies}'`);
    await installed.startOperator();
    await installed.admin.type("kubectl delete wap family -n old --wait=false");
    await installed.admin.type("kubectl delete wap family -n proxies --timeout=60s");
  });
  after(async () => installed?.strike());

  test("stays when it is deleted, since nobody ends it", async () => {
    assert.notEqual(await installed.fleet("old"), undefined);
    assert.deepEqual(await installed.wants("old"), ["Serve"]);
  });

  test("goes by the runbook's one line, and leaves its address at rest", async () => {
    const [line = "", ...more] = commandsUnder("A fleet does not go", "docs/runbook.md");
    assert.deepEqual([line.trim().split("\n").length, more], [1, []]);
    await installed.admin.type(line);
    await installed.startOperator();
    await waitFor("its address to go to rest", async () => {
      const wants = await installed.wants("old");
      return wants.every((want) => want === "Quarantine") || undefined;
    });
    await installed.admin.type("kubectl delete service --all -n old");
    await waitFor(
      "it to go",
      async () => (await installed.fleet("old")) === undefined || undefined,
    );
  });
});

describe("definitions that were deleted with the operator (crds.keep=false)", () => {
  let installed: Installed;
  const left = async (): Promise<readonly string[]> => {
    const all = await list(installed.server, definitions);
    return all
      .map(({ metadata }) => (metadata as { name: string }).name)
      .filter((name) => name.endsWith(".proxyfleet.dev"));
  };

  before(async () => {
    installed = await Installed.with("--set crds.keep=false", "proxies");
    await apply(installed.server, pool(), fleetIn("proxies"));
    await installed.claimed("proxies");
    await waitFor("the pool to be protected", async () => {
      const [{ metadata } = {}] = await list(installed.server, `${group}/addresspools`);
      return (metadata as { finalizers?: unknown } | undefined)?.finalizers;
    });
    await waitFor("the address to be protected", async () => {
      const [{ metadata } = {}] = await list(installed.server, `${group}/proxyaddresses`);
      return (metadata as { finalizers?: unknown } | undefined)?.finalizers;
    });
    await installed.stopOperator();
    await installed.admin.type("helm uninstall proxyfleet --namespace proxyfleet-system");
    await waitFor("the fleet to be marked", async () => {
      const { metadata } = (await installed.fleet("proxies")) ?? {};
      return (metadata as { deletionTimestamp?: string } | undefined)?.deletionTimestamp;
    });
  });
  after(async () => installed?.strike());

  test("wait for fleets, addresses and pools, which wait for the operator", async () => {
    assert.deepEqual((await left()).toSorted(), [
      "addresspools.proxyfleet.dev",
      "proxyaddresses.proxyfleet.dev",
      "whatsappproxies.proxyfleet.dev",
    ]);
  });

  test("go by the one line of the documentation", async () => {
    const [line = "", ...more] = commandsUnder("The definitions went first", "docs/install.md");
    assert.deepEqual([line.trim().split("\n").length, more], [1, []]);
    await installed.admin.type(line);
    await waitFor("them to go", async () => (await left()).length === 0 || undefined);
  });
});
