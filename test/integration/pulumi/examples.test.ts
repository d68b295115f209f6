import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { kubectl } from "../../stand-ins/api-server/crds.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import type { Registered } from "../../stand-ins/pulumi-engine.ts";

const project = join(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** What each example is configured with. */
const examples: Record<string, Record<string, string>> = {
  aws: {
    registry: "registry.example.org",
    network: "10.0.0.0/16",
    subnets: '["subnet-0123456789abcdef0"]',
  },
  gcp: { registry: "registry.example.org", "gcp:project": "project", "gcp:region": "europe-west1" },
};

/** What came of an example's run. */
interface Outcome {
  readonly resources: readonly Registered[];
  readonly isSecret: boolean;
}

interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly spec?: unknown;
}

/**
 * What a person would install from: the npm package, in a folder of its own with the example beside
 * it.
 */
function installedExample(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-pulumi-"));
  removeAtExit(folder);
  cpSync(join(project, "examples/pulumi", name), folder, { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(project, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  symlinkSync(join(project, "dist/npm"), join(folder, "node_modules/proxyfleet"));
  return folder;
}

let server: ApiServer;
before(async () => {
  for (const step of ["hack/bundle.ts", "hack/npm-package.ts"])
    execFileSync(process.execPath, [join(project, step)], { stdio: "inherit" });
  server = await ApiServer.start();
});
after(async () => server?.stop());

for (const [name, config] of Object.entries(examples)) {
  describe(`the Pulumi example for ${name}`, () => {
    let folder: string;
    let outcome: Outcome;

    before(async () => {
      folder = installedExample(name);
      const runner = join(import.meta.dirname, "run-example.ts");
      const program = [runner, join(folder, "index.ts"), JSON.stringify(config)];
      outcome = JSON.parse((await run(process.execPath, program)).stdout) as Outcome;
    });

    test("has no fault of types, with the package as it is published", async () => {
      await run(join(project, "node_modules/.bin/tsc"), ["--project", folder]);
    });

    test("runs, and keeps the addresses of people secret", () =>
      assert.equal(outcome.isSecret, true));

    test("feeds the pool with what the cloud allocated", () => {
      const [pool] = objectsOf(outcome.resources).filter(({ kind }) => kind === "AddressPool");
      const { named } = pool!.spec as { named: readonly { name: string; address: string }[] };
      assert.ok(named.length >= 5);
      for (const { name, address } of named) {
        assert.match(name, /^(eipalloc-|proxyfleet-\d)/);
        assert.match(address, /^(203\.0\.113|198\.51\.100)\.\d+$/);
      }
    });

    test("makes objects that the API server takes, with strict validation and not one warning", async () => {
      const objects = objectsOf(outcome.resources);
      const isOurs = ({ apiVersion }: KubeObject) => apiVersion.startsWith("proxyfleet.dev/");
      const list = JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: objects.filter((object) => !isOurs(object)),
      });
      const { code, stderr } = await kubectl(
        server,
        ["apply", "--server-side", "--validate=strict", "-f", "-"],
        list,
      );
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      const ours = objects.filter(isOurs);
      assert.deepEqual(ours.map(({ kind }) => kind).toSorted(), ["AddressPool", "WhatsAppProxy"]);
      for (const object of ours) await apply(server, object);
    });
  });
}

/**
 * The Kubernetes objects among resources; Pulumi names those that have no name after their
 * resource.
 */
function objectsOf(resources: readonly Registered[]): readonly KubeObject[] {
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ name, inputs }) => {
      const object = inputs as unknown as KubeObject;
      return { ...object, metadata: { name: `${name}-1a2b3c4d`, ...object.metadata } };
    });
}

/** Applies an object of a kind that the server has only just begun to serve. */
async function apply(server: ApiServer, object: KubeObject): Promise<void> {
  const { namespace, name } = object.metadata;
  const place = namespace === undefined ? "" : `namespaces/${namespace}/`;
  const plural = object.kind === "AddressPool" ? "addresspools" : "whatsappproxies";
  const path = `/apis/${object.apiVersion}/${place}${plural}/${name}?fieldManager=pulumi&fieldValidation=Strict`;
  for (;;) {
    const { code, body } = await server.patch(path, object, "application/apply-patch+yaml");
    if (code === 404) await sleep(50);
    else return assert.ok(code === 200 || code === 201, String(body["message"]));
  }
}
