import type {
  ConfigMap,
  Deployment,
  KubeObject,
  Lease,
  Namespace,
  NetworkPolicy,
  Node,
  Pod,
  PodDisruptionBudget,
  Secret,
  Service,
} from "./objects.ts";
import { resource } from "./resource.ts";

const core = { group: "", version: "v1" } as const;

// The kinds of Kubernetes itself that the operator and commands read or write.

export const deployments = resource<Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  scope: "Namespaced",
});

export const services = resource<Service>({
  ...core,
  kind: "Service",
  plural: "services",
  scope: "Namespaced",
});

export const secrets = resource<Secret>({
  ...core,
  kind: "Secret",
  plural: "secrets",
  scope: "Namespaced",
  holdsSecrets: true,
});

export const configMaps = resource<ConfigMap>({
  ...core,
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
});

export const pods = resource<Pod>({ ...core, kind: "Pod", plural: "pods", scope: "Namespaced" });

export const namespaces = resource<Namespace>({
  ...core,
  kind: "Namespace",
  plural: "namespaces",
  scope: "Cluster",
});

export const nodes = resource<Node>({ ...core, kind: "Node", plural: "nodes", scope: "Cluster" });

export const podDisruptionBudgets = resource<PodDisruptionBudget>({
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  scope: "Namespaced",
});

export const networkPolicies = resource<NetworkPolicy>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  scope: "Namespaced",
});

export const leases = resource<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  scope: "Namespaced",
});

export const customResourceDefinitions = resource<KubeObject>({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
});
