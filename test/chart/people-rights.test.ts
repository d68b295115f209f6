import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Manifest, only, rendered } from "./rendered.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const people = ["viewer", "operator", "admin"] as const;
const roleOf = (manifests: readonly Manifest[], who: string) =>
  only(manifests, "ClusterRole", `proxyfleet-${who}`) as Manifest & { readonly rules: Rule[] };
const reading = new Set(["get", "list", "watch"]);

describe("the roles for people", () => {
  test("are given to nobody", async () => {
    const bound = (await rendered()).filter(({ kind }) => kind.endsWith("Binding"));
    const names = bound.map((binding) => (binding["roleRef"] as { name: string }).name);
    assert.deepEqual(
      names.filter((name) => people.some((who) => name.endsWith(`-${who}`))),
      [],
    );
  });

  test("read no Secret", async () => {
    const manifests = await rendered();
    for (const who of people)
      for (const { resources } of roleOf(manifests, who).rules)
        assert.ok(!resources.some((name) => name === "secrets" || name === "*"), who);
  });

  test("let a viewer change nothing, and an operator nothing but fleets", async () => {
    const manifests = await rendered();
    const changes = (who: string) =>
      roleOf(manifests, who)
        .rules.filter(({ verbs }) => verbs.some((verb) => !reading.has(verb)))
        .map(({ resources, verbs }) => ({ resources, verbs }));
    assert.deepEqual(changes("viewer"), []);
    assert.deepEqual(changes("operator"), [
      { resources: ["whatsappproxies"], verbs: ["update", "patch"] },
    ]);
  });

  test("change nothing but our own kinds", async () => {
    for (const { apiGroups, verbs } of roleOf(await rendered(), "admin").rules)
      if (verbs.some((verb) => !reading.has(verb))) assert.deepEqual(apiGroups, ["proxyfleet.dev"]);
  });

  test("are part of Kubernetes' own where that is wanted, and not otherwise", async () => {
    const aggregated = async (values: object) => {
      const manifests = await rendered(values);
      return people.map((who) =>
        Object.keys(roleOf(manifests, who).metadata.labels).filter((label) =>
          label.startsWith("rbac.authorization.k8s.io/"),
        ),
      );
    };
    assert.deepEqual(await aggregated({}), [[], [], []]);
    assert.deepEqual(await aggregated({ rbac: { aggregate: true }, commonLabels: { team: "x" } }), [
      ["rbac.authorization.k8s.io/aggregate-to-view"],
      ["rbac.authorization.k8s.io/aggregate-to-edit"],
      ["rbac.authorization.k8s.io/aggregate-to-admin"],
    ]);
  });

  test("are not made where no roles are", async () =>
    assert.deepEqual(
      (await rendered({ rbac: { create: false } })).filter(({ kind }) => kind === "ClusterRole"),
      [],
    ));
});
