import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { writeFile } from "node:fs/promises";
import { type DashboardWorld, dashboardCommand } from "../../../src/cli/dashboard.ts";
import type { Board } from "../../../src/web/wire.ts";
import { buildDashboardPage } from "../../../tooling/dashboard-page.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { person } from "./people.ts";
import { OpenStream, asked } from "./viewer.ts";

const api = "/apis/proxyfleet.dev/v1alpha1";

/** Somebody who has typed the command, until they stop it. */
class Typed {
  readonly said: string[] = [];
  readonly ended: Promise<number>;
  readonly #stop = new AbortController();
  #written = "";

  constructor(args: readonly string[], files: DashboardWorld["files"]) {
    const terminal = {
      write: (text: string) => void (this.#written += text),
      say: (message: string) => void this.said.push(message),
      isTerminal: false,
      columns: () => undefined,
      ask: undefined,
      env: {},
    };
    this.ended = dashboardCommand(args, terminal, { files, stop: this.#stop.signal });
    this.ended.catch(() => undefined);
  }

  /** The address that it printed. */
  async url(): Promise<URL> {
    await waitFor("its address", async () => this.#written.includes("\n"));
    return new URL(this.#written.trim());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    assert.equal(await this.ended, 0);
  }
}

describe("proxyfleet dashboard, at a real API server", () => {
  let server: ApiServer;
  let files: DashboardWorld["files"];

  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    for (const namespace of ["north", "south"]) {
      const metadata = { name: namespace };
      await server.call("POST", "/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata,
      });
      const path = `${api}/namespaces/${namespace}/whatsappproxies`;
      await server.call("POST", path, fleetObject({ name: `family-${namespace}`, namespace }));
    }
    files = (await buildDashboardPage()).files;
  });
  after(async () => server?.stop());

  test("shows all fleets to whoever may see them, and follows what changes", async () => {
    const typed = new Typed(["-A", "--kubeconfig", server.kubeconfig], files);
    const url = await typed.url();
    assert.equal(url.hostname, "127.0.0.1");
    const key = url.hash.replace("#key=", "");
    const stream = await OpenStream.open(url.origin, key);
    const board = JSON.parse((await stream.first("board")).data) as Board;
    assert.deepEqual(board.fleets.map(({ name }) => name).toSorted(), [
      "family-north",
      "family-south",
    ]);
    assert.deepEqual(board.hidden, []);
    const path = `${api}/namespaces/north/whatsappproxies/family-north`;
    await server.patch(path, { spec: { paused: true } });
    assert.match((await stream.first("change")).data, /"paused":true/);
    stream.close();
    await typed.stop();
  });

  test("shows nothing to others on the machine", async () => {
    const typed = new Typed(["-A", "--kubeconfig", server.kubeconfig], files);
    const { origin } = await typed.url();
    for (const key of [undefined, "guess"])
      assert.equal((await asked(origin, "/api/stream", key)).status, 401);
    await typed.stop();
  });

  test("shows what the rights of its person allow, and names the one that it can't do without", async () => {
    const token = await person(server, "ann", { fleets: ["north"] });
    const role = "/apis/rbac.authorization.k8s.io/v1/namespaces/north/roles/ann";
    const rules = [
      { apiGroups: ["proxyfleet.dev"], resources: ["whatsappproxies"], verbs: ["list", "watch"] },
    ];
    await server.patch(role, { rules });
    const config = `${server.kubeconfig}.ann`;
    await writeFile(config, kubeconfigWith(server, token));
    const typed = new Typed(["-n", "north", "--kubeconfig", config], files);
    const url = await typed.url();
    const stream = await OpenStream.open(url.origin, url.hash.replace("#key=", ""));
    const board = JSON.parse((await stream.first("board")).data) as Board;
    assert.deepEqual(
      board.fleets.map(({ name }) => name),
      ["family-north"],
    );
    assert.deepEqual(board.hidden, ["Addresses", "Pools"]);
    stream.close();
    await typed.stop();
    const refused = new Typed(["-A", "--kubeconfig", config], files);
    await assert.rejects(refused.ended, /no right to list whatsappproxies/);
  });
});

function kubeconfigWith({ url, ca }: ApiServer, token: string): string {
  const cluster = { server: url, "certificate-authority-data": Buffer.from(ca).toString("base64") };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "ann", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "ann" } }],
    "current-context": "test",
  });
}
