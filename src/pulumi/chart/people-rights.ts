import { group } from "../../api/names.ts";
import { clusterWide, type Installation, type Manifest, releaseName } from "./installation.ts";
import { type Rule, rule } from "./rules.ts";

const ours = ["whatsappproxies", "addresspools", "proxyaddresses", "vantagepoints"];
const reading = ["get", "list", "watch"];

/** What people see who may change nothing: fleets, and whatever says why one is in trouble. */
const viewerRules: readonly Rule[] = [
  rule(group, ours, reading),
  rule("", ["namespaces", "pods", "services"], reading),
  rule("apps", ["deployments"], reading),
  rule("events.k8s.io", ["events"], reading),
  rule("coordination.k8s.io", ["leases"], reading),
];

const roles: readonly { name: string; to: "view" | "edit" | "admin"; rules: readonly Rule[] }[] = [
  { name: "viewer", to: "view", rules: viewerRules },
  {
    name: "operator",
    to: "edit",
    rules: [...viewerRules, rule(group, ["whatsappproxies"], ["update", "patch"])],
  },
  {
    name: "admin",
    to: "admin",
    rules: [...viewerRules, rule(group, ours, ["create", "update", "patch", "delete"])],
  },
];

/**
 * Roles for people, which nobody has until somebody binds them, or unless they are to be part of
 * Kubernetes' own. None reads a Secret, and so none a link.
 */
export function peopleRights(installation: Installation): readonly Manifest[] {
  const { aggregate } = installation.values.rbac;
  return roles.map(({ name, to, rules }) => {
    const metadata = clusterWide(installation, `${releaseName(installation)}-${name}`);
    const labels = {
      ...metadata.labels,
      "app.kubernetes.io/component": "people",
      ...(aggregate ? { [`rbac.authorization.k8s.io/aggregate-to-${to}`]: "true" } : {}),
    };
    return {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { ...metadata, labels },
      rules,
    };
  });
}
