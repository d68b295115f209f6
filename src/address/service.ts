import { present } from "../values/present.ts";
import type { Provider, ServicePool } from "../pool/provider.ts";
import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { ProxyAddressSpec } from "../api/proxy-address.ts";
import {
  addressLabel,
  claimAnnotation,
  fleetLabels,
  heldLabel,
  podSelector,
  slotLabel,
} from "../api/names.ts";
import type { OwnerReference, Service } from "../kubernetes/objects.ts";
import { askProvider } from "../pool/providers.ts";

export interface ServiceInput {
  /** The ledger entry that the Service exposes. */
  readonly entry: { readonly name: string; readonly spec: ProxyAddressSpec };
  /** The Service's name: a living Service of this entry keeps its own. */
  readonly name: string;
  /**
   * The fleet: if it is gone without a trace of its finalizer, its Services go too. The ledger
   * entry is no owner, since it may be lost.
   */
  readonly owner: OwnerReference;
  readonly fleet: Pick<
    WhatsAppProxySpec["addresses"],
    "externalTrafficPolicy" | "loadBalancerSourceRanges"
  >;
  readonly pool: ServicePool;
  readonly provider: Provider;
  /** The address was used before: it is kept from being given again, and leads to no pod. */
  readonly held: boolean;
}

/**
 * The one Service of an address. It is never changed to change the address: another address has
 * another Service.
 */
export function serviceManifest(input: ServiceInput): Service {
  const { entry, name, owner, pool, provider } = input;
  const { claimRef, address } = entry.spec;
  const { annotations } = askProvider(provider, pool, address);
  const labels = {
    ...pool.service.labels,
    ...fleetLabels(claimRef.name),
    [slotLabel]: String(claimRef.slot),
    [addressLabel]: entry.name,
  };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      namespace: claimRef.namespace,
      labels,
      annotations: { ...annotations, [claimAnnotation]: JSON.stringify(entry.spec) },
      ownerReferences: [owner],
    },
    spec: serviceSpec(input),
  };
}

function serviceSpec({ entry, fleet, pool, provider, held }: ServiceInput): Service["spec"] {
  const { claimRef, ports, address } = entry.spec;
  const { needsNodePorts } = askProvider(provider, pool, address);
  const family = address === undefined || address.includes(":") ? "IPv6" : "IPv4";
  const isAsked = provider.asks !== "nothing" && address !== undefined;
  const ranges = fleet.loadBalancerSourceRanges;
  const selector = podSelector(claimRef.name);
  return {
    type: "LoadBalancer",
    ...present({ loadBalancerClass: pool.loadBalancerClass }),
    ...(needsNodePorts ? {} : { allocateLoadBalancerNodePorts: false }),
    ipFamilyPolicy: "SingleStack",
    ...(isAsked ? { ipFamilies: [family] } : {}),
    externalTrafficPolicy: fleet.externalTrafficPolicy,
    ...(ranges.length === 0 ? {} : { loadBalancerSourceRanges: [...ranges] }),
    selector: held ? { ...selector, [heldLabel]: "true" } : selector,
    ports: ports.map(({ name: listener, port, targetPort }) => ({
      name: portName(listener),
      port,
      targetPort,
      protocol: "TCP",
    })),
  };
}

/** A port's name in a Service is a DNS label, so no capitals (RFC 1035 §2.3.1). */
function portName(listener: string): string {
  return listener.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
