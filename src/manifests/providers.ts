/** How one kind of load balancer is asked for a certain address. */
export interface Provider {
  /** The annotation that asks for an address. */
  readonly addressAnnotation: string;
  /** Whether the Service may do without node ports. */
  readonly needsNodePorts: boolean;
}

/** The providers that can be used so far, by AddressPool.spec.provider. */
export const providers: ReadonlyMap<string, Provider> = new Map([
  // metallb.io/loadBalancerIPs: MetalLB "Usage", "Requesting specific IPs".
  ["MetalLB", { addressAnnotation: "metallb.io/loadBalancerIPs", needsNodePorts: false }],
]);
