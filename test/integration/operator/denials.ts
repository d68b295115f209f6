import assert from "node:assert/strict";
import { admissionPolicy } from "../../objects/admission-policy.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** What an admission policy denies. Without a resource: nothing. */
export interface Denial {
  /** Name of the fleet whose objects it is about. */
  readonly name: string;
  /** API group of the resource; `""` for Kubernetes' own. */
  readonly group?: string;
  /** Its plural, with the subresource if there is one. */
  readonly resource?: string;
  readonly from?: "the start" | "when it serves";
}

const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";

/** Denies every write of a fleet's objects of one resource, as an admin's policy may. */
export async function deny(server: ApiServer, denial: Denial): Promise<void> {
  const { name, group = "", resource = "" } = denial;
  const made = { apiGroups: [group], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"] };
  const [policy, binding] = admissionPolicy(name, {
    matchConstraints: { resourceRules: [{ ...made, resources: [resource] }] },
    validations: [
      {
        expression: `!object.metadata.name.startsWith("${name}-proxy")`,
        message: "not in this cluster: ask its admin",
      },
    ],
  });
  await create(server, policies, policy);
  await create(server, bindings, binding);
  await waitFor(`the policy ${name} is in force`, async () => isInForce(server, denial));
}

async function create(server: ApiServer, path: string, object: object): Promise<void> {
  const { code, body } = await server.call("POST", path, object);
  assert.equal(code, 201, String(body["message"]));
}

const samples: Readonly<Record<string, (name: string) => [path: string, object: object]>> = {
  poddisruptionbudgets: (name) => [
    "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: `${name}-proxy` },
      spec: { maxUnavailable: 1, selector: { matchLabels: { none: "none" } } },
    },
  ],
  networkpolicies: (name) => [
    "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: `${name}-proxy` },
      spec: { podSelector: { matchLabels: { none: "none" } } },
    },
  ],
};

/** Whether a write that it denies is refused, tried without writing anything. */
async function isInForce(server: ApiServer, { name, resource = "" }: Denial): Promise<boolean> {
  const sample = samples[resource]?.(name);
  const answer =
    sample === undefined
      ? await server.patch(`${livePath(name, resource)}?dryRun=All`, {
          metadata: { annotations: { tried: "yes" } },
        })
      : await server.call("POST", `${sample[0]}?dryRun=All`, sample[1]);
  return String(answer.body["message"]).includes("not in this cluster");
}

function livePath(name: string, resource: string): string {
  return resource === "pods/status"
    ? `/api/v1/namespaces/default/pods/${name}-proxy-0/status`
    : `/apis/apps/v1/namespaces/default/${resource}/${name}-proxy`;
}
