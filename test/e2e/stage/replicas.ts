import { readFile, readdir } from "node:fs/promises";
import { kubectl, read, readIfAny } from "./kubectl.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const namespace = "proxyfleet-system";
const selector = "app.kubernetes.io/name=proxyfleet";

interface Lease {
  readonly spec: { readonly holderIdentity?: string };
}

/** Who holds the operators' lease: `pod_uuid`, another one for each process. Undefined: nobody. */
export async function leader(): Promise<string | undefined> {
  return (await readIfAny<Lease>("lease", "proxyfleet", "-n", namespace))?.spec.holderIdentity;
}

/** Waits until somebody other than `before` leads. */
export async function nextLeader(before: string): Promise<string> {
  return waitFor("another operator to lead", async () => {
    const now = await leader();
    return now === before ? undefined : now;
  });
}

/** The pod in which a leader's process runs. */
export function podOf(identity: string): string {
  return identity.slice(0, identity.lastIndexOf("_"));
}

/**
 * Waits until both replicas are ready, so that there is a standby with full caches. Gives their
 * pods' names.
 */
export async function bothReady(): Promise<readonly string[]> {
  await kubectl("rollout", "status", "deployment/proxyfleet", "-n", namespace, "--timeout=90s");
  return waitFor("two operator pods, and no third one", async () => {
    const { items } = await read<{ items: { metadata: { name: string } }[] }>(
      "pod",
      "-n",
      namespace,
      "-l",
      selector,
    );
    return items.length === 2 ? items.map(({ metadata }) => metadata.name) : undefined;
  });
}

/**
 * Ends the operator's process in a pod with SIGKILL, as the kernel does when memory runs out. The
 * kubelet starts it anew.
 */
export async function killProcessIn(pod: string): Promise<void> {
  for (const pid of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
    const [command, environment] = await Promise.all(
      ["cmdline", "environ"].map(async (file) =>
        readFile(`/proc/${pid}/${file}`, "utf8").catch(() => ""),
      ),
    );
    const isOperator = command?.split("\0").some((word) => word.endsWith("/proxyfleet.mjs"));
    if (isOperator === true && environment?.split("\0").includes(`HOSTNAME=${pod}`) === true) {
      process.kill(Number(pid), "SIGKILL");
      return;
    }
  }
  throw new Error(
    `no operator's process of ${pod} runs here: end-to-end tests run inside of the cluster's namespaces`,
  );
}

/** One of an operator's metrics, by its whole name with labels. */
export async function metric(pod: string, name: string): Promise<number | undefined> {
  const text = await kubectl(
    "get",
    "--raw",
    `/api/v1/namespaces/${namespace}/pods/${pod}:8081/proxy/metrics`,
  );
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

/** Deletes a pod as a drain of its node does: it is told to end, and has its grace period. */
export async function deletePod(pod: string): Promise<void> {
  await kubectl("delete", "pod", pod, "-n", namespace, "--wait=false");
}
