import type { MergeSchema } from "./merge-schema.ts";

/** What all kinds have in common. */
export const metadataSchema: MergeSchema = {
  members: { finalizers: { list: "set" }, ownerReferences: { list: ["uid"] } },
};

const conditions: MergeSchema = { members: { conditions: { list: ["type"] } } };
const selector: MergeSchema = { members: { selector: { atomic: true } } };

const container: MergeSchema = {
  members: {
    ports: { list: ["containerPort", "protocol"] },
    env: { list: ["name"] },
    volumeMounts: { list: ["mountPath"] },
  },
};

const podSpec: MergeSchema = {
  members: {
    containers: { list: ["name"], items: container },
    imagePullSecrets: { list: ["name"] },
    nodeSelector: { atomic: true },
    topologySpreadConstraints: {
      list: ["topologyKey", "whenUnsatisfiable"],
      items: { members: { labelSelector: { atomic: true } } },
    },
    volumes: { list: ["name"] },
  },
};

const deploymentSpec: MergeSchema = {
  members: { ...selector.members, template: { members: { spec: podSpec } } },
};

const serviceSpec: MergeSchema = {
  members: { ...selector.members, ports: { list: ["port", "protocol"] } },
};

/**
 * How built-in kinds are merged, as far as their lists and atomic objects go (Kubernetes API,
 * x-kubernetes-list-type and x-kubernetes-map-type). All else is merged member by member.
 */
export const builtinSchemas: Readonly<Record<string, MergeSchema>> = {
  Deployment: { members: { spec: deploymentSpec, status: conditions } },
  Pod: {
    members: {
      spec: podSpec,
      status: { members: { ...conditions.members, podIPs: { list: ["ip"] } } },
    },
  },
  Service: { members: { spec: serviceSpec, status: conditions } },
  PodDisruptionBudget: { members: { spec: selector, status: conditions } },
  NetworkPolicy: { members: { spec: { members: { podSelector: { atomic: true } } } } },
  Namespace: { members: { status: conditions } },
};
