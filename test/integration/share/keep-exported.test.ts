import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type FollowedScope, keepExported } from "../../../src/cli/share/keep-exported.ts";
import { PageExport } from "../../../src/cli/share/page-export.ts";
import { Site } from "../../../src/cli/share/site.ts";
import type { FleetKey } from "../../../src/cli/share/without-links.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { sleep, timer } from "../../../src/runtime/clock.ts";
import type { PageView } from "../../../src/share/page-view.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { type SlotInSecret, pathOf, shareSecret } from "../../objects/share-secret.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { kubeconfigOf } from "../operator/operator.ts";
import { fleet } from "../samples.ts";
import { exporterRights } from "./rights.ts";

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
});
after(async () => server.stop());

const family = { namespace: "default", name: "family" };
const friends = { namespace: "default", name: "friends" };
const secretPath = ({ namespace, name }: FleetKey) =>
  `/api/v1/namespaces/${namespace}/secrets/${name}-share`;
const fleetsPath = "/apis/proxyfleet.dev/v1alpha1/namespaces/default/whatsappproxies";

async function publish(key: FleetKey, slots: readonly SlotInSecret[]): Promise<void> {
  const secret = shareSecret(key, slots);
  const { code } = await server.call("PUT", secretPath(key), secret);
  if (code === 404)
    await server.call("POST", `/api/v1/namespaces/${key.namespace}/secrets`, secret);
}

const unpublish = async (key: FleetKey) => server.call("DELETE", secretPath(key));

/** Draws the published host as the whole page. */
const maker = {
  renderPage: ({ published, language }: PageView) => `${language} ${published?.host ?? "none"}`,
  languageFor: ([country]: readonly string[]) => (country === "IR" ? "fa" : "en"),
};

/** A run of `--watch` in this process, until the test ends. */
async function watching(
  t: { after: (work: () => Promise<void>) => void },
  scope: FollowedScope,
  kubeconfig = server.kubeconfig,
) {
  const folder = await mkdtemp(join(tmpdir(), "proxyfleet-pages-"));
  removeAtExit(folder);
  const root = join(folder, "site");
  const stop = new AbortController();
  const said: string[] = [];
  const say = (message: string) => said.push(message);
  const connection = Connection.fromDefault(kubeconfig);
  const client = new ApiClient(connection, stop.signal, {
    userAgent: "test",
    sleep,
    random: Math.random,
  });
  const pages = new PageExport({ site: new Site(root), pages: maker, say });
  const hourly: (() => void)[] = [];
  const clocks = { sleep, random: Math.random, now: () => performance.now() };
  const hour = 3_600_000;
  const patient: typeof timer = (ms, callback) =>
    ms < hour ? timer(ms, callback) : forget(hourly, callback);
  const run = () =>
    keepExported({ client, scope, pages, say, stop: stop.signal, ...clocks, timer: patient });
  const ended = run();
  t.after(async () => {
    stop.abort();
    await ended;
    await connection.close();
  });
  const shown = async (page: string) => readFile(join(root, pathOf(page), "index.html"), "utf8");
  return {
    root,
    said,
    /** What was to be done an hour later is done now. */
    anHourPasses: () => hourly.splice(0).forEach((callback) => callback()),
    shows: async (page: string, text: string) =>
      waitFor(`page ${page} to show ${text}`, async () => (await shown(page)) === text),
    lacks: async (page: string) =>
      waitFor(`page ${page} to go`, async () => !(await readdir(root)).includes(pathOf(page))),
    says: async (message: string) =>
      waitFor(`it to say: ${message}`, () => said.some((one) => one.includes(message))),
  };
}

function forget(waiting: (() => void)[], callback: () => void): () => void {
  waiting.push(callback);
  return () => void waiting.splice(waiting.indexOf(callback), 1);
}

