import { parseKubeconfig } from "../../src/kubernetes/kubeconfig/files.ts";
import { type Choice, type Target, targetIn } from "../../src/kubernetes/kubeconfig/target.ts";

/** What a test says of the only context of a kubeconfig. */
export interface Written {
  readonly cluster: object;
  readonly user?: object;
  readonly namespace?: string;
}

/** A kubeconfig whose only context, cluster and user are all called "test". */
export function kubeconfigObject({ cluster, user = {}, namespace }: Written): object {
  const name = "test";
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    "current-context": name,
  };
}

/** What such a kubeconfig leads to. Relative paths are from the root. */
export function targetOf(written: Written, choice: Choice = {}): Target {
  return targetIn(parseKubeconfig(kubeconfigObject(written), "/kubeconfig"), choice);
}
