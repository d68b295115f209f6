import type { Flags } from "./flags.ts";

/** Where a command finds its cluster. */
export const clusterFlags = {
  kubeconfig: {
    value: "FILE",
    about: "kubeconfig file (default: KUBECONFIG, ~/.kube/config, or the pod's service account)",
  },
} as const satisfies Flags;

/** Which namespace a command is for. */
export const namespaceFlag = {
  namespace: {
    short: "n",
    value: "NAMESPACE",
    about: "the fleets' namespace (default: that of the kubeconfig)",
  },
} as const satisfies Flags;
