import { withCluster } from "./call/cluster.ts";
import { clusterFlags, namespaceFlag } from "./call/cluster-flags.ts";
import { readFleetName } from "./call/fleet-name.ts";
import { type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { dryRunFlag, isDryRun } from "./call/writing-flags.ts";
import { changeFleet } from "./steer/change-fleet.ts";
import type { Terminal } from "./terminal/terminal.ts";

const flags = { ...namespaceFlag, ...dryRunFlag, ...clusterFlags } as const;

const rights = `
You need the rights to get and patch WhatsAppProxy objects: the command sets
spec.paused. Where a tool like Argo CD writes the fleet, change it there.`;

/** How `proxyfleet pause` is called. */
export const pauseShape: Shape<typeof flags> = {
  name: "pause",
  operands: "FLEET",
  count: { least: 1, most: 1 },
  about: `Stops all moves of a fleet, also those because of a block. Drains still end, and
a slot without an address still gets one. FLEET is NAME or NAMESPACE/NAME.
${rights}`,
  flags,
  exitCodes: "0 once it is so, 1 for a failure, 2 for a call that is wrong.",
};

/** How `proxyfleet resume` is called. */
export const resumeShape: Shape<typeof flags> = {
  ...pauseShape,
  name: "resume",
  about: `Ends a pause: slots that should have moved meanwhile move now. FLEET is NAME or
NAMESPACE/NAME.
${rights}`,
};

/**
 * Runs `proxyfleet pause`; resolves to the exit code.
 * @throws CallError, SteeringError, MissingRightError, errors of the API client
 */
export async function pauseCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  return setPaused(args, true, terminal);
}

/** Runs `proxyfleet resume`, as pauseCommand does. @throws the same */
export async function resumeCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  return setPaused(args, false, terminal);
}

async function setPaused(
  args: readonly string[],
  paused: boolean,
  terminal: Terminal,
): Promise<number> {
  const call = readCall(paused ? pauseShape : resumeShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const dryRun = isDryRun(call.flags);
  await withCluster(call.flags, async ({ client, namespace }) => {
    const key = readFleetName(call.operands[0] ?? "", call.flags.namespace, namespace);
    const { isChanged } = await changeFleet(
      key,
      ({ spec }) => (spec.paused === paused ? undefined : { metadata: {}, spec: { paused } }),
      { client, dryRun },
    );
    const state = paused ? "paused" : "not paused";
    const was = isChanged ? "" : " already";
    terminal.write(
      `${key.namespace}/${key.name} is ${state}${was}${dryRun ? " (server dry run)" : ""}\n`,
    );
  });
  return 0;
}
