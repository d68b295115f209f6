import { isServingPod } from "../../../src/pods/view.ts";
import type { Pod } from "../../../src/kubernetes/objects.ts";
import { read } from "./kubectl.ts";
import { run } from "./process.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** The proxy pods of a fleet, those on their way out too. */
export async function podsOf(fleet: string): Promise<readonly Pod[]> {
  return (await read<{ items: Pod[] }>("pods", "-n", fleet, "-l", `proxyfleet.dev/fleet=${fleet}`))
    .items;
}

/** Those that people may be sent to. */
export async function servingPods(fleet: string): Promise<readonly Pod[]> {
  return (await podsOf(fleet)).filter(isServingPod);
}

/** Waits until so many serve, all with this image where one is named, and no other pod waits to. */
export async function serving(fleet: string, count: number, image = ""): Promise<readonly Pod[]> {
  return waitFor(`${count} pods of ${fleet} ${image} to serve`, async () => {
    const found = await servingPods(fleet);
    const isRight =
      found.length === count &&
      found.every(({ spec }) => spec?.containers[0]?.image?.endsWith(image) ?? false);
    return isRight ? found : undefined;
  });
}

/** Evicts a pod as a node's drain does: the budget is heard, and asked again while it says no. */
export async function evict(pod: Pod): Promise<void> {
  const { name, namespace = "" } = pod.metadata;
  const body = JSON.stringify({
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name, namespace },
  });
  const url = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  await waitFor(
    `the eviction of ${name}`,
    async () => (await run(["kubectl", "create", "--raw", url, "-f", "-"], body)).code === 0,
  );
}

/** How often pods of the fleet were started anew in place. */
export async function restarts(fleet: string): Promise<number> {
  const pods = await podsOf(fleet);
  return pods.reduce(
    (sum, { status }) => sum + (status?.containerStatuses?.[0]?.restartCount ?? 0),
    0,
  );
}

/** Gives the proxy image a second tag, so that it can be asked for as an update. */
export async function tagAgain(tag: string): Promise<void> {
  const [from, to] = ["docker.io/proxyfleet/proxy:0.1.0", `docker.io/proxyfleet/proxy:${tag}`];
  const { code, stderr } = await run([
    "ctr",
    "--namespace",
    "k8s.io",
    "images",
    "tag",
    "--force",
    from,
    to,
  ]);
  if (code !== 0) throw new Error(`ctr images tag: ${stderr}`);
}
