import { Agent, request } from "undici";
import { z } from "zod";
import { ProxyfleetError } from "../values/errors.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { keyOf, keyText, objectPath } from "../kubernetes/resource.ts";
import { pods } from "../kubernetes/builtin.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { supervisorPort } from "../api/names.ts";

/** A proxy pod did not say what it has loaded. */
export class PodStatusError extends ProxyfleetError {}

const laneStatus = z.object({
  lane: z.number(),
  open: z.boolean(),
  address: z.string().optional(),
  certificateSHA256: z.string().optional(),
  /**
   * Open now, in old workers too. The rest is counted since the lane serves its address in this
   * pod.
   */
  sessions: z.number().optional(),
  sessionsTotal: z.number().optional(),
  /** From clients and to them, without the outer TLS. */
  bytesIn: z.number().optional(),
  bytesOut: z.number().optional(),
  handshakeFailures: z.number().optional(),
});

/**
 * One server of `spec.upstream` as a pod sees it: `name` is its group and its place in the spec
 * ("chat-0").
 */
const upstreamStatus = z.object({
  group: z.enum(["chat", "media"]),
  name: z.string(),
  /**
   * Of the `total` addresses that the server's name has now, `up` answer. A name that can't be
   * resolved has none.
   */
  up: z.number(),
  total: z.number(),
  /** When the last of them went up or down (RFC 3339, to the second). */
  since: z.string(),
});

const podStatus = z.object({
  revision: z.string(),
  refused: z.object({ revision: z.string(), message: z.string() }).nullish(),
  maxConnections: z.object({ wanted: z.number(), granted: z.number() }).optional(),
  oldWorkers: z.number().optional(),
  upstreams: z.array(upstreamStatus).optional(),
  lanes: z.array(laneStatus),
});

/**
 * What the supervisor in a proxy pod says: which config it has loaded, and each lane's certificate
 * and open sessions.
 */
export type PodStatus = z.output<typeof podStatus>;

/** Asks a proxy pod for its status. @throws PodStatusError */
export type PodStatusReader = (pod: Pod) => Promise<PodStatus>;

/**
 * Asks pods at their own address: inside the cluster. Each time anew, since a connection to each of
 * a thousand pods would take 20 MB.
 */
export function directReader(timeoutMs = 2_000): PodStatusReader {
  const dispatcher = new Agent({ connections: 1, pipelining: 0 });
  return async (pod) =>
    read(pod, async () => {
      const response = await request(
        `http://${urlHost(pod.status?.podIP ?? "")}:${supervisorPort}/status`,
        {
          dispatcher,
          signal: AbortSignal.timeout(timeoutMs),
        },
      );
      return response.body.json();
    });
}

/**
 * Asks pods through the API server: for an operator that runs outside the cluster, with the rights
 * of its kubeconfig.
 */
export function proxiedReader(client: ApiClient): PodStatusReader {
  return async (pod) =>
    read(pod, async () =>
      client.raw(
        `${objectPath(pods, { ...keyOf(pod), name: `${pod.metadata.name}:${supervisorPort}` })}/proxy/status`,
      ),
    );
}

async function read(pod: Pod, ask: () => Promise<unknown>): Promise<PodStatus> {
  try {
    return podStatus.parse(await ask());
  } catch (cause) {
    throw new PodStatusError(`pod ${keyText(keyOf(pod))} does not say what it has loaded`, {
      cause,
    });
  }
}

/** An address as it stands in a URL: IPv6 in brackets. */
function urlHost(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
