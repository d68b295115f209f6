import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { accept } from "../stage/acceptance.ts";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl } from "../stage/kubectl.ts";
import { whatsapp } from "../stage/people.ts";
import { succeed } from "../stage/process.ts";

import { bundle } from "./helm.ts";
import { objectsOfProgram } from "./pulumi.ts";

const fleet = new TestFleet({
  name: "e2e-ways",
  addresses: ["203.0.113.224/28"],
  slots: 2,
  spec: { replicas: 1, rotation: { drain: { scheduled: "1s" } } },
});

/**
 * The Kustomize example as a person uses it: with the bundle beside it, and the place where the
 * images really are.
 */
function kustomization(): string {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-kustomize-"));
  removeAtExit(folder);
  const example = join(import.meta.dirname, "../../../examples/kustomize");
  cpSync(example, folder, { recursive: true });
  cpSync(bundle, join(folder, "install.yaml"));
  for (const name of ["kustomization.yaml", "operator.yaml"]) {
    const text = readFileSync(join(example, name), "utf8");
    writeFileSync(
      join(folder, name),
      text.replaceAll("registry.example.org/proxyfleet/", "docker.io/proxyfleet/"),
    );
  }
  return folder;
}

async function applyList(items: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await succeed(["kubectl", "apply", "--server-side", "--validate=strict", "-f", "-"], list);
}

/** What a person does to install, and to have a fleet then. */
const ways: Record<string, () => Promise<void>> = {
  "kubectl apply": async () => {
    await kubectl("apply", "-f", bundle);
    await fleet.create();
  },
  "kubectl apply with Kustomize": async () => {
    await kubectl("apply", "--server-side", "-k", kustomization());
    await fleet.create();
  },
  Pulumi: async () => {
    const { operator, rest } = await objectsOfProgram(fleet);
    await applyList(operator);
    await kubectl("create", "namespace", fleet.name);
    await kubectl(
      "wait",
      "crd",
      "-l",
      "app.kubernetes.io/name=proxyfleet",
      "--for=condition=Established",
      "--timeout=30s",
    );
    await applyList(rest);
  },
};

async function uninstall(): Promise<void> {
  await kubectl("delete", "wap,wapa,wapool", "--all", "--all-namespaces", "--timeout=90s");
  await kubectl("delete", "namespace", fleet.name, "--ignore-not-found", "--timeout=60s");
  await kubectl("delete", "-f", bundle, "--ignore-not-found", "--timeout=90s");
}

after(async () => {
  await kubectl("apply", "--server-side", "--force-conflicts", "-f", bundle);
  await kubectl(
    "rollout",
    "status",
    "deployment/proxyfleet",
    "-n",
    "proxyfleet-system",
    "--timeout=120s",
  );
});

before(async () => void (await whatsapp()));

for (const [way, install] of Object.entries(ways)) {
  describe(`installed on a cluster that has nothing of it, by ${way},`, () => {
    before(uninstall);
    after(async () => fleet.remove());

    test("the operator makes a fleet serve, and moves it", async () => {
      await install();
      await accept(fleet, "moved");
    });
  });
}
