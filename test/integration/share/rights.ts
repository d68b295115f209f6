/**
 * An account of the namespace `default` that may read these Secrets alone, each by its name: what
 * the chart's export has. As paths and the objects that are created there.
 */
export function exporterRights(
  name: string,
  secrets: readonly string[],
): readonly [path: string, object: object][] {
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  const metadata = { name, namespace: "default" };
  const rules = [
    {
      apiGroups: [""],
      resources: ["secrets"],
      resourceNames: secrets,
      verbs: ["get", "list", "watch"],
    },
  ];
  const subjects = [{ kind: "ServiceAccount", ...metadata }];
  const roleRef = { apiGroup, kind: "Role", name };
  const rbac = `/apis/${apiVersion}/namespaces/default`;
  return [
    [
      "/api/v1/namespaces/default/serviceaccounts",
      { apiVersion: "v1", kind: "ServiceAccount", metadata },
    ],
    [`${rbac}/roles`, { apiVersion, kind: "Role", metadata, rules }],
    [`${rbac}/rolebindings`, { apiVersion, kind: "RoleBinding", metadata, subjects, roleRef }],
  ];
}
