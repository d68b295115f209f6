import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { apiVersion } from "../../api/names.ts";
import { pods } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ApiError, NotFoundError, isRefusal } from "../../kubernetes/errors.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { podTemplate } from "../../proxy/deployment.ts";
import { defaultProxyImage } from "../../version.ts";
import type { PodTrial } from "./seen.ts";

const name = "proxyfleet-doctor";

/**
 * Lets the server check a pod like those of a fleet, so that Pod Security, quotas, policies and
 * webhooks say what they think. Nothing is written.
 */
export async function tryPod(
  client: Pick<ApiClient, "tryCreate">,
  namespace: string,
  mayCreatePods: boolean,
): Promise<PodTrial> {
  if (!mayCreatePods)
    return {
      end: "NotTried",
      why: `you may not create pods in ${namespace}, so the server was not asked whether it accepts the proxy's`,
    };
  try {
    await client.tryCreate(pods, likeProxy(namespace), "proxyfleet-doctor");
    return { end: "Accepted" };
  } catch (error) {
    if (error instanceof NotFoundError) return { end: "NoNamespace" };
    if (error instanceof ApiError && isRefusal(error))
      return { end: "Refused", words: error.words };
    throw error;
  }
}

/** A pod of a fleet that has all its defaults. */
function likeProxy(namespace: string): Pod {
  const fleet = parseWhatsAppProxy({
    apiVersion,
    kind: "WhatsAppProxy",
    metadata: { name, namespace },
    spec: { addresses: { pools: [{ name }] } },
  });
  if (!fleet.ok) throw new TypeError(fleet.problem);
  const { metadata, spec } = podTemplate(name, fleet.value.spec, { proxyImage: defaultProxyImage });
  const labels = metadata?.labels ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    ...(spec === undefined ? {} : { spec }),
  };
}
