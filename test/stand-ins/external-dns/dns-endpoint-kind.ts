import { dnsEndpoints } from "../../../src/kubernetes/external-dns.ts";

const { group, version, kind, plural } = dnsEndpoints;

const text = { type: "string" };
const texts = { type: "object", additionalProperties: text };

const endpoint = {
  type: "object",
  properties: {
    dnsName: text,
    targets: { type: "array", items: text },
    recordType: text,
    recordTTL: { type: "integer", format: "int64" },
    setIdentifier: text,
    labels: texts,
    providerSpecific: {
      type: "array",
      items: { type: "object", properties: { name: text, value: text } },
    },
  },
};

/**
 * The definition of ExternalDNS's kind, with the fields of version 0.22: it asks for no field, and
 * checks none.
 */
export const dnsEndpointKind = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: `${plural}.${group}`,
    annotations: {
      "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/external-dns/pull/2007",
    },
  },
  spec: {
    group,
    names: { kind, plural, singular: "dnsendpoint", listKind: `${kind}List` },
    scope: "Namespaced",
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: { endpoints: { type: "array", items: endpoint } },
              },
              status: {
                type: "object",
                properties: { observedGeneration: { type: "integer", format: "int64" } },
              },
            },
          },
        },
      },
    ],
  },
};
