import assert from "node:assert/strict";
import { test } from "node:test";
import { currentChart } from "../../../tooling/chart/render.ts";
import { oldestChart } from "../../fixtures/oldest-chart.ts";
import { accept } from "../stage/acceptance.ts";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl, read, readIfAny, tryKubectl } from "../stage/kubectl.ts";
import { chat, Crowd, media, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { exportedPages } from "./exported-pages.ts";
import { bundle, helm } from "./helm.ts";

const fleet = new TestFleet({
  name: "e2e-installation",
  addresses: ["203.0.113.224/28"],
  slots: 2,
  spec: { rotation: { drain: { scheduled: "5s" } } },
});

/** Most of what can be set, all at once. */
const manyValues = {
  logLevel: "debug",
  replicas: 3,
  workers: 4,
  priorityClassName: "system-cluster-critical",
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ key: "own", operator: "Exists", effect: "NoSchedule" }],
  resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "400Mi" } },
  commonLabels: { team: "family" },
  commonAnnotations: { "example.org/note": "two words: here" },
  podLabels: { "example.org/label": "1" },
  podAnnotations: { "example.org/annotation": "true" },
  env: [{ name: "HTTP2", value: "false" }],
  monitoringNamespaces: ["prometheus"],
};
/** As arguments of Helm, which reads JSON there. */
const asFlags = (values: object) =>
  Object.entries(values).map(([name, value]) => `--set-json=${name}=${JSON.stringify(value)}`);

const inNamespace = ["-n", "proxyfleet-system"];

/** Whether each group has a page that shows its address, and there are no others. */
async function leadToWhatIsPublished(): Promise<boolean> {
  const [pages, published] = await Promise.all([exportedPages(), fleet.published()]);
  const shown = [...published.values()].filter(({ host }) =>
    pages.some((page) => page.includes(host)),
  );
  return pages.length === published.size && shown.length === published.size;
}

async function installBundle(): Promise<void> {
  await kubectl("apply", "--server-side", "--force-conflicts", "-f", bundle);
  await kubectl("rollout", "status", "deployment/proxyfleet", ...inNamespace, "--timeout=120s");
}

test("Helm installs, upgrades, rolls back and uninstalls, and cuts nobody off", async (t) => {
  let crowd: Crowd | undefined;
  t.before(async () => {
    await whatsapp();
    // The cluster comes with an operator from the bundle. A fresh install must find neither it, nor
    // its kinds.
    await kubectl("delete", "wap,wapa,wapool", "--all", "--all-namespaces", "--timeout=90s");
    await kubectl("delete", "-f", bundle, "--timeout=120s");
  });
  t.after(async () => {
    await tryKubectl(
      "delete",
      "clusterrole,clusterrolebinding",
      "proxyfleet",
      "--ignore-not-found",
    );
    await installBundle();
    await fleet.remove();
  });

  await t.test("installs the oldest chart on a fresh cluster, and a fleet serves", async () => {
    await helm("install", oldestChart, "--create-namespace");
    await fleet.create();
    await accept(fleet, "oldest");
    const { certificateSHA256 } = await whatsapp();
    crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);
  });

  await t.test(
    "upgrades it, with many values set, with no address lost, and rotation goes on",
    async () => {
      const before = await fleet.published();
      await helm("upgrade", currentChart, ...asFlags(manyValues));
      const { spec } = await read<{
        spec: { replicas: number; template: { spec: Record<string, unknown> } };
      }>("deployment", "proxyfleet", ...inNamespace);
      assert.equal(spec.replicas, manyValues.replicas);
      assert.equal(spec.template.spec["priorityClassName"], manyValues.priorityClassName);
      assert.deepEqual(await fleet.published(), before);
      await accept(fleet, "upgraded");
    },
  );

  await t.test("rolls back, with no address lost, and rotation goes on", async () => {
    const before = await fleet.published();
    await helm("rollback");
    assert.deepEqual(await fleet.published(), before);
    await accept(fleet, "rolled-back");
  });

  await t.test(
    "uninstalls: the operator is gone, the kinds, the ledger and the published addresses stay",
    async () => {
      const before = await fleet.published();
      await helm("uninstall");
      assert.equal(await readIfAny("deployment", "proxyfleet", ...inNamespace), undefined);
      assert.equal(await readIfAny("clusterrole", "proxyfleet"), undefined);
      assert.deepEqual(await fleet.published(), before);
      for (const address of before.values()) {
        await chat(address);
        await media(address);
      }
    },
  );

  await t.test("gives way to the bundle, which finds the fleet as it was", async () => {
    const before = await fleet.published();
    await installBundle();
    assert.deepEqual(await fleet.published(), before);
    await accept(fleet, "bundle");
  });

  await t.test("takes over from the bundle without an uninstall", async () => {
    const before = await fleet.published();
    await helm("install", currentChart, "--take-ownership", "--force-conflicts");
    assert.deepEqual(await fleet.published(), before);
    await accept(fleet, "taken-over");
  });

  await t.test(
    "writes share pages into a volume, if asked, which follow their groups",
    async () => {
      const fleets = [{ namespace: fleet.namespace, name: fleet.name }];
      await helm("upgrade", currentChart, ...asFlags({ "shareExport.fleets": fleets }));
      await kubectl("rollout", "status", "deployment/proxyfleet-share-export", ...inNamespace);
      await waitFor("a page for each group", leadToWhatIsPublished);
      await fleet.rotate("0@exported");
      await fleet.handled("0@exported");
      await waitFor("the pages to follow the move", leadToWhatIsPublished);
    },
  );

  await t.test("cut nobody off in all of this", async (t) => {
    assert.ok(crowd !== undefined);
    const summary = await crowd.goHome();
    t.diagnostic(
      `${summary.connections} connections in ${summary.seconds} s, ${summary.failures} failures`,
    );
    assert.deepEqual(crowd.failures, []);
    assert.ok(summary.connections > 500);
  });
});
