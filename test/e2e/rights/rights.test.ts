import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { renderChart } from "../../../tooling/chart/render.ts";
import { apiVersion } from "../../objects/metadata.ts";
import { secretObject } from "../../objects/secret.ts";
import { kubectl, read, tryKubectl } from "../stage/kubectl.ts";
import { run, succeed } from "../stage/process.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { whatsapp } from "../stage/people.ts";
import { type Asked, askedBy } from "./audit-log.ts";
import { exerciseRights, shortLivedFleet } from "./exercise-rights.ts";
import { type Role, unneeded } from "./permissions.ts";

const fleets = [
  shortLivedFleet("e2e-rights-a", "203.0.113.240/30"),
  shortLivedFleet("e2e-rights-b", "203.0.113.244/30"),
];

/**
 * Rights that are asked for inside of another request (admission plugin
 * OwnerReferencesPermissionEnforcement), which the log does not show. A test of its own shows that
 * the one to a fleet's finalizers is needed; what `withoutOwner` does is refused without the others,
 * and a ConfigMap that is applied for the first time is refused without the right to create it.
 */
const isAskedInside = (line: string) =>
  /(update whatsappproxies\/finalizers.proxyfleet.dev|delete (secrets|deployments.apps|poddisruptionbudgets.policy|networkpolicies.networking.k8s.io)|create configmaps) is not used$/.test(
    line,
  );

async function rolesOf(instance: string): Promise<readonly Role[]> {
  const selector = `app.kubernetes.io/name=proxyfleet,app.kubernetes.io/instance=${instance},app.kubernetes.io/component!=people`;
  return (await read<{ items: Role[] }>("clusterroles,roles", "--all-namespaces", "-l", selector))
    .items;
}

async function rollout(namespace: string): Promise<void> {
  await kubectl("rollout", "status", "deployment/proxyfleet", "-n", namespace, "--timeout=120s");
}

/** What holds for an operator's roles after it has done everything. */
function areMinimal(namespace: string, instance: string): void {
  let roles: readonly Role[];
  let asked: Asked;
  before(async () => {
    await exerciseRights(fleets, namespace);
    roles = await rolesOf(instance);
    asked = await askedBy(namespace);
  });

  test("no request was refused for want of a right", () => assert.deepEqual(asked.refused, []));

  test("every right of every role was used", (t) => {
    t.diagnostic(`${asked.allowed.length} requests, ${roles.length} roles`);
    assert.deepEqual(
      unneeded(roles, asked.allowed).filter((line) => !isAskedInside(line)),
      [],
    );
  });

  test("one right more would be told", () => {
    for (const role of roles) {
      const more: Role = {
        ...role,
        rules: [...role.rules, { apiGroups: [""], resources: ["secrets"], verbs: ["update"] }],
      };
      assert.ok(
        unneeded([more], asked.allowed).some((line) => line.endsWith("update secrets is not used")),
      );
    }
  });
}

before(async () => void (await whatsapp()));
after(async () => {
  for (const fleet of fleets) await fleet.remove();
});

describe("the rights of an operator of the whole cluster", () =>
  areMinimal("proxyfleet-system", "proxyfleet"));

describe("the right to a fleet's finalizers", () => {
  const copy = "e2e-without-finalizers";
  after(async () => void (await tryKubectl("delete", "clusterrole,clusterrolebinding", copy)));

  const create = async (account: string) => {
    const owner = {
      apiVersion,
      kind: "WhatsAppProxy",
      name: "x",
      uid: "x",
      blockOwnerDeletion: true,
    };
    const metadata = { ownerReferences: [owner] };
    const secret = secretObject({ name: "child", namespace: "default", metadata });
    const as = `--as=system:serviceaccount:proxyfleet-system:${account}`;
    return run(
      ["kubectl", "create", "--dry-run=server", "--validate=false", as, "-f", "-"],
      JSON.stringify(secret),
    );
  };

  test("is needed, to be the owner's keeper", async () => {
    assert.equal((await create("proxyfleet")).code, 0);
    const [role] = (await rolesOf("proxyfleet")).filter(({ kind }) => kind === "ClusterRole");
    const rules = role!.rules.filter(
      ({ resources }) => !resources.includes("whatsappproxies/finalizers"),
    );
    assert.equal(rules.length, role!.rules.length - 1);
    await succeed(
      ["kubectl", "create", "-f", "-"],
      JSON.stringify({ ...role, metadata: { name: copy }, rules }),
    );
    await kubectl(
      "create",
      "clusterrolebinding",
      copy,
      `--clusterrole=${copy}`,
      `--serviceaccount=proxyfleet-system:${copy}`,
    );
    await waitFor(
      "a refusal",
      async () => (await create(copy)).stderr.includes("cannot set blockOwnerDeletion"),
      { seconds: 10 },
    );
  });
});

describe("the rights of an operator of two namespaces, in each of its roles", () => {
  const namespace = "proxyfleet-limited";
  let manifests: string;
  before(async () => {
    const watchNamespaces = fleets.map(({ name }) => name);
    const values = { watchNamespaces, crds: { enabled: false }, namespace: { create: true } };
    manifests = await renderChart(values, { namespace, release: "limited" });
    await kubectl("scale", "deployment/proxyfleet", "-n", "proxyfleet-system", "--replicas=0");
    await kubectl(
      "wait",
      "pod",
      "-n",
      "proxyfleet-system",
      "-l",
      "app.kubernetes.io/name=proxyfleet",
      "--for=delete",
      "--timeout=60s",
    );
    await succeed(["kubectl", "apply", "--server-side", "-f", "-"], manifests);
    await rollout(namespace);
  });
  after(async () => {
    await run(["kubectl", "delete", "--wait=false", "-f", "-"], manifests);
    await kubectl("scale", "deployment/proxyfleet", "-n", "proxyfleet-system", "--replicas=2");
    await rollout("proxyfleet-system");
  });

  areMinimal(namespace, "limited");
});
