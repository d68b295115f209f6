import { type WhatsAppProxy, parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ChildOwner } from "../../../src/proxy/deployment.ts";

/** A fleet's spec as a person writes it, with the defaults filled in as the API server does. */
export function specOf(given: object = {}): WhatsAppProxy["spec"] {
  const parsed = parseWhatsAppProxy({
    apiVersion: "proxyfleet.dev/v1alpha1",
    kind: "WhatsAppProxy",
    metadata: { name: "family", namespace: "proxies" },
    spec: { addresses: { pools: [{ name: "pool-a" }] }, ...given },
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value.spec;
}

export const child: ChildOwner = {
  namespace: "proxies",
  fleet: "family",
  owner: {
    apiVersion: "proxyfleet.dev/v1alpha1",
    kind: "WhatsAppProxy",
    name: "family",
    uid: "u1",
    controller: true,
    blockOwnerDeletion: true,
  },
};
