import { z } from "zod";

/** What `proxyfleet doctor -o json` prints: programs may rely on it. */
export const doctorOutput = z.strictObject({
  findings: z.array(
    z.strictObject({
      check: z.enum([
        "Kubernetes",
        "CRDs",
        "Operator",
        "Rights",
        "LoadBalancer",
        "PodSecurity",
        "NetworkPolicies",
        "DNS",
        "Limits",
        "Fleet",
        "Handshake",
      ]),
      state: z.enum(["Ok", "Warning", "Failure", "Unknown"]),
      says: z.string(),
      fix: z.string().optional(),
    }),
  ),
});
