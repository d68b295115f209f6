import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { renewPageAnnotation, rotateAtAnnotation } from "../../../src/api/names.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { fleetPath, read } from "../operator/fleet-objects.ts";
import { apply, kubeconfigOf } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";
import { exporterRights } from "./rights.ts";

const program = join(import.meta.dirname, "../../../src/main.ts");

let cluster: FakeCluster;
let server: ApiServer;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  cluster.runOperator();
});
after(async () => cluster?.stop());

const address = async (slot: number) =>
  (await read<WhatsAppProxy>(server, fleetPath("family")))?.status.slots?.[slot]?.address;

async function annotate(annotations: Record<string, string>): Promise<void> {
  const { code } = await server.patch(fleetPath("family"), { metadata: { annotations } });
  assert.equal(code, 200);
}

test("exported pages follow a real operator's fleet from its first address to its end", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "proxyfleet-export-"));
  removeAtExit(folder);
  for (const [path, object] of exporterRights("exporter", ["family-share"]))
    await server.call("POST", path, object);
  const who = { namespace: "default", account: "exporter" };
  const kubeconfig = await kubeconfigOf(server, who, join(folder, "kubeconfig"));
  const site = join(folder, "site");
  const args = ["share", "default/family", "--out", site, "--watch", "--kubeconfig", kubeconfig];
  const exporter = spawn(process.execPath, [program, ...args], { stdio: "ignore" });
  t.after(() => exporter.kill());

  const paths = async () => (await readdir(site)).filter((name) => name !== "index.html");
  const page = async (path: string) => readFile(join(site, path, "index.html"), "utf8");
  /** The page that shows an address, once there is one. */
  const pageWith = async (host: string) =>
    waitFor(`a page with ${host}`, async () => {
      for (const path of await paths()) if ((await page(path)).includes(host)) return path;
      return undefined;
    });

  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const addresses = { count: 2, pools: [{ name: "metallb-a" }] };
  const spec = {
    listeners,
    addresses,
    rotation: { maxAge: "0s" },
    audience: { countries: ["IR"] },
  };
  // All of one length: no address is the beginning of another one.
  await apply(server, pool({ addresses: ["127.67.0.16/28"] }), fleet(spec));
  const first = await waitFor("slot 0 to have an address", async () => address(0));
  const path = await pageWith(first);
  assert.match(await page(path), /<html lang="fa" dir="rtl">/);

  await t.test("a move changes the page, and not its path", async () => {
    await annotate({ [rotateAtAnnotation]: "0@now" });
    const now = await waitFor("slot 0 to move", async () => {
      const moved = await address(0);
      return moved !== undefined && moved !== first ? moved : undefined;
    });
    assert.equal(await pageWith(now), path);
    assert.ok(!(await page(path)).includes(first));
  });

  await t.test("a renewed page has another path, and the old one is gone", async () => {
    await annotate({ [renewPageAnnotation]: "0@leaked" });
    await waitFor("the old page to go", async () => !(await paths()).includes(path));
    const now = (await address(0)) ?? "";
    assert.notEqual(await pageWith(now), path);
  });

  await t.test("a deleted fleet's pages are gone", async () => {
    await server.call("DELETE", fleetPath("family"));
    await waitFor("all pages to go", async () => (await paths()).length === 0);
  });
});
