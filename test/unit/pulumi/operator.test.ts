import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { objectsOf } from "../../../src/pulumi/chart/objects.ts";
import { readValues } from "../../../src/pulumi/chart/read-values.ts";
import { ProxyfleetOperator } from "../../../src/pulumi/index.ts";
import { version } from "../../../src/version.ts";
import { playEngine, type Registered } from "../../stand-ins/pulumi-engine.ts";

let registered: readonly Registered[];
beforeEach(async () => {
  registered = await playEngine();
});

/** Waits until all that was made so far is registered. */
const settle = async () => pulumi.runtime.disconnect();

/** Objects among what is registered, as the API server would get them. */
const objects = () =>
  registered.filter(({ type }) => type.startsWith("kubernetes:")).map(({ inputs }) => inputs);

const expected = (values: object, namespace: string, release: string) =>
  JSON.parse(
    JSON.stringify(objectsOf({ values: readValues(values), namespace, release, version })),
  ) as object[];

const title = ({
  kind,
  metadata,
}: {
  kind?: unknown;
  metadata?: { namespace?: string; name?: string };
}) => `${String(kind)} ${metadata?.namespace}/${metadata?.name}`;
const sorted = (list: readonly object[]) =>
  list.toSorted((a, b) => title(a).localeCompare(title(b)));

describe("a ProxyfleetOperator", () => {
  test("is the objects that the chart makes, with a namespace", async () => {
    new ProxyfleetOperator("proxyfleet");
    await settle();
    assert.deepEqual(
      sorted(objects()),
      sorted(expected({ namespace: { create: true } }, "proxyfleet-system", "proxyfleet")),
    );
  });

  test("takes outputs of other resources for names, images and labels", async () => {
    const later = <T>(value: T) => pulumi.output(Promise.resolve(value));
    const fleets = [
      { namespace: "a", name: "family" },
      { namespace: "b", name: "family" },
    ];
    new ProxyfleetOperator("fleets", {
      namespace: later("elsewhere"),
      values: {
        image: {
          repository: later("registry.example/operator"),
          digest: later(`sha256:${"b".repeat(64)}`),
        },
        replicas: later(3),
        commonLabels: { team: later("x") },
        watchNamespaces: ["a", "b"],
        serviceMonitor: { enabled: true, interval: later("1m") },
        shareExport: { fleets, volume: { persistentVolumeClaim: { claimName: later("site") } } },
      },
    });
    await settle();
    const values = {
      namespace: { create: true },
      image: { repository: "registry.example/operator", digest: `sha256:${"b".repeat(64)}` },
      replicas: 3,
      commonLabels: { team: "x" },
      watchNamespaces: ["a", "b"],
      serviceMonitor: { enabled: true, interval: "1m" },
      shareExport: { fleets, volume: { persistentVolumeClaim: { claimName: "site" } } },
    };
    assert.deepEqual(sorted(objects()), sorted(expected(values, "elsewhere", "fleets")));
  });

  test("makes no namespace and no CRDs where it is told so", async () => {
    new ProxyfleetOperator("proxyfleet", {
      values: { namespace: { create: false }, crds: { enabled: false } },
    });
    await settle();
    const kinds = new Set(objects().map((object) => object["kind"]));
    assert.equal(kinds.has("Namespace"), false);
    assert.equal(kinds.has("CustomResourceDefinition"), false);
    assert.equal(kinds.has("Deployment"), true);
  });

  test("registers all as its own, so that what depends on it comes after", async () => {
    const operator = new ProxyfleetOperator("proxyfleet");
    await settle();
    const parents = registered.filter(({ type }) => type === "proxyfleet:index:ProxyfleetOperator");
    assert.equal(parents.length, 1);
    assert.match(
      await new Promise<string>((resolve) => operator.urn.apply(resolve)),
      /proxyfleet:index:ProxyfleetOperator::proxyfleet$/,
    );
  });

  for (const [words, values, problem] of [
    ["a value that does not exist", { replica: 2 }, /replica/],
    ["a value of the wrong kind", { replicas: "two" }, /replicas "two": must be a number/],
    ["a digest that is none", { image: { digest: "abc" } }, /image\.digest "abc"/],
  ] as const) {
    test(`refuses ${words}, and names it`, () => {
      assert.throws(() => new ProxyfleetOperator("proxyfleet", { values: values as object }), {
        name: "ValuesError",
        message: problem,
      });
    });
  }
});

describe("the resources of a ProxyfleetOperator", () => {
  /** The options of each resource, by type and name. */
  const optionsOf = async (values: object) => {
    const found = new Map<string, pulumi.CustomResourceOptions>();
    const note: pulumi.ResourceTransformation = ({ type, name, opts }) => {
      found.set(`${type} ${name}`, opts);
      return undefined;
    };
    new ProxyfleetOperator("proxyfleet", { values }, { transformations: [note] });
    await settle();
    return found;
  };
  const crd = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

  for (const keep of [true, false]) {
    test(
      keep
        ? "leave the kinds in the cluster when all is destroyed"
        : "take the kinds along where that is asked for",
      async () => {
        const options = [...(await optionsOf({ crds: { keep } }))].filter(([title]) =>
          title.startsWith(crd),
        );
        assert.ok(options.length > 0);
        for (const [title, { retainOnDelete }] of options)
          assert.equal(retainOnDelete, keep, title);
      },
    );
  }

  test("come in an order: the namespace, what is in it, and the Deployment last", async () => {
    const options = await optionsOf({});
    const needs = (title: string) => [options.get(title)?.dependsOn].flat();
    const deployment = "kubernetes:apps/v1:Deployment proxyfleet-deployment-proxyfleet";
    assert.equal(needs(deployment).length, objects().length - 1);
    assert.equal(
      needs("kubernetes:core/v1:ServiceAccount proxyfleet-serviceaccount-proxyfleet").length,
      1,
    );
  });
});
