import { type Endpoint, endpointText, parseEndpoint } from "../probe/endpoint.ts";
import type { IngestionSettings } from "./settings.ts";

/** One process that stands for the lease. */
export interface Candidate {
  readonly host: string;
  /** Another one for each process, also after a restart in the same pod. */
  readonly id: string;
  /** Where other replicas reach its endpoint for agents; undefined where it has none. */
  readonly endpoint: Endpoint | undefined;
  /** Where they reach its share pages; undefined where it serves none. */
  readonly pages?: Endpoint | undefined;
}

/**
 * How a candidate is named in the Lease, so that the other replicas find the one that leads:
 * `name~pages@endpoint`. The endpoint stays last, where older versions look for it.
 */
export function leaderIdentity({ host, id, endpoint, pages }: Candidate): string {
  const ofPages = pages === undefined ? "" : `~${endpointText(pages)}`;
  const name = `${host}_${id}${ofPages}`;
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

/** Where the holder of the lease takes what people reported over share pages; see above. */
export function pagesOfHolder(identity: string): Endpoint | undefined {
  const text = /~([^~@]+)(?:@[^~@]*)?$/.exec(identity)?.[1];
  return text === undefined ? undefined : parseEndpoint(text);
}

/** Where other replicas reach this one; undefined where that is not known. */
export function replicaEndpoint({
  podIp,
  port,
}: Pick<IngestionSettings, "podIp" | "port">): Endpoint | undefined {
  return podIp === undefined ? undefined : { host: podIp, port };
}
