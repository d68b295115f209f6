import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { conditionOf, fleet, readFleet } from "./fleet.ts";
import { DemoError } from "./say.ts";
import type { Scene } from "./scene.ts";
import { waitWithProgress, type Look } from "./wait-with-progress.ts";

/**
 * The addresses of a cluster that is not the embedded one, in place of those of
 * examples/address-pool.yaml.
 */
export interface OwnPool {
  readonly provider: string;
  readonly addresses: readonly string[];
}

/** The project's folder, as a person would type it from here. */
const project = relative(process.cwd(), join(import.meta.dirname, ".."));
const crds = ["whatsappproxies", "addresspools", "proxyaddresses", "vantagepoints"].map(
  (plural) => `customresourcedefinition/${plural}.proxyfleet.dev`,
);

/** How long an old address goes on serving in the demo; a day otherwise. */
const drain = "20s";

/**
 * Installs CRDs and operator from the file that a user applies. Where they are, nothing changes.
 */
export async function install({ kubectl }: Scene): Promise<void> {
  await kubectl.shown("apply", "--server-side", "--filename", join(project, "dist/install.yaml"));
  await kubectl.quietly("wait", "--for", "condition=Established", "--timeout", "30s", ...crds);
}

/**
 * Waits for the operator.
 * @throws DemoError if it is not installed
 */
export async function waitForOperator({ kubectl, say, stage }: Scene): Promise<void> {
  const look = async (): Promise<Look<string>> => {
    const { items } = await kubectl.read<{ items: Deployment[] }>(
      "deployments",
      "--namespace",
      "proxyfleet-system",
    );
    if (items.length === 0)
      throw new DemoError("the operator is not installed in this cluster. Install it: make deploy");
    const waiting = items.find(({ status }) => (status?.availableReplicas ?? 0) === 0);
    return waiting === undefined
      ? { found: items.map(({ metadata }) => metadata.name).join(", ") }
      : { missing: `a running pod of deployment ${waiting.metadata.name}` };
  };
  const remedy = `Look: ${stage.kubectlByHand} describe pods -n proxyfleet-system`;
  say.tell(`running: ${await waitWithProgress(say, look, { seconds: 120, remedy })}`);
}

interface Deployment {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly availableReplicas?: number };
}

/**
 * Applies the examples, with the demo's two changes: a short drain, and a pool of one's own where
 * one is given.
 */
export async function applyExamples(
  { kubectl, say }: Scene,
  ownPool: OwnPool | undefined,
): Promise<void> {
  if (ownPool === undefined)
    await kubectl.shown(
      "apply",
      "--server-side",
      "--filename",
      join(project, "examples/address-pool.yaml"),
    );
  else {
    say.tell(
      `examples/address-pool.yaml, with provider ${ownPool.provider} and addresses ${ownPool.addresses.join(", ")}`,
    );
    await kubectl.applyObject(examplePool(ownPool));
  }
  await kubectl.shown("apply", "--server-side", "--filename", join(project, "examples/fleet.yaml"));
  say.tell(
    `An old address serves for 24 h after its group has moved on. That is too long to watch, so here it is ${drain}:`,
  );
  const patch = JSON.stringify({ spec: { rotation: { drain: { scheduled: drain } } } });
  await kubectl.shown(
    "patch",
    "wap",
    fleet.name,
    "--namespace",
    fleet.namespace,
    "--type",
    "merge",
    "--patch",
    patch,
  );
}

function examplePool({ provider, addresses }: OwnPool): object {
  const example = parse(readFileSync(join(project, "examples/address-pool.yaml"), "utf8")) as {
    spec: object;
  };
  return { ...example, spec: { ...example.spec, provider, addresses } };
}

/** Waits until the fleet is Ready: a ready pod, and a verified address for every slot. */
export async function waitForReady({ kubectl, say, stage }: Scene): Promise<string> {
  const look = async (): Promise<Look<string>> => {
    const { isTrue, message } = conditionOf(await readFleet(kubectl), "Ready");
    return isTrue ? { found: message } : { missing: message };
  };
  const remedy = `Look: ${stage.kubectlByHand} describe wap ${fleet.name} -n ${fleet.namespace}`;
  return waitWithProgress(say, look, { seconds: 240, remedy });
}
