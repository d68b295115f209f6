import type {
  V1Condition,
  V1DeploymentSpec,
  V1DeploymentStatus,
  V1LabelSelector,
  V1PodDisruptionBudgetSpec,
  V1PodSpec,
  V1PodStatus,
  V1ServiceSpec,
} from "@kubernetes/client-node";

/** What every Kubernetes object has, as JSON: times are RFC 3339 strings. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface Deployment extends KubeObject {
  spec: V1DeploymentSpec;
  status?: V1DeploymentStatus;
}

export interface Service extends KubeObject {
  spec: V1ServiceSpec;
  status?: {
    loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
    conditions?: V1Condition[];
  };
}

/** `data` is base64, as the API server sends it. */
export interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

export interface Pod extends KubeObject {
  spec?: V1PodSpec;
  status?: V1PodStatus;
}

export interface PodDisruptionBudget extends KubeObject {
  spec: V1PodDisruptionBudgetSpec;
}

/** client-node's own type says `_from` for `from`, which is not what goes over the wire. */
export interface NetworkPolicy extends KubeObject {
  spec: {
    podSelector: V1LabelSelector;
    policyTypes: ("Ingress" | "Egress")[];
    ingress: { from?: NetworkPeer[]; ports?: NetworkPort[] }[];
    egress: { to?: NetworkPeer[]; ports?: NetworkPort[] }[];
  };
}

export interface NetworkPeer {
  podSelector?: V1LabelSelector;
  namespaceSelector?: V1LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

export interface NetworkPort {
  protocol: "TCP" | "UDP";
  port: number;
  endPort?: number;
}

/** Shows whether its holder is alive. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    leaseTransitions?: number;
    renewTime?: string;
  };
}

/** `providerID` begins with the cloud that the machine is of: `aws:///…`. */
export interface Node extends KubeObject {
  spec?: { providerID?: string };
}

export interface Namespace extends KubeObject {
  kind: "Namespace";
}

/**
 * An object of a custom kind as it came: a person, or an older operator, may have written anything
 * that its CRD lets through.
 */
export interface CustomObject extends KubeObject {
  spec?: unknown;
  status?: unknown;
}