describe("pages follow their fleet", () => {
  test("through a move, a renewal, a lost address, and the end of the fleet", async (t) => {
    await publish(family, [{ page: "a", host: "203.0.113.9", countries: "IR" }, { page: "b" }]);
    const watch = await watching(t, { kind: "Named", fleets: [family] });
    await watch.shows("a", "fa 203.0.113.9");
    await watch.shows("b", "en none");
    await watch.says("ready: 2 pages in place");
    await publish(family, [
      { page: "a", host: "203.0.113.10", countries: "IR" },
      { page: "b", host: "203.0.113.11" },
    ]);
    await watch.shows("a", "fa 203.0.113.10");
    await watch.shows("b", "en 203.0.113.11");
    await publish(family, [{ page: "c", host: "203.0.113.10" }, { page: "b" }]);
    await watch.shows("c", "en 203.0.113.10");
    await watch.lacks("a");
    await watch.shows("b", "en none");
    await unpublish(family);
    await watch.lacks("b");
    await watch.lacks("c");
    assert.deepEqual(await readdir(watch.root), ["index.html"]);
    for (const line of watch.said) assert.doesNotMatch(line, /203\.0\.113|(.)\1{25}|wa\.me/);
  });

  test("also where the API server was away meanwhile", async (t) => {
    await publish(family, [{ page: "a", host: "203.0.113.9" }]);
    const watch = await watching(t, { kind: "Named", fleets: [family] });
    await watch.shows("a", "en 203.0.113.9");
    await server.kill();
    await watch.says("default/family-share can't be followed");
    await server.restart();
    await publish(family, [{ page: "a", host: "203.0.113.10" }]);
    await watch.shows("a", "en 203.0.113.10");
    await unpublish(family);
  });

  test("and what somebody else did to the files is made good in time", async (t) => {
    await publish(family, [{ page: "a", host: "203.0.113.9" }]);
    const watch = await watching(t, { kind: "Named", fleets: [family] });
    await watch.shows("a", "en 203.0.113.9");
    await watch.says("ready");
    await writeFile(join(watch.root, pathOf("a"), "index.html"), "somebody else's");
    watch.anHourPasses();
    await watch.shows("a", "en 203.0.113.9");
    await unpublish(family);
  });

  test("also where the folder could not be written meanwhile, and says why", async (t) => {
    await publish(family, [{ page: "a", host: "203.0.113.9" }]);
    const watch = await watching(t, { kind: "Named", fleets: [family] });
    await watch.shows("a", "en 203.0.113.9");
    await watch.says("ready");
    await rm(watch.root, { recursive: true });
    await writeFile(watch.root, "in the way");
    await publish(family, [{ page: "a", host: "203.0.113.10" }]);
    await watch.says("the pages could not be written (");
    await rm(watch.root);
    await watch.shows("a", "en 203.0.113.10");
    await unpublish(family);
  });
});

test("with a right on one Secret alone its pages are kept; another's stay as they are", async (t) => {
  await publish(family, [{ page: "a", host: "203.0.113.9" }]);
  await publish(friends, [{ page: "b", host: "203.0.113.20" }]);
  for (const [path, object] of exporterRights("exporter", ["family-share"]))
    await server.call("POST", path, object);
  const folder = await mkdtemp(join(tmpdir(), "proxyfleet-share-"));
  removeAtExit(folder);
  const who = { namespace: "default", account: "exporter" };
  const kubeconfig = await kubeconfigOf(server, who, join(folder, "kubeconfig"));
  const watch = await watching(t, { kind: "Named", fleets: [friends, family] }, kubeconfig);
  await watch.shows("a", "en 203.0.113.9");
  await watch.says("Secret default/friends-share can't be followed");
  await publish(family, [{ page: "a", host: "203.0.113.10" }]);
  await watch.shows("a", "en 203.0.113.10");
  assert.deepEqual((await readdir(watch.root)).toSorted(), [pathOf("a"), "index.html"].toSorted());
  assert.ok(!watch.said.some((line) => line.startsWith("ready")));
  await unpublish(family);
  await unpublish(friends);
});

test("fleets of a namespace are followed as they come and go, and leave nothing behind", async (t) => {
  const scope = { kind: "All", namespace: "default" } as const;
  const first = await watching(t, scope);
  await first.says("ready: 0 pages in place");
  await server.call("POST", fleetsPath, fleet({}, "family"));
  await publish(family, [{ page: "a", host: "203.0.113.9" }]);
  await first.shows("a", "en 203.0.113.9");
  await server.call("POST", fleetsPath, fleet({}, "friends"));
  await publish(friends, [{ page: "b", host: "203.0.113.20" }]);
  await first.shows("b", "en 203.0.113.20");
  await server.call("DELETE", `${fleetsPath}/friends`);
  await unpublish(friends);
  await first.lacks("b");
  await first.shows("a", "en 203.0.113.9");
  await server.call("DELETE", `${fleetsPath}/family`);
  await unpublish(family);
  await first.lacks("a");
});
