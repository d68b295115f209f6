import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../src/config.ts";
import { renderChart } from "../../tooling/chart/render.ts";
import { manifestsOf, only, podsOf, type PodTemplate, rendered, titleOf } from "./rendered.ts";

const pods = async (values: object = {}): Promise<PodTemplate> => podsOf(await rendered(values));
const digest = `sha256:${"a".repeat(64)}`;

describe("images", () => {
  const cases: Record<string, { values: object; image: string; proxyImage: string }> = {
    "are those of the chart's version": {
      values: {},
      image: "proxyfleet/operator:0.1.0",
      proxyImage: "proxyfleet/proxy:0.1.0",
    },
    "may come from a registry of one's own": {
      values: {
        image: { repository: "localhost:5000/operator", tag: "1" },
        proxyImage: { repository: "localhost:5000/proxy", tag: "2" },
      },
      image: "localhost:5000/operator:1",
      proxyImage: "localhost:5000/proxy:2",
    },
    "may be named by digest, whatever the tag says": {
      values: { image: { digest, tag: "1" }, proxyImage: { digest } },
      image: `proxyfleet/operator@${digest}`,
      proxyImage: `proxyfleet/proxy@${digest}`,
    },
  };
  for (const [name, { values, image, proxyImage }] of Object.entries(cases)) {
    test(name, async () => {
      const [container] = (await pods(values)).spec.containers;
      assert.equal(container.image, image);
      assert.equal(container.env.find(({ name }) => name === "PROXY_IMAGE")?.value, proxyImage);
    });
  }
});

test("the operator understands the flags and the environment that the chart gives it", async () => {
  const values = {
    watchNamespaces: ["a", "b", "a"],
    monitoringNamespaces: ["c", "d"],
    logLevel: "debug",
    workers: 3,
    rollouts: { hold: true },
  };
  const [{ args, env }] = (await pods(values)).spec.containers;
  const [command, ...flags] = args;
  assert.equal(command, "operator");
  const config = readConfig(
    flags,
    Object.fromEntries(env.map(({ name, value }) => [name, value])),
    "none",
  );
  assert.notEqual(config, "help");
  if (config === "help") return;
  assert.deepEqual(
    [
      config.watchNamespaces,
      config.monitoringNamespaces,
      config.logLevel,
      config.workers,
      config.rollouts,
      config.proxyImage,
    ],
    [["a", "b"], ["c", "d"], "debug", 3, { isHeld: true, percent: 5 }, "proxyfleet/proxy:0.1.0"],
  );
});

describe("the pods", () => {
  test("are restricted as Pod Security Standards ask (profile restricted)", async () => {
    const { spec } = await pods();
    assert.equal(spec.securityContext["runAsNonRoot"], true);
    assert.deepEqual(spec.securityContext["seccompProfile"], { type: "RuntimeDefault" });
    const [{ securityContext }] = spec.containers;
    assert.equal(securityContext["allowPrivilegeEscalation"], false);
    assert.equal(securityContext["readOnlyRootFilesystem"], true);
    assert.deepEqual(securityContext["capabilities"], { drop: ["ALL"] });
  });

  test("take what is set for them", async () => {
    const { metadata, spec } = await pods({
      podLabels: { team: "x", "app.kubernetes.io/name": "other" },
      podAnnotations: { note: "y" },
      imagePullSecrets: [{ name: "registry" }],
      priorityClassName: "important",
      nodeSelector: { zone: "a" },
      tolerations: [{ key: "own", operator: "Exists" }],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: "rack", whenUnsatisfiable: "DoNotSchedule" },
      ],
      env: [{ name: "HTTP2", value: "false" }],
      resources: { limits: { memory: "1Gi" } },
      serviceAccount: { create: false, name: "mine" },
    });
    assert.deepEqual(metadata, {
      labels: { team: "x", "app.kubernetes.io/name": "proxyfleet" },
      annotations: { note: "y" },
    });
    assert.deepEqual(spec["imagePullSecrets"], [{ name: "registry" }]);
    assert.equal(spec["priorityClassName"], "important");
    assert.deepEqual(spec["nodeSelector"], { zone: "a" });
    assert.deepEqual(spec["tolerations"], [{ key: "own", operator: "Exists" }]);
    assert.deepEqual(spec["affinity"], { nodeAffinity: {} });
    assert.deepEqual(
      spec.topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
      ["rack"],
    );
    assert.equal(spec.containers[0].env.find(({ name }) => name === "HTTP2")?.value, "false");
    assert.deepEqual(spec.containers[0].resources, {
      requests: { cpu: "50m", memory: "128Mi" },
      limits: { memory: "1Gi" },
    });
    assert.equal(spec.serviceAccountName, "mine");
  });

  test("are selected by one label that no value changes: a Deployment's selector is fixed", async () => {
    const manifests = await rendered({
      podLabels: { "app.kubernetes.io/name": "other" },
      commonLabels: { "app.kubernetes.io/name": "x" },
    });
    const selector = { "app.kubernetes.io/name": "proxyfleet" };
    const { spec } = only(manifests, "Deployment") as unknown as { spec: { selector: object } };
    assert.deepEqual(spec.selector, { matchLabels: selector });
    assert.deepEqual(podsOf(manifests).metadata.labels, selector);
  });
});

