import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deploymentManifest, podTemplate } from "../../../src/proxy/deployment.ts";
import { disruptionBudgetManifest } from "../../../src/proxy/disruption-budget.ts";
import type { Deployment } from "../../../src/kubernetes/objects.ts";
import { child, specOf } from "./sample.ts";

const ours = "proxyfleet/proxy:0.1.0";
const made = (spec: object = {}, proxyImage = ours): Deployment =>
  deploymentManifest(child, specOf(spec), podTemplate("family", specOf(spec), { proxyImage }));
const podOf = ({ spec }: Deployment) => spec.template.spec!;
const containerOf = (deployment: Deployment) => podOf(deployment).containers[0]!;

describe("the image of the pods", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const cases: Record<string, { image?: object; ours?: string; expect: string }> = {
    "none asked for is the operator's own": { expect: ours },
    "the operator's own may have a digest": {
      ours: `${ours}@${digest}`,
      expect: `${ours}@${digest}`,
    },
    "only a tag changes the tag": { image: { tag: "0.2.0" }, expect: "proxyfleet/proxy:0.2.0" },
    "only a tag drops the operator's digest: it is another image's": {
      image: { tag: "0.2.0" },
      ours: `${ours}@${digest}`,
      expect: "proxyfleet/proxy:0.2.0",
    },
    "only a repository takes no tag of ours": {
      image: { repository: "example.org/proxy" },
      expect: "example.org/proxy",
    },
    "a repository with a port keeps it": {
      image: { repository: "localhost:5000/proxy", tag: "1" },
      expect: "localhost:5000/proxy:1",
    },
    "the operator's own may be at a port": {
      image: { tag: "2" },
      ours: "localhost:5000/proxy:1",
      expect: "localhost:5000/proxy:2",
    },
    "the operator's own may be at a port and have no tag": {
      image: { tag: "2" },
      ours: "localhost:5000/proxy",
      expect: "localhost:5000/proxy:2",
    },
    "a digest alone goes without our tag": {
      image: { digest },
      expect: `proxyfleet/proxy@${digest}`,
    },
    "all three": {
      image: { repository: "example.org/proxy", tag: "1", digest },
      expect: `example.org/proxy:1@${digest}`,
    },
  };
  for (const [name, { image, ours: defaultImage = ours, expect }] of Object.entries(cases))
    test(name, () =>
      assert.equal(
        containerOf(made(image === undefined ? {} : { image }, defaultImage)).image,
        expect,
      ),
    );
});

