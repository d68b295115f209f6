import type { Provider } from "../../../src/api/address-pool.ts";
import { instant } from "../../../src/values/time.ts";
import { SimulatedCluster } from "../../stand-ins/simulated-cluster/cluster.ts";
import { seeded } from "../rotation/build.ts";

/** A cluster at noon, with a load balancer of one row of the capability table. */
export function newCluster(provider: Provider = "MetalLB"): SimulatedCluster {
  return new SimulatedCluster({
    start: instant(Date.UTC(2026, 10, 23, 12)),
    random: seeded(1),
    provider,
  });
}
