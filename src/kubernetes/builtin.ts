import type {
  Deployment,
  Namespace,
  NetworkPolicy,
  Pod,
  PodDisruptionBudget,
  Secret,
  Service,
} from "./objects.ts";
import { type Resource, resource } from "./resource.ts";

/** The kinds of Kubernetes itself that the operator reads or writes. */
export const deployments: Resource<Deployment> = resource(
  "apps",
  "v1",
  "Deployment",
  "deployments",
  "Namespaced",
);
export const services: Resource<Service> = resource("", "v1", "Service", "services", "Namespaced");
export const secrets: Resource<Secret> = resource("", "v1", "Secret", "secrets", "Namespaced");
export const pods: Resource<Pod> = resource("", "v1", "Pod", "pods", "Namespaced");
export const namespaces: Resource<Namespace> = resource(
  "",
  "v1",
  "Namespace",
  "namespaces",
  "Cluster",
);
export const podDisruptionBudgets: Resource<PodDisruptionBudget> = resource(
  "policy",
  "v1",
  "PodDisruptionBudget",
  "poddisruptionbudgets",
  "Namespaced",
);
export const networkPolicies: Resource<NetworkPolicy> = resource(
  "networking.k8s.io",
  "v1",
  "NetworkPolicy",
  "networkpolicies",
  "Namespaced",
);
