import { present } from "../../values/present.ts";
import type { ProviderAdapter } from "../provider.ts";

const prefix = "service.beta.kubernetes.io/aws-load-balancer";

/**
 * Network Load Balancers of the AWS Load Balancer Controller. One elastic IP address needs one
 * subnet, so a Service names its own. The annotation for PROXY protocol knows the value `*` only;
 * with pods as targets it is how the client's address is kept (AWS Load Balancer Controller
 * documentation, "Service annotations" and "Network Load Balancer").
 */
export const aws: ProviderAdapter = {
  annotations({ named }, { proxyProtocol }) {
    return {
      ...present({ [`${prefix}-subnets`]: named?.subnet }),
      ...(proxyProtocol.version === "V2" ? { [`${prefix}-proxy-protocol`]: "*" } : {}),
    };
  },
  needsNodePorts: (annotations) => annotations[`${prefix}-nlb-target-type`] !== "ip",
};
