import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readShareCall } from "../../src/cli/share/arguments.ts";
import { type Manifest, only, type PodTemplate, rendered } from "./rendered.ts";

const name = "proxyfleet-share-export";
const fleets = [
  { namespace: "proxies", name: "family" },
  { namespace: "proxies", name: "friends" },
  { namespace: "abroad", name: "family" },
  { namespace: "proxies", name: "family" },
];

async function stage(shareExport: object = { fleets }): Promise<readonly Manifest[]> {
  return rendered({ shareExport });
}

function podOf(manifests: readonly Manifest[]): PodTemplate {
  const deployment = only(manifests, "Deployment", name);
  return (deployment["spec"] as { template: PodTemplate }).template;
}

describe("the export of share pages", () => {
  test("is not there unless fleets are named", async () => {
    const names = (await rendered()).map(({ metadata }) => metadata.name);
    assert.ok(!names.includes(name));
  });

  test("understands what the chart starts it with", async () => {
    const [{ args }] = podOf(await stage()).spec.containers;
    const [command, ...flags] = args;
    assert.equal(command, "share");
    const call = readShareCall(flags);
    assert.ok(call !== "help");
    assert.deepEqual(call.scope, { kind: "Named", fleets });
    assert.deepEqual(call.task, { kind: "Export", folder: "/pages", watch: true });
    assert.equal(call.cluster.kubeconfig, undefined);
  });

  test("may read the Secrets of its fleets, each by its name, and nothing else", async () => {
    const manifests = await stage();
    const roles = manifests.filter(
      ({ kind, metadata }) => kind === "Role" && metadata.name === name,
    );
    const verbs = ["get", "list", "watch"];
    const rule = { apiGroups: [""], resources: ["secrets"], verbs };
    assert.deepEqual(
      Object.fromEntries(roles.map(({ metadata, rules }) => [metadata.namespace, rules])),
      {
        abroad: [{ ...rule, resourceNames: ["family-share"] }],
        proxies: [{ ...rule, resourceNames: ["family-share", "friends-share"] }],
      },
    );
    const bindings = manifests.filter(
      ({ kind, subjects }) => kind.endsWith("Binding") && JSON.stringify(subjects).includes(name),
    );
    assert.deepEqual(
      bindings.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`).toSorted(),
      ["RoleBinding abroad", "RoleBinding proxies"],
    );
  });

  test("is restricted as Pod Security Standards ask (profile restricted)", async () => {
    const { spec } = podOf(await stage());
    assert.equal(spec.securityContext["runAsNonRoot"], true);
    assert.deepEqual(spec.securityContext["seccompProfile"], { type: "RuntimeDefault" });
    assert.deepEqual(spec.containers[0].securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("is selected by nothing of the operator's", async () => {
    const manifests = await stage();
    const { labels } = podOf(manifests).metadata;
    for (const kind of ["NetworkPolicy", "PodDisruptionBudget", "Deployment"]) {
      const { spec } = only(manifests, kind) as unknown as {
        spec: { podSelector?: Selector; selector?: Selector };
      };
      const { matchLabels = {} } = spec.podSelector ?? spec.selector ?? {};
      assert.ok(
        Object.entries(matchLabels).some(([key, value]) => labels[key] !== value),
        kind,
      );
    }
  });

  test("writes into the volume that is given, which its sidecars share", async () => {
    const claim = { persistentVolumeClaim: { claimName: "site" } };
    const web = { name: "web", image: "nginx" };
    const { spec } = podOf(await stage({ fleets, volume: claim, sidecars: [web] }));
    assert.deepEqual(spec["volumes"], [{ name: "pages", ...claim }]);
    assert.deepEqual(
      spec.containers.map((each) => (each as unknown as { name: string }).name),
      ["share-export", "web"],
    );
  });

  const refused: Record<string, object> = {
    "a fleet without a namespace": { fleets: [{ name: "family" }] },
    "a name that could be a flag": { fleets: [{ namespace: "proxies", name: "--watch" }] },
    "an unknown field": { fleet: [] },
  };
  for (const [what, values] of Object.entries(refused))
    test(`refuses ${what}`, async () => {
      await assert.rejects(stage(values));
    });
});

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}
