import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AllowedRequest, type Role, unneeded } from "../../e2e/rights/permissions.ts";

const metadata = { name: "operator", labels: {} };
const role = (kind: "Role" | "ClusterRole", ...rules: Role["rules"]): Role => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: kind === "Role" ? { ...metadata, namespace: "home" } : metadata,
  rules,
});
const pods = { apiGroups: [""], resources: ["pods", "pods/status"], verbs: ["get"] };
const leases = {
  apiGroups: ["coordination.k8s.io"],
  resources: ["leases"],
  resourceNames: ["seat"],
  verbs: ["patch"],
};
const asked = (request: Partial<AllowedRequest>): AllowedRequest => ({
  verb: "get",
  group: "",
  resource: "pods",
  role: "ClusterRole operator",
  ...request,
});

describe("a right is needed", () => {
  const cases: Record<
    string,
    { roles: readonly Role[]; requests: readonly AllowedRequest[]; expect: readonly string[] }
  > = {
    "if some request used it": {
      roles: [role("ClusterRole", pods)],
      requests: [asked({}), asked({ resource: "pods/status" })],
      expect: [],
    },
    "not by a request for something else of the same resource": {
      roles: [role("ClusterRole", pods)],
      requests: [
        asked({}),
        asked({ resource: "pods/status", verb: "patch" }),
        asked({ resource: "pods/log" }),
      ],
      expect: ["ClusterRole operator: get pods/status is not used"],
    },
    "not by a request that another role allowed": {
      roles: [role("ClusterRole", { ...pods, resources: ["pods"] })],
      requests: [asked({ role: "Role home/operator" })],
      expect: ["ClusterRole operator: get pods is not used"],
    },
    "in the whole cluster, if it was used in two namespaces": {
      roles: [role("ClusterRole", { ...pods, resources: ["pods"] })],
      requests: [asked({ namespace: "a" }), asked({ namespace: "b" })],
      expect: [],
    },
    "not in the whole cluster, if one namespace was all": {
      roles: [role("ClusterRole", { ...pods, resources: ["pods"] })],
      requests: [asked({ namespace: "a" }), asked({ namespace: "a" })],
      expect: ["ClusterRole operator: get pods is used in the namespace a only"],
    },
    "for the name that it is limited to": {
      roles: [role("Role", leases)],
      requests: [
        asked({
          verb: "patch",
          group: "coordination.k8s.io",
          resource: "leases",
          name: "other",
          role: "Role home/operator",
        }),
      ],
      expect: ["Role home/operator: patch leases.coordination.k8s.io seat is not used"],
    },
    "once only": {
      roles: [role("Role", { ...pods, resources: ["pods"] }, { ...pods, resources: ["pods"] })],
      requests: [asked({ namespace: "home", role: "Role home/operator" })],
      expect: ["Role home/operator: get pods is given twice"],
    },
  };
  for (const [name, { roles, requests, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(unneeded(roles, requests), expect));
});
