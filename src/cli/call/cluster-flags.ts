import type { Flags, Given } from "./flags.ts";

/** Where a command finds its cluster, and who asks: kubectl's flags, with the same meaning. */
export const clusterFlags = {
  kubeconfig: {
    value: "FILE",
    about: "kubeconfig file (default: KUBECONFIG, ~/.kube/config, or the pod's service account)",
  },
  context: { value: "NAME", about: "context of the kubeconfig (default: its current one)" },
  as: { value: "USER", about: "user to stand for" },
  "as-group": {
    value: "GROUP",
    multiple: true,
    about: "group to stand for; may be given several times",
  },
  "as-uid": { value: "UID", about: "uid to stand for" },
  "request-timeout": {
    value: "TIME",
    about: "how long one request may take, such as 10s; 0 is no limit (default: 30s)",
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

/** What was given for them. */
export type GivenClusterFlags = Partial<Given<typeof clusterFlags & typeof namespaceFlag>>;

/** The same, for commands that write their help themselves. */
export const clusterOptions = {
  kubeconfig: { type: "string" },
  context: { type: "string" },
  namespace: { type: "string", short: "n" },
  as: { type: "string" },
  "as-group": { type: "string", multiple: true },
  "as-uid": { type: "string" },
  "request-timeout": { type: "string" },
} as const satisfies Readonly<Record<keyof GivenClusterFlags, object>>;

/** What the help of those says, but for `--namespace`, which they say themselves. */
export const clusterFlagsHelp = `
To choose a cluster, and who asks, as with kubectl:
${Object.entries(clusterFlags)
  .map(([name, { about }]) => `  ${`--${name}`.padEnd(17)}  ${about}`)
  .join("\n")}
`;
