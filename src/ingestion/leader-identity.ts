import { type Endpoint, endpointText, parseEndpoint } from "../probe/endpoint.ts";
import type { IngestionSettings } from "./settings.ts";

/** One process that stands for the lease. */
export interface Candidate {
  readonly host: string;
  /** Another one for each process, also after a restart in the same pod. */
  readonly id: string;
  /** Where other replicas reach its endpoint for agents; undefined where it has none. */
  readonly endpoint: Endpoint | undefined;
}

/** How a candidate is named in the Lease, so that the other replicas find the one that leads. */
export function leaderIdentity({ host, id, endpoint }: Candidate): string {
  const name = `${host}_${id}`;
  return endpoint === undefined ? name : `${name}@${endpointText(endpoint)}`;
}

/**
 * Where the holder of the lease takes results; undefined where nobody holds it, or the holder says
 * nothing of it, such as an operator of an older version.
 */
export function endpointOfHolder(identity: string): Endpoint | undefined {
  const at = identity.lastIndexOf("@");
  return at < 0 ? undefined : parseEndpoint(identity.slice(at + 1));
}

/** Where other replicas reach this one; undefined where that is not known. */
export function replicaEndpoint({ podIp, port }: IngestionSettings): Endpoint | undefined {
  return podIp === undefined ? undefined : { host: podIp, port };
}
