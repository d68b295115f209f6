import { Agent, request } from "undici";
import { supervisorPort } from "../../api/names.ts";
import { pods } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { keyOf, keyText, objectPath } from "../../kubernetes/resource.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import { type PodStatus, parsePodStatus } from "../status.ts";

/** A proxy pod did not say what it has loaded. */
export class PodStatusError extends ProxyfleetError {}

/** Asks a proxy pod for its status. @throws PodStatusError */
export type PodStatusReader = (pod: Pod) => Promise<PodStatus>;

/**
 * Asks pods at their own address: inside the cluster. A connection of its own each time, since a connection to each of
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
    return parsePodStatus(await ask());
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
