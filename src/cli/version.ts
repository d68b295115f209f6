import { explainError, ProxyfleetError } from "../values/errors.ts";
import { versionText } from "../version.ts";
import { type Cluster, withCluster } from "./call/cluster.ts";
import { clusterFlags } from "./call/cluster-flags.ts";
import { type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { operatorImages } from "./read/operator-images.ts";
import type { Terminal } from "./terminal/terminal.ts";

const flags = {
  client: { about: "this program alone, without network" },
  ...clusterFlags,
} as const;

/** How `proxyfleet version` is called. */
export const versionShape: Shape<typeof flags> = {
  name: "version",
  operands: "",
  count: { least: 0, most: 0 },
  about: `Shows the version of this program and the commit that it was built from, and of
the cluster the images of its operators and the version of Kubernetes.

For the operators' images you need the right to list pods.`,
  flags,
  exitCodes: "0, 1 if the cluster can't be reached, 2 for a call that is wrong.",
};

/** Runs `proxyfleet version`; resolves to the exit code. @throws CallError */
export async function versionCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const call = readCall(versionShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  terminal.write(`proxyfleet ${versionText}\n`);
  if (call.flags.client) return 0;
  try {
    terminal.write(await withCluster(call.flags, serverVersions));
    return 0;
  } catch (error) {
    if (!(error instanceof ProxyfleetError)) throw error;
    terminal.say(`${explainError(error)}. --client shows this program's version alone`);
    return 1;
  }
}

async function serverVersions({ client }: Cluster): Promise<string> {
  const { gitVersion = "unknown" } = await client.raw<{ gitVersion?: string }>("/version");
  const operators = await operatorLines(client);
  return [...operators, `Kubernetes ${gitVersion}`].map((line) => `${line}\n`).join("");
}

async function operatorLines(client: Cluster["client"]): Promise<readonly string[]> {
  const images = await operatorImages(client);
  if (images === undefined)
    return ["operator: unknown, since you have no right to list pods in all namespaces"];
  if (images.length === 0) return ["operator: none runs in pods"];
  return images.map(({ image, namespace }) => `operator ${image} in ${namespace}`);
}
