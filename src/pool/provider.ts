import type { AddressPoolSpec } from "../api/address-pool.ts";

/** A pool, as far as the Services of its addresses depend on it. */
export type ServicePool = Pick<
  AddressPoolSpec,
  "provider" | "named" | "loadBalancerClass" | "service" | "proxyProtocol"
>;

/** An address as its provider is asked for it. */
export interface AddressRequest {
  readonly address: string;
  /** Where the provider's addresses have names: the name, and what the pool gives beside it. */
  readonly named: AddressPoolSpec["named"][number] | undefined;
}

/** A range of versions of a load balancer, by the annotation that it reads. */
export interface ProviderVersion {
  /** The annotation that asks it for an address. */
  readonly reads: string;
  /** The annotation that it writes on a Service to which it has given an address. */
  readonly mark: string;
  /** A kind that only such a version brings, as `group/version/plural`. */
  readonly kind?: string;
}

/** What one kind of load balancer can do, and how it is asked for a certain address. */
export interface Provider {
  /**
   * The annotations that ask for an address: the newest first, and older ones that installed
   * versions still need.
   */
  readonly addressAnnotations: readonly string[];
  /** How installed versions that read different ones of them are told apart. Absent: they are not. */
  readonly versions?: readonly ProviderVersion[];
  /**
   * What these annotations hold: the address, the name of a reserved one, or nothing: the provider
   * gives what it gives.
   */
  readonly asks: "address" | "name" | "nothing";
  /** Whether the Service needs node ports. */
  readonly needsNodePorts: boolean;
  /** Whether the Service's status holds a host name, which must be resolved. */
  readonly statusIsHostName: boolean;
  /**
   * Whether a Service made after another was deleted gets the same address again: why addresses are
   * asked for, or repeats held.
   */
  readonly handsBackTheLast: boolean;
  /**
   * Whether a change of the annotation on a living Service does nothing, silently. No Service is
   * changed to change its address anyway.
   */
  readonly ignoresChangeInPlace: boolean;
  /**
   * Annotations that this provider needs beside, which a pool's spec.service.annotations may
   * override.
   */
  readonly defaults: Readonly<Record<string, string>>;
  /**
   * What one row can't say: annotations for this very address and pool, and node ports that depend
   * on them.
   */
  readonly adapter?: ProviderAdapter;
}

export interface ProviderAdapter {
  annotations(request: AddressRequest, pool: ServicePool): Readonly<Record<string, string>>;
  needsNodePorts(annotations: Readonly<Record<string, string>>): boolean;
}