describe("rights", () => {
  test("an account with another name gets them", async () => {
    const manifests = await rendered({ serviceAccount: { name: "mine" }, watchNamespaces: ["a"] });
    const bindings = manifests.filter(({ kind }) => kind.endsWith("RoleBinding"));
    assert.equal(bindings.length, 5);
    for (const binding of bindings)
      assert.deepEqual(binding["subjects"], [
        { kind: "ServiceAccount", name: "mine", namespace: "proxyfleet-system" },
      ]);
  });

  test("of several releases don't meet outside of the operator's namespace", async () => {
    const outside = manifestsOf(
      await renderChart(
        { watchNamespaces: ["a"], crds: { enabled: false } },
        { namespace: "second", release: "for-a" },
      ),
    )
      .filter(({ metadata }) => metadata.namespace !== "second")
      .map(titleOf);
    assert.deepEqual(outside.toSorted(), [
      "ClusterRole for-a-proxyfleet",
      "ClusterRole for-a-proxyfleet-admin",
      "ClusterRole for-a-proxyfleet-operator",
      "ClusterRole for-a-proxyfleet-viewer",
      "ClusterRoleBinding for-a-proxyfleet",
      "Role a/for-a-proxyfleet",
      "Role default/for-a-proxyfleet-events",
      "RoleBinding a/for-a-proxyfleet",
      "RoleBinding default/for-a-proxyfleet-events",
    ]);
  });

  test("with a list of namespaces, nothing in them is allowed cluster-wide but the end of fleets", async () => {
    const { rules } = only(
      await rendered({ watchNamespaces: ["a"] }),
      "ClusterRole",
    ) as unknown as {
      rules: {
        apiGroups: string[];
        resources: string[];
        resourceNames?: string[];
        verbs: string[];
      }[];
    };
    // A namespace that is deleted loses its Role before the finalizers of its fleets can go.
    const finalizers = rules.filter(({ resources }) => resources.includes("whatsappproxies"));
    assert.deepEqual(
      finalizers.map(({ resources, verbs }) => ({ resources, verbs })),
      [{ resources: ["whatsappproxies"], verbs: ["patch"] }],
    );
    for (const { apiGroups, resources, resourceNames, verbs } of rules) {
      if (resources.includes("whatsappproxies")) continue;
      if (apiGroups.includes("proxyfleet.dev"))
        assert.ok(
          resources.every((name) =>
            /^(addresspools|proxyaddresses|vantagepoints)(\/|$)/.test(name),
          ),
        );
      else if (apiGroups.includes("apiextensions.k8s.io"))
        // Definitions have no namespace, and ours alone may be read.
        assert.deepEqual(
          {
            resources,
            verbs,
            isOurs: resourceNames?.every((name) => name.endsWith(".proxyfleet.dev")),
          },
          { resources: ["customresourcedefinitions"], verbs: ["get"], isOurs: true },
        );
      else
        assert.deepEqual(
          { resources, resourceNames, verbs },
          { resources: ["namespaces"], resourceNames: ["a"], verbs: ["get"] },
        );
    }
  });
});