describe("the pods", () => {
  test("leave their user to the cluster where it chooses, and can read their Secret as any", () => {
    const settings = { proxyImage: ours, fixedUid: false };
    const pod = podTemplate("family", specOf(), settings).spec!;
    assert.deepEqual(pod.securityContext, {
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.equal(pod.volumes?.[0]?.secret?.defaultMode, 0o444);
    assert.equal(podOf(made()).volumes?.[0]?.secret?.defaultMode, 0o440);
  });

  test("are restricted as Pod Security Standards ask (profile restricted)", () => {
    const pod = podOf(made());
    assert.partialDeepStrictEqual(pod.securityContext, {
      runAsNonRoot: true,
      runAsUser: 65_532,
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.deepEqual(containerOf(made()).securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    for (const field of ["hostNetwork", "hostPID", "hostIPC", "initContainers"])
      assert.ok(!(field in pod), field);
    assert.ok(!(containerOf(made()).ports ?? []).some((port) => "hostPort" in port));
  });

  test("get no token and no Service variables", () =>
    assert.partialDeepStrictEqual(podOf(made()), {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    }));

  test("take their configuration from one volume, and write to memory only", () =>
    assert.deepEqual(podOf(made()).volumes, [
      { name: "config", secret: { secretName: "family-proxy", defaultMode: 0o440 } },
      { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
    ]));

  test("have time to end their sessions before anybody cuts them off", () => {
    const args = containerOf(made()).args ?? [];
    const seconds = ["--linger", "--drain"].map((flag) =>
      Number(/^(\d+)s$/.exec(args[args.indexOf(flag) + 1] ?? "")?.[1]),
    );
    const [linger = NaN, drain = NaN] = seconds;
    const grace = podOf(made()).terminationGracePeriodSeconds ?? 0;
    assert.ok(drain >= 500, "sessions of a pod that goes are kept for minutes");
    assert.ok(grace >= linger + drain + 30, "the kubelet kills a pod before it has ended");
    assert.ok(grace <= 590, "the cluster autoscaler cuts a pod off after 600 s");
  });

  test("come one at a time, and none goes before", () => {
    assert.deepEqual(made().spec.strategy?.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
  });

  test("heed from their start on that they are to end: the supervisor is not the first process", () =>
    assert.equal(podOf(made()).shareProcessNamespace, true));

  test("carry a person's labels beside ours, and theirs never go before ours", () => {
    const { metadata } = made({
      podMetadata: { labels: { team: "relief" }, annotations: { "example.org/a": "b" } },
    }).spec.template;
    assert.partialDeepStrictEqual(metadata, {
      labels: {
        team: "relief",
        "app.kubernetes.io/managed-by": "proxyfleet",
        "proxyfleet.dev/fleet": "family",
      },
      annotations: { "example.org/a": "b" },
    });
  });

  test("have a CPU request by default, for autoscalers, and what a person asks for as text", () => {
    assert.equal(containerOf(made()).resources?.requests?.["cpu"], "100m");
    assert.deepEqual(containerOf(made({ resources: { limits: { cpu: 2 } } })).resources, {
      limits: { cpu: "2" },
    });
  });

  const memory: Record<string, { connections: number; request: string; limit: string }> = {
    "a full pod of the default": { connections: 27_500, request: "162Mi", limit: "1163Mi" },
    "a small one": { connections: 1_000, request: "68Mi", limit: "228Mi" },
    "the largest, which keeps no node to itself": {
      connections: 1_000_000,
      request: "1024Mi",
      limit: "35478Mi",
    },
  };
  for (const [name, { connections, request, limit }] of Object.entries(memory))
    test(`have memory for their connections: ${name}`, () => {
      const { resources } = containerOf(made({ limits: { maxConnections: connections } }));
      assert.equal(resources?.requests?.["memory"], request);
      assert.equal(resources?.limits?.["memory"], limit);
    });

  test("go where a person wants them, without fields that are not there", () => {
    const pod = podOf(
      made({
        scheduling: {
          nodeSelector: { a: "b" },
          tolerations: [{ key: "k", operator: "Exists" }],
          priorityClassName: "high",
        },
      }),
    );
    assert.deepEqual(
      [pod.nodeSelector, pod.tolerations, pod.priorityClassName],
      [{ a: "b" }, [{ key: "k", operator: "Exists" }], "high"],
    );
    assert.deepEqual(
      ["nodeSelector", "tolerations", "priorityClassName"].filter(
        (field) => field in podOf(made()),
      ),
      [],
    );
  });

  test("spread over nodes and zones, where there are several", () => {
    const constraints = podOf(made()).topologySpreadConstraints ?? [];
    assert.deepEqual(
      constraints.map(({ topologyKey, maxSkew, whenUnsatisfiable }) => [
        topologyKey,
        maxSkew,
        whenUnsatisfiable,
      ]),
      [
        ["kubernetes.io/hostname", 1, "ScheduleAnyway"],
        ["topology.kubernetes.io/zone", 1, "ScheduleAnyway"],
      ],
    );
    for (const { labelSelector } of constraints)
      assert.deepEqual(labelSelector, made().spec.selector);
  });

  test("are pulled as a person says", () => {
    const deployment = made({
      image: { tag: "1", pullPolicy: "Never", pullSecrets: [{ name: "registry" }] },
    });
    assert.deepEqual(
      [containerOf(deployment).imagePullPolicy, podOf(deployment).imagePullSecrets],
      ["Never", [{ name: "registry" }]],
    );
  });
});

test("the Deployment finds its pods by labels that never change, whatever a person adds", () => {
  const selector = {
    matchLabels: { "app.kubernetes.io/name": "whatsapp-proxy", "proxyfleet.dev/fleet": "family" },
  };
  assert.deepEqual(made().spec.selector, selector);
  assert.deepEqual(
    made({ podMetadata: { labels: { team: "relief" } }, replicas: 5 }).spec.selector,
    selector,
  );
});

test("children belong to their fleet, and carry no tracking label of a GitOps tool", () => {
  for (const { metadata } of [made(), disruptionBudgetManifest(child)]) {
    assert.deepEqual(metadata.ownerReferences, [child.owner]);
    assert.equal(metadata.name, "family-proxy");
    assert.ok(
      !Object.keys(metadata.labels ?? {}).some(
        (label) => label.startsWith("argocd") || label === "app.kubernetes.io/instance",
      ),
    );
  }
});

test("one pod at a time may be taken away on purpose, and a broken one always", () =>
  assert.partialDeepStrictEqual(disruptionBudgetManifest(child).spec, {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  }));
