import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { ledgerCommand } from "../../../src/cli/ledger.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { apply, list } from "../operator/operator.ts";
import { ledgerEntry } from "../samples.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const path = "/apis/proxyfleet.dev/v1alpha1/proxyaddresses";
const rest = {
  want: "Quarantine",
  quarantineUntil: "2999-01-01T00:00:00Z",
  retiredBecause: "Blocked",
};
const entries = [
  ledgerEntry({}, "ip-203-0-113-9"),
  ledgerEntry({ address: "203.0.113.10", ...rest }, "ip-203-0-113-10"),
  ledgerEntry({ address: "198.51.100.7", pool: "cloud" }, "ip-a1b2c3d4e5f6"),
];

describe("proxyfleet ledger", () => {
  let server: ApiServer;
  let folder: string;
  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    folder = await mkdtemp(join(tmpdir(), "proxyfleet-ledger-"));
    removeAtExit(folder);
  });
  beforeEach(async () => {
    await empty();
    await apply(server, ...entries);
  });
  after(async () => server?.stop());

  const ledger = async () => (await list(server, path)) as unknown as readonly ProxyAddress[];
  const run = async (...args: readonly string[]) =>
    ledgerCommand([...args, "--kubeconfig", server.kubeconfig], async () => "");
  const file = async (text: string): Promise<string> => {
    await writeFile(join(folder, "ledger"), text);
    return join(folder, "ledger");
  };
  const empty = async (): Promise<void> => {
    for (const { metadata } of await ledger())
      await server.call("DELETE", `${path}/${metadata.name}`);
  };

  for (const format of ["yaml", "json"]) {
    test(`what is exported as ${format} is imported as it was`, async () => {
      const before = await ledger();
      const text = await run("export", "--output", format);
      assert.ok(!text.includes("resourceVersion") && !text.includes("managedFields"));
      await empty();
      assert.equal(
        await run("import", await file(text)),
        "imported 3 addresses: 2 in use, 1 at rest\n",
      );
      assert.deepEqual(
        (await ledger()).map(({ metadata: { name }, spec }) => ({ name, spec })),
        before.map(({ metadata: { name }, spec }) => ({ name, spec })),
      );
    });
  }

  test("import refuses what exists, and writes nothing at all", async () => {
    const text = await run("export");
    await server.call("DELETE", `${path}/ip-203-0-113-10`);
    await assert.rejects(
      run("import", await file(text)),
      /nothing was imported: ProxyAddress ip-203-0-113-9 exists already/,
    );
    assert.equal((await ledger()).length, 2);
  });

  test("import refuses an address that another entry holds", async () => {
    const text = JSON.stringify(ledgerEntry({ address: "203.0.113.9" }, "ip-zzzzzzzzzzzz"));
    await assert.rejects(
      run("import", await file(text)),
      /203\.0\.113\.9 of ip-zzzzzzzzzzzz is held by ip-203-0-113-9/,
    );
  });

  test("import tells what it can't read, and a call that is off how to call it", async () => {
    await assert.rejects(run("import", await file("kind: [")), /neither YAML nor JSON/);
    await assert.rejects(
      run("import", await file(JSON.stringify(ledgerEntry({ want: "Nothing" })))),
      /nothing was imported: ProxyAddress .*spec\.want/,
    );
    await assert.rejects(run("import", await file("")), /holds no ledger entries/);
    await assert.rejects(run("import"), /see proxyfleet ledger --help/);
    await assert.rejects(run("export", "--output", "csv"), /neither yaml nor json/);
  });
});
