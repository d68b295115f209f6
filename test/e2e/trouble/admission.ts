import { admissionPolicy } from "../../objects/admission-policy.ts";
import { apply, read, tryKubectl } from "../stage/kubectl.ts";
import { run } from "../stage/process.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** What the policy says to whom it refuses a PodDisruptionBudget. */
export const refusalWords = "not in this cluster: ask its admin";

/** Has an admin's policy deny PodDisruptionBudgets in a namespace, and waits until it is in force. */
export async function denyBudgetsIn(namespace: string): Promise<void> {
  const rule = { apiGroups: ["policy"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"] };
  const spec = {
    matchConstraints: { resourceRules: [{ ...rule, resources: ["poddisruptionbudgets"] }] },
    validations: [{ expression: `request.namespace != "${namespace}"`, message: refusalWords }],
  };
  await apply(...admissionPolicy(namespace, spec));
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "tried", namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: { none: "none" } } },
  };
  const dryRun = ["kubectl", "create", "--dry-run=server", "-f", "-"];
  await waitFor("the policy to be in force", async () =>
    (await run(dryRun, JSON.stringify(budget))).stderr.includes(refusalWords),
  );
}

/** Takes the policy away again. */
export async function allowBudgetsIn(namespace: string): Promise<void> {
  const kinds = "validatingadmissionpolicybinding,validatingadmissionpolicy";
  await tryKubectl("delete", kinds, namespace, "--ignore-not-found");
}

interface Quota {
  readonly status?: { readonly used?: Readonly<Record<string, string>> };
}

/** Allows a namespace so many load balancers, and waits until the quota counts those it has. */
export async function allowLoadBalancers(namespace: string, most: number): Promise<void> {
  const resource = "services.loadbalancers";
  await apply({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "balancers", namespace },
    spec: { hard: { [resource]: String(most) } },
  });
  await waitFor("the quota to count", async () => {
    const { status } = await read<Quota>("resourcequota", "balancers", "-n", namespace);
    return status?.used?.[resource];
  });
}
