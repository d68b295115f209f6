import { formatInstant } from "../values/time.ts";
import { withCluster } from "./call/cluster.ts";
import { clusterFlags, namespaceFlag } from "./call/cluster-flags.ts";
import { readFleetName, readSlot } from "./call/fleet-name.ts";
import { type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { dryRunFlag, isDryRun } from "./call/writing-flags.ts";
import { changeFleet } from "./steer/change-fleet.ts";
import { rotationRequest } from "./steer/rotation-request.ts";
import type { Terminal } from "./terminal/terminal.ts";

const flags = { ...namespaceFlag, ...dryRunFlag, ...clusterFlags } as const;

/** How `proxyfleet rotate` is called. */
export const rotateShape: Shape<typeof flags> = {
  name: "rotate",
  operands: "FLEET [SLOT]",
  count: { least: 1, most: 2 },
  about: `Asks for a fresh address for one slot, or for all slots one after the other. The
fresh address is tested before anyone gets it, and the old one serves on for a
while: spec.rotation.drain.scheduled. If the old one is blocked, report it
instead, so that it rests longer. FLEET is NAME or NAMESPACE/NAME.

You need the rights to get and patch WhatsAppProxy objects: the command sets the
annotation proxyfleet.dev/rotate-at.`,
  flags,
  exitCodes: "0 once it was asked for, 1 for a failure, 2 for a call that is wrong.",
};

/**
 * Runs `proxyfleet rotate`; resolves to the exit code.
 * @throws CallError, SteeringError, MissingRightError, errors of the API client
 */
export async function rotateCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const call = readCall(rotateShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const [name = "", slotText] = call.operands;
  const slot = slotText === undefined ? undefined : readSlot(slotText);
  const dryRun = isDryRun(call.flags);
  await withCluster(call.flags, async ({ client, namespace, now }) => {
    const key = readFleetName(name, call.flags.namespace, namespace);
    const { fleet } = await changeFleet(
      key,
      (one) => rotationRequest(one, slot, formatInstant(now())),
      { client, dryRun },
    );
    const who = slot === undefined ? "all slots" : `slot ${slot}`;
    terminal.write(
      `${key.namespace}/${key.name}: ${who} will move${dryRun ? " (server dry run)" : ""}\n`,
    );
    if (fleet.spec.paused)
      terminal.say(
        `the fleet is paused: it moves after kubectl proxyfleet resume ${key.name} -n ${key.namespace}`,
      );
  });
  return 0;
}
