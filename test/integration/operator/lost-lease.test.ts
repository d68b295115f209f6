import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { apply } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const program = join(import.meta.dirname, "../../../src/main.ts");
const leasePath = "/apis/coordination.k8s.io/v1/namespaces/proxyfleet-system/leases/proxyfleet";

describe("the process of an operator", () => {
  let server: ApiServer;
  let operator: ChildProcess;
  let messages: string[];

  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    await apply(server, namespaceObject("proxyfleet-system"));
  });
  after(async () => {
    operator.kill("SIGKILL");
    await server.stop();
  });

  const start = async (...flags: readonly string[]): Promise<void> => {
    messages = [];
    operator = spawn(
      process.execPath,
      [program, "operator", "--kubeconfig", server.kubeconfig, "--health-port=0", ...flags],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    createInterface({ input: operator.stdout! }).on("line", (line) =>
      messages.push((JSON.parse(line) as { msg: string }).msg),
    );
    await waitFor(
      "the operator to lead",
      () => messages.includes("this operator leads") || undefined,
    );
  };
  const holder = async () =>
    ((await server.call("GET", leasePath)).body["spec"] as { holderIdentity?: string })
      .holderIdentity;

  test("writes a CPU profile and a heap snapshot when it is asked to, and goes on", async () => {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-diagnosis-"));
    removeAtExit(folder);
    await start("--diagnosis-folder", folder);
    operator.kill("SIGUSR2");
    await waitFor(
      "a diagnosis",
      () =>
        messages.includes("a diagnosis is written; it holds secrets of this process") || undefined,
      { seconds: 60 }, // ten of them are the profile
    );
    const kinds = (await readdir(folder))
      .map((file) => extname(file))
      .toSorted((a, b) => a.localeCompare(b));
    assert.deepEqual(kinds, [".cpuprofile", ".heapsnapshot"]);
    operator.kill("SIGTERM");
    assert.deepEqual(await once(operator, "exit"), [0, null]);
  });

  test("ends with 0 when it is told to stop, and gives its lease back", async () => {
    await start();
    operator.kill("SIGTERM");
    assert.deepEqual(await once(operator, "exit"), [0, null]);
    assert.equal(await holder(), undefined);
  });

  test("ends with 1 when another one took the lease, and leaves it to that one", async () => {
    await start();
    const taken = await server.patch(leasePath, { spec: { holderIdentity: "another" } });
    assert.equal(taken.code, 200);
    assert.deepEqual(await once(operator, "exit"), [1, null]);
    assert.equal(await holder(), "another");
    assert.ok(messages.includes("the operator ends"));
  });
});
