import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../../src/kubernetes/objects.ts";
import type { ApiServer } from "../apiserver.ts";

/**
 * A load balancer in plain words: each Service that asks MetalLB for an address gets it. Ends when
 * `stop` fires.
 */
export async function balance(server: ApiServer, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const { body } = await server.call("GET", "/api/v1/services");
    for (const service of body["items"] as Service[]) await serve(server, service);
    await sleep(100, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function serve(server: ApiServer, { metadata, spec, status }: Service): Promise<void> {
  const ip = metadata.annotations?.["metallb.io/loadBalancerIPs"];
  if (
    spec.type !== "LoadBalancer" ||
    ip === undefined ||
    status?.loadBalancer?.ingress !== undefined
  )
    return;
  const path = `/api/v1/namespaces/${metadata.namespace ?? ""}/services/${metadata.name}/status`;
  // The Service may be gone meanwhile: then there is nothing to do.
  await server.call(
    "PATCH",
    path,
    { status: { loadBalancer: { ingress: [{ ip }] } } },
    "application/merge-patch+json",
  );
}
