import type { AddressPoolSpec } from "../api/address-pool.ts";
import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { ProxyAddressSpec } from "../api/proxy-address.ts";
import { addressLabel, fleetLabels, podSelector, serviceName, slotLabel } from "./names.ts";
import type { OwnerReference, Service } from "./objects.ts";
import type { Provider } from "./providers.ts";

export interface ServiceInput {
  /** The ledger entry that the Service exposes. */
  readonly entry: {
    readonly name: string;
    readonly uid: string;
    readonly owner: OwnerReference;
    readonly spec: ProxyAddressSpec;
    readonly address: string;
  };
  readonly fleet: Pick<WhatsAppProxySpec["addresses"], "externalTrafficPolicy" | "loadBalancerSourceRanges">;
  readonly pool: Pick<AddressPoolSpec, "loadBalancerClass" | "service">;
  readonly provider: Provider;
}

/** The one Service of an address. It is never changed to change the address: another address has another Service. */
export function serviceManifest({ entry, fleet, pool, provider }: ServiceInput): Service {
  const { claimRef, ports } = entry.spec;
  const annotations = { ...pool.service?.annotations, [provider.addressAnnotation]: entry.address };
  const labels = { ...pool.service?.labels, ...fleetLabels(claimRef.name), [slotLabel]: String(claimRef.slot), [addressLabel]: entry.name };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: serviceName(claimRef.name, claimRef.slot, entry.uid),
      namespace: claimRef.namespace,
      labels,
      annotations,
      ownerReferences: [entry.owner],
    },
    spec: {
      type: "LoadBalancer",
      ...(pool.loadBalancerClass === undefined ? {} : { loadBalancerClass: pool.loadBalancerClass }),
      ...(provider.needsNodePorts ? {} : { allocateLoadBalancerNodePorts: false }),
      ipFamilyPolicy: "SingleStack",
      ipFamilies: [entry.address.includes(":") ? "IPv6" : "IPv4"],
      externalTrafficPolicy: fleet.externalTrafficPolicy,
      ...(fleet.loadBalancerSourceRanges.length === 0 ? {} : { loadBalancerSourceRanges: [...fleet.loadBalancerSourceRanges] }),
      selector: podSelector(claimRef.name),
      ports: ports.map(({ name, port, targetPort }) => ({ name: portName(name), port, targetPort, protocol: "TCP" })),
    },
  };
}

/** A port's name in a Service is a DNS label, so no capitals (RFC 1035 §2.3.1). */
function portName(listener: string): string {
  return listener.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
