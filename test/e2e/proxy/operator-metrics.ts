import type { Pod } from "../../../src/kubernetes/objects.ts";
import { read } from "../stage/kubectl.ts";

/** The operator's metrics, of both replicas together: one of them leads. */
export async function operatorMetrics(): Promise<string> {
  const { items } = await read<{ items: Pod[] }>(
    "pods",
    "-n",
    "proxyfleet-system",
    "-l",
    "app.kubernetes.io/name=proxyfleet",
  );
  const answers = await Promise.all(
    items.map(async ({ status }) =>
      (await fetch(`http://${status?.podIP ?? ""}:8081/metrics`)).text(),
    ),
  );
  return answers.join("");
}
