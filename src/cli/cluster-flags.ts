import { type Connected, connect } from "../kubernetes/connect.ts";
import { sleep } from "../runtime/clock.ts";
import { userAgent } from "../version.ts";

/** The flags of all commands that talk to a cluster: kubectl's, with the same meaning. */
export const clusterFlags = {
  kubeconfig: { type: "string" },
  context: { type: "string" },
  namespace: { type: "string", short: "n" },
  as: { type: "string" },
  "as-group": { type: "string", multiple: true },
  "as-uid": { type: "string" },
  "request-timeout": { type: "string" },
} as const;

/** What `--help` says of them, but for `--namespace`, which commands say themselves. */
export const clusterFlagsHelp = `
To choose a cluster, and who asks, as with kubectl:
  --kubeconfig       kubeconfig file (default: KUBECONFIG, ~/.kube/config, or the pod's service account)
  --context          context of the kubeconfig (default: its current one)
  --as               user to stand for
  --as-group         group to stand for; may be given several times
  --as-uid           uid to stand for
  --request-timeout  how long one request may take, such as 10s; 0 is no limit (default: 30s)
`;

/** What was given for them. */
export interface GivenClusterFlags {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  readonly as?: string | undefined;
  readonly "as-group"?: readonly string[] | undefined;
  readonly "as-uid"?: string | undefined;
  readonly "request-timeout"?: string | undefined;
}

/**
 * Connects to the cluster that the flags choose, and lets go of it at the end.
 * @param stop after it fires, no further call leaves
 * @throws ConnectionError, and what `use` throws
 */
export async function withCluster<T>(
  given: GivenClusterFlags,
  use: (cluster: Connected) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const { kubeconfig, context, namespace, as } = given;
  const cluster = await connect(
    {
      kubeconfig,
      context,
      namespace,
      as,
      asGroups: given["as-group"],
      asUid: given["as-uid"],
      requestTimeout: given["request-timeout"],
    },
    { userAgent, sleep, random: Math.random },
    stop,
  );
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}
