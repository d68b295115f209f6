import type { KubeObject } from "../../src/kubernetes/objects.ts";

const apiVersion = "admissionregistration.k8s.io/v1";

/** A ValidatingAdmissionPolicy with the binding that lets it deny, everywhere. */
export function admissionPolicy(
  name: string,
  spec: object,
): readonly [policy: KubeObject, binding: KubeObject] {
  const metadata = { name };
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: { failurePolicy: "Fail", ...spec },
    } as KubeObject,
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: name, validationActions: ["Deny"] },
    } as KubeObject,
  ];
}
