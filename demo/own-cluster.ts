import type { OwnPool } from "./install.ts";
import { DemoError, type Say } from "./say.ts";

const requirements = `The cluster of the current kubeconfig must offer:
- Kubernetes 1.31 or newer, and the right to install CRDs, cluster roles and namespaces;
- the images proxyfleet/operator:0.1.0 and proxyfleet/proxy:0.1.0, on its nodes or where the nodes can pull them (make images builds them);
- a provider of LoadBalancer addresses that gives a Service the address it asks for, and some addresses (five or more) that are free
  and that this machine can reach: POOL_ADDRESSES, separated by commas; POOL_PROVIDER, MetalLB where not given;
- a way from its pods to the real WhatsApp. There is no border here, so what a censor does can't be shown.
The demo installs Proxyfleet and the examples there. A fleet has the namespace proxies, the operator the namespace proxyfleet-system.`;

/**
 * The addresses that the demo may use in a cluster that is not the embedded one.
 * @throws DemoError if they are not given: nothing is touched in a cluster that nobody named
 * addresses for
 */
export function readOwnPool(environment: NodeJS.ProcessEnv, say: Say): OwnPool {
  say.tell(requirements);
  const addresses = (environment["POOL_ADDRESSES"] ?? "")
    .split(",")
    .filter((address) => address !== "");
  if (addresses.length === 0)
    throw new DemoError(
      "no addresses are given. Try: make demo CLUSTER=current POOL_ADDRESSES=192.0.2.16/28",
    );
  return { provider: environment["POOL_PROVIDER"] ?? "MetalLB", addresses };
}
