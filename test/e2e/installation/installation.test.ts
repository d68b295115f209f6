import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { currentChart } from "../../../hack/chart/render.ts";
import { oldestChart } from "../../fixtures/oldest-chart.ts";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl, readIfAny, tryKubectl } from "../stage/kubectl.ts";
import { chat, Crowd, media, whatsapp } from "../stage/people.ts";
import { bundle, helm } from "./helm.ts";

const fleet = new TestFleet({
  name: "e2e-installation",
  addresses: ["203.0.113.224/28"],
  slots: 2,
  spec: { rotation: { drain: { scheduled: "5s" } } },
});

const inNamespace = ["-n", "proxyfleet-system"];

async function installBundle(): Promise<void> {
  await kubectl("apply", "--server-side", "-f", bundle);
  await kubectl("rollout", "status", "deployment/proxyfleet", ...inNamespace, "--timeout=120s");
}

/** The acceptance that every way to install must pass: a first byte on both ports, and a move to a fresh address. */
async function accept(text: string): Promise<void> {
  await fleet.ready();
  const before = await fleet.published();
  assert.equal(before.size, 2);
  for (const address of before.values()) {
    await chat(address);
    await media(address);
  }
  await fleet.rotate(`0@${text}`);
  await fleet.handled(`0@${text}`);
  const after = await fleet.published();
  assert.notEqual(after.get(0)?.host, before.get(0)?.host);
  assert.equal(after.get(1)?.host, before.get(1)?.host);
}

describe("Helm", () => {
  let crowd: Crowd;
  before(async () => {
    await whatsapp();
    // The cluster comes with an operator from the bundle. A fresh install must find neither it, nor its kinds.
    await kubectl("delete", "wap,wapa", "--all", "--all-namespaces", "--timeout=90s");
    await kubectl("delete", "-f", bundle, "--timeout=120s");
  });
  after(async () => {
    await tryKubectl("delete", "clusterrole,clusterrolebinding", "proxyfleet", "--ignore-not-found");
    await installBundle();
    await fleet.remove();
  });

  test("installs the oldest chart on a fresh cluster, and a fleet serves", async () => {
    await helm("install", oldestChart, "--create-namespace");
    await fleet.create();
    await accept("oldest");
    const { certificateSHA256 } = await whatsapp();
    crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);
  });

  test("upgrades it, with no address lost, and rotation goes on", async () => {
    const before = await fleet.published();
    await helm("upgrade", currentChart, "--set", "logLevel=debug");
    assert.deepEqual(await fleet.published(), before);
    await accept("upgraded");
  });

  test("rolls back, with no address lost, and rotation goes on", async () => {
    const before = await fleet.published();
    await helm("rollback");
    assert.deepEqual(await fleet.published(), before);
    await accept("rolled-back");
  });

  test("uninstalls: the operator is gone, the kinds, the ledger and the published addresses stay", async () => {
    const before = await fleet.published();
    await helm("uninstall");
    assert.equal(await readIfAny("deployment", "proxyfleet", ...inNamespace), undefined);
    assert.equal(await readIfAny("clusterrole", "proxyfleet"), undefined);
    assert.deepEqual(await fleet.published(), before);
    for (const address of before.values()) {
      await chat(address);
      await media(address);
    }
  });

  test("gives way to the bundle, which finds the fleet as it was", async () => {
    const before = await fleet.published();
    await installBundle();
    assert.deepEqual(await fleet.published(), before);
    await accept("bundle");
  });

  test("takes over from the bundle without an uninstall", async () => {
    const before = await fleet.published();
    await helm("install", currentChart, "--take-ownership", "--force-conflicts");
    assert.deepEqual(await fleet.published(), before);
    await accept("taken-over");
  });

  test("cut nobody off in all of this", async (t) => {
    const summary = await crowd.goHome();
    t.diagnostic(`${summary.connections} connections in ${summary.seconds} s, ${summary.failures} failures`);
    assert.deepEqual(crowd.failures, []);
    assert.ok(summary.connections > 500);
  });
});
