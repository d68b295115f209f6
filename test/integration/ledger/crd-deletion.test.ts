import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { deploymentObject } from "../../objects/deployment.ts";
import { apply, list } from "../operator/operator.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { crd } from "../../stand-ins/api-server/crds.ts";
import { programPath } from "../../stand-ins/api-server/program.ts";
import { collectionOf, fleet, pool, vantagePoint } from "../samples.ts";
import { Stage } from "./stage.ts";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const fleetFinalizer = "proxyfleet.dev/quarantine-addresses";
const addressFinalizer = "proxyfleet.dev/release-service";
const deployments = "/apis/apps/v1/namespaces/default/deployments";

/** The commands of the runbook's chapter, in their order. */
function wayBack(): readonly string[] {
  const page = readFileSync(join(project, "docs/runbook.md"), "utf8");
  const [, chapter = ""] = page.split("### The CRDs were deleted");
  const [own = ""] = chapter.split("\n### ");
  const blocks = [...own.matchAll(/```sh\n(.*?)```/gs)];
  return blocks.map(([, block = ""]) => block);
}

test("CRDs that were deleted by mistake cut nobody off", async (t) => {
  const stage = await Stage.set();
  t.after(async () => stage.strike());
  const agent = { tokenSecretRef: { name: "volunteer-1" } };
  const oneSlot = fleet({ addresses: { count: 1, pools: [{ name: "metallb-a" }] } });
  const labels = { app: "operator" };
  const containers = [{ name: "operator", image: "operator:test" }];
  const template = { metadata: { labels }, spec: { containers } };
  const operator = deploymentObject({
    name: "proxyfleet",
    namespace: "proxyfleet-system",
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
  const volunteer = vantagePoint({ globalping: undefined, agent }, "volunteer-1");
  await apply(stage.server, operator, pool(), oneSlot, volunteer);
  const made = await stage.inTheMaking("family");
  const { name } = made.metadata;
  const [service] = await stage.servicesOf(name);

  const held = async () =>
    waitFor("the fleet to say that it is held", async () => {
      const { status } = await stage.fleet("family");
      return status?.conditions?.find(({ reason }) => reason === "DeletionHeld");
    });
  const isWhole = async () => {
    const entry = await stage.entry(name);
    assert.deepEqual(entry?.spec, made.spec);
    assert.deepEqual(entry?.metadata.finalizers, [addressFinalizer]);
    assert.deepEqual((await stage.fleet("family")).metadata.finalizers, [fleetFinalizer]);
    const services = await stage.servicesOf(name);
    assert.deepEqual(
      services.map(({ metadata }) => metadata.uid),
      [service?.metadata.uid],
    );
  };
  /** What is made again was looked at after all that was seen before. */
  const deploymentComesBack = async () => {
    const uidOf = async () => {
      const all = await list(stage.server, deployments);
      return (all[0]?.["metadata"] as { uid?: string } | undefined)?.uid;
    };
    const before = await waitFor("the Deployment", uidOf);
    await stage.server.call("DELETE", `${deployments}/family-proxy`);
    await waitFor("the Deployment to be made again", async () => {
      const uid = await uidOf();
      return uid !== undefined && uid !== before ? uid : undefined;
    });
  };

  await t.test("the fleet, its address and its Service stay, and the fleet says so", async () => {
    await stage.kubectl([
      "delete",
      "crd",
      "whatsappproxies.proxyfleet.dev",
      "proxyaddresses.proxyfleet.dev",
      "--wait=false",
    ]);
    await waitFor("the fleet to be marked", async () => {
      const { metadata } = await stage.fleet("family");
      return metadata.deletionTimestamp;
    });
    const { message } = await held();
    assert.match(message, /whatsappproxies\.proxyfleet\.dev.* is being deleted.*runbook/);
    await deploymentComesBack();
    await isWhole();
    await waitFor("an Event that says so", async () => {
      const events = await list(stage.server, "/apis/events.k8s.io/v1/namespaces/default/events");
      return events.some(({ reason }) => reason === "DeletionHeld") || undefined;
    });
  });

  await t.test("the operator, installed again, ends nothing either", async () => {
    await stage.stopOperator();
    stage.startOperator();
    await deploymentComesBack();
    await isWhole();
  });

  await t.test("the runbook's way back keeps the address and its Service", async () => {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-runbook-"));
    removeAtExit(folder);
    const PATH = `${dirname(programPath("kubectl"))}:${process.env["PATH"]}`;
    const env = { ...process.env, PATH, KUBECONFIG: stage.server.kubeconfig };
    const type = async (command: string) =>
      run("bash", ["-euo", "pipefail", "-c", command], { cwd: folder, env });
    await cp(join(project, "crds"), join(folder, "crds"), { recursive: true });
    const [backup = "", stop = "", free = "", ...others] = wayBack();
    await type(backup);
    await type(stop);
    await stage.stopOperator();
    await type(free);
    const owners = (await stage.servicesOf(name)).map(({ metadata }) => metadata.ownerReferences);
    assert.deepEqual(owners, [undefined], "Kubernetes would delete it with the fleet");
    const old = (await stage.fleet("family")).metadata.uid;
    for (const command of others) await type(command);
    assert.equal((await crd(stage.server, "whatsappproxies.proxyfleet.dev"))["code"], undefined);
    stage.startOperator();
    const again = await stage.inTheMaking("family");
    assert.deepEqual([again.metadata.name, again.spec], [name, made.spec]);
    const { uid } = (await stage.fleet("family")).metadata;
    assert.notEqual(uid, old);
    const adopted = await waitFor("the Service to be the fleet's again", async () => {
      const [found] = await stage.servicesOf(name);
      return found?.metadata.ownerReferences?.[0]?.uid === uid ? found : undefined;
    });
    assert.equal(adopted.metadata.uid, service?.metadata.uid);
    assert.equal((await stage.ledger()).length, 1, "no other address was taken");
    const restored = await list(stage.server, collectionOf(volunteer));
    assert.deepEqual(
      restored.map(({ spec }) => (spec as { agent?: object }).agent),
      [{ tokenSecretRef: { name: "volunteer-1", key: "token" } }],
    );
  });
});
