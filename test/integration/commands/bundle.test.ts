import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bundleOutput } from "../../../src/cli/output/bundle.ts";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { unzipped } from "../../unit/cli/bundle/unzipped.ts";
import { entriesOf, fleetPath, read } from "../operator/fleet-objects.ts";
import { list } from "../operator/operator.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
const folder = mkdtempSync(join(tmpdir(), "proxyfleet-bundle-"));
removeAtExit(folder);
before(async () => {
  stage = await Stage.start();
  await stage.serve(["127.69.0.0/27"], { dns: undefined, share: { page: true } });
});
after(async () => stage?.stop());

/** Times are in Secrets, too, and may be known. */
function isSecret(text: string): boolean {
  return text.length >= 10 && !/^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(text);
}

/** All that nobody outside may see of this cluster: addresses, and whatever is in a Secret. */
async function secretsOfCluster(): Promise<readonly string[]> {
  const { server } = stage.cluster;
  const addresses = (await entriesOf(server, "family")).flatMap(({ spec }) => spec.address ?? []);
  const secrets = (await list(server, "/api/v1/secrets")) as unknown as {
    data?: Record<string, string>;
  }[];
  const values = secrets.flatMap(({ data = {} }) => Object.values(data));
  const long = values.flatMap((value) => {
    const plain = Buffer.from(value, "base64").toString("utf8");
    return [value, plain, JSON.stringify(plain).slice(1, -1)].filter(isSecret);
  });
  return [...new Set([...addresses, ...long])];
}

test("bundle, of a real API server", async (t) => {
  const { server } = stage.cluster;
  const address = await stage.published(0);
  const planted = [
    address,
    Buffer.from(address).toString("base64"),
    encodeURIComponent(`[::ffff:${address}]`),
    JSON.stringify(JSON.stringify({ host: address })),
    ...(await secretsOfCluster()).filter((text) => text.startsWith("https://")),
  ];
  // As others might write it who know no better.
  await server.patch(fleetPath("family"), {
    metadata: { annotations: { "example.org/note": planted.join(" ") } },
  });
  await server.call("POST", "/api/v1/namespaces/default/events", {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "family.planted", namespace: "default" },
    involvedObject: {
      kind: "WhatsAppProxy",
      name: "family",
      namespace: "default",
      uid: (await read<WhatsAppProxy>(server, fleetPath("family")))?.metadata.uid,
    },
    reason: "Planted",
    message: planted.join(" ").slice(0, 1000),
    type: "Warning",
  });

  await t.test("it holds no address, no link and nothing of a Secret", async () => {
    const file = join(folder, "a.zip");
    const ended = await stage.admin("bundle", "family", "-n", "default", "-f", file, "-o", "json");
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    const { files, missingRights } = bundleOutput.parse(JSON.parse(ended.stdout));
    assert.deepEqual(missingRights, []);
    const found = unzipped(readFileSync(file));
    assert.deepEqual(
      [...found.keys()],
      files.map(({ name }) => name),
    );
    const whole = [...found].flat().join("\n");
    const secrets = [...planted, ...(await secretsOfCluster())];
    assert.ok(secrets.length > 10);
    for (const secret of secrets) assert.ok(!whole.includes(secret), secret);
    assert.ok(!/\bfamily\b/.test(whole));
    assert.match(found.get("events.json") ?? "", /"reason": "Planted"/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  await t.test("it takes no other file's place", async () => {
    const ended = await stage.admin("bundle", "-f", join(folder, "a.zip"));
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /a\.zip was not written: choose a new file/);
  });

  await t.test("what pseudonyms stand for is in a file of its own", async () => {
    const [file, key] = [join(folder, "b.zip"), join(folder, "key.json")];
    const { code, stdout } = await stage.admin("bundle", "-A", "-f", file, "--key", key);
    assert.equal(code, 0);
    assert.match(stdout, /^.*b\.zip holds:\n {2}contents\.txt {2}\(\d+ bytes, this text\)\n/);
    const told = JSON.parse(readFileSync(key, "utf8")) as Record<string, string>;
    assert.ok(Object.values(told).includes(address));
  });

  await t.test("it names what a person may not read", async () => {
    const rules = [
      { apiGroups: ["proxyfleet.dev"], resources: ["whatsappproxies"], verbs: ["list"] },
    ];
    const type = await stage.person("helper", rules);
    const file = join(folder, "c.zip");
    const { code, stdout, stderr } = await type("bundle", "-f", file);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /\nNot in it, since you have no right to: list pods in namespace default\n/,
    );
    assert.match(unzipped(readFileSync(file)).get("contents.txt") ?? "", /for want of a right:/);
  });
});
