import { namespaceObject } from "../../objects/namespace.ts";

const annotation = (name: string) => `namespaceObject.metadata.annotations["openshift.io/${name}"]`;
/** Whether an id is in the range that a namespace's annotation gives, as `first/count`. */
const isWithin = (id: string, range: string) =>
  `int(${id}) >= int(${annotation(range)}.split("/")[0]) && int(${id}) < int(${annotation(range)}.split("/")[0]) + int(${annotation(range)}.split("/")[1])`;
const inContext = (whose: string, field: string) =>
  `has(${whose}.securityContext) && has(${whose}.securityContext.${field})`;
const each = (rule: string) => `variables.containers.all(c, ${rule})`;

const volumeTypes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** What a pod may not ask for, each with the words that refuse it. */
const rules: Readonly<Record<string, string>> = {
  "runAsUser must be in the namespace's range": [
    `(!(${inContext("object.spec", "runAsUser")}) || ${isWithin("object.spec.securityContext.runAsUser", "sa.scc.uid-range")})`,
    each(
      `!(${inContext("c", "runAsUser")}) || ${isWithin("c.securityContext.runAsUser", "sa.scc.uid-range")}`,
    ),
  ].join(" && "),
  "fsGroup must be in the namespace's range": `!(${inContext("object.spec", "fsGroup")}) || ${isWithin("object.spec.securityContext.fsGroup", "sa.scc.supplemental-groups")}`,
  "seLinuxOptions must be the namespace's": `!(${inContext("object.spec", "seLinuxOptions")}) && ${each(`!(${inContext("c", "seLinuxOptions")})`)}`,
  "seccompProfile must be RuntimeDefault": [
    `(!(${inContext("object.spec", "seccompProfile")}) || object.spec.securityContext.seccompProfile.type == "RuntimeDefault")`,
    each(
      `!(${inContext("c", "seccompProfile")}) || c.securityContext.seccompProfile.type == "RuntimeDefault"`,
    ),
  ].join(" && "),
  "allowPrivilegeEscalation must be false": each(
    `!(${inContext("c", "allowPrivilegeEscalation")}) || !c.securityContext.allowPrivilegeEscalation`,
  ),
  "privileged containers are not allowed": each(
    `!(${inContext("c", "privileged")}) || !c.securityContext.privileged`,
  ),
  "no capability but NET_BIND_SERVICE may be added": each(
    `!(${inContext("c", "capabilities")}) || !has(c.securityContext.capabilities.add) || c.securityContext.capabilities.add.all(name, name == "NET_BIND_SERVICE")`,
  ),
  "namespaces of the host are not allowed": ["hostNetwork", "hostPID", "hostIPC"]
    .map((field) => `(!has(object.spec.${field}) || !object.spec.${field})`)
    .join(" && "),
  "ports of the host are not allowed": each(
    "!has(c.ports) || c.ports.all(port, !has(port.hostPort) || port.hostPort == 0)",
  ),
  "a volume of this type is not allowed": `!has(object.spec.volumes) || object.spec.volumes.all(volume, ${volumeTypes.map((type) => `has(volume.${type})`).join(" || ")})`,
};

const name = "restricted-v2";

/**
 * What OpenShift's default SecurityContextConstraints refuse, as a ValidatingAdmissionPolicy and its
 * binding. What those fill in where a pod leaves it out, such as its user, may be missing
 * (`restricted-v2` as OpenShift's cluster-kube-apiserver-operator installs it).
 */
export const restrictedV2: readonly object[] = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
        ],
      },
      variables: [
        {
          name: "containers",
          expression:
            "object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : [])",
        },
      ],
      validations: Object.entries(rules).map(([message, expression]) => ({ expression, message })),
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  },
];

/** A namespace as OpenShift annotates it: with ids that its pods may have. */
export function project(name: string): object {
  const object = namespaceObject(name);
  const range = "1000680000/10000";
  const annotations = {
    "openshift.io/sa.scc.mcs": "s0:c26,c15",
    "openshift.io/sa.scc.supplemental-groups": range,
    "openshift.io/sa.scc.uid-range": range,
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
