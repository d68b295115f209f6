import { Agent, request } from "undici";
import { supervisorPort } from "../../api/names.ts";
import { pods } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { keyOf, keyText } from "../../kubernetes/resource.ts";
import { boundedText } from "../../values/bounded-text.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import { type PodStatus, parsePodStatus } from "../status.ts";

/** A proxy pod did not say what it has loaded. */
export class PodStatusError extends ProxyfleetError {}

/**
 * A supervisor's answer is no longer than this (bytes): 256 lanes take about 90 kB. Whoever may make
 * a pod with our labels answers what they like, for as long as they like.
 */
const mostBytes = 256 * 1024;

/** The whole answer is there within this time (ms). */
const answerWithinMs = 2_000;

const path = "/status";

/** Asks a proxy pod for its status. @throws PodStatusError */
export type PodStatusReader = (pod: Pod) => Promise<PodStatus>;

/**
 * Asks pods at their own address: inside the cluster. A connection of its own each time, since a connection to each of
 * a thousand pods would take 20 MB.
 */
export function directReader(timeoutMs = answerWithinMs): PodStatusReader {
  const dispatcher = new Agent({ connections: 1, pipelining: 0 });
  return async (pod) =>
    read(pod, async () => {
      const response = await request(
        `http://${urlHost(pod.status?.podIP ?? "")}:${supervisorPort}${path}`,
        {
          dispatcher,
          signal: AbortSignal.timeout(timeoutMs),
        },
      );
      return JSON.parse(await boundedText(response.body, mostBytes)) as unknown;
    });
}

/**
 * Asks pods through the API server: for an operator that runs outside the cluster, with the rights
 * of its kubeconfig.
 */
export function proxiedReader(
  client: Pick<ApiClient, "askPod">,
  timeoutMs = answerWithinMs,
): PodStatusReader {
  return async (pod) =>
    read(pod, async () => {
      const signal = AbortSignal.timeout(timeoutMs);
      return client.askPod(pods, keyOf(pod), { port: supervisorPort, path, mostBytes, signal });
    });
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
