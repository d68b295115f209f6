import type { Endpoint } from "../probe/endpoint.ts";

/** How the endpoint for agents is set up. */
export interface IngestionSettings {
  readonly port: number;
  /** Where other replicas reach this one; undefined where there is no other. */
  readonly podIp: string | undefined;
  /** Where agents reach the endpoint from now on, besides what their lines say. */
  readonly addresses: readonly Endpoint[];
  /** Hosts abroad that agents try when an address of ours fails. */
  readonly elsewhere: readonly Endpoint[];
  /**
   * The Secret with the endpoint's certificate, in the operator's namespace. Undefined: the operator
   * makes one itself.
   */
  readonly certificateSecret: string | undefined;
}
