import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { waitFor } from "../../../tooling/wait-for.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { apply, list } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";
import { commandsUnder } from "./administrator.ts";
import { Installed, install } from "./installed.ts";

const group = "/apis/proxyfleet.dev/v1alpha1";
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const namespaces = (...names: readonly string[]) =>
  ["proxyfleet-system", ...names].map((name) => namespaceObject(name));
const fleetIn = (namespace: string) => {
  const sample = fleet({ addresses: { count: 1, pools: [{ name: "metallb-a" }] } });
  return { ...sample, metadata: { ...sample.metadata, namespace } };
};

describe("a fleet whose namespace was taken out of watchNamespaces", () => {
  let installed: Installed;
  const upgrade =
    "helm upgrade proxyfleet charts/proxyfleet --namespace proxyfleet-system --reset-then-reuse-values";

  before(async () => {
    installed = await Installed.by(
      `${install} --set 'watchNamespaces={proxies,old}'`,
      ...namespaces("proxies", "old"),
    );
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
    installed = await Installed.by(`${install} --set crds.keep=false`, ...namespaces("proxies"));
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
    const waiting = ["addresspools", "proxyaddresses", "whatsappproxies"];
    const names = waiting.map((plural) => `${plural}.proxyfleet.dev`);
    // The kind that has no objects goes, in its own time.
    await waitFor("only those to be left", async () => (await left()).length === names.length);
    assert.deepEqual((await left()).toSorted(), names);
  });

  test("go by the one line of the documentation", async () => {
    const [line = "", ...more] = commandsUnder("The definitions went first", "docs/install.md");
    assert.deepEqual([line.trim().split("\n").length, more], [1, []]);
    await installed.admin.type(line);
    await waitFor("them to go", async () => (await left()).length === 0 || undefined);
  });
});
