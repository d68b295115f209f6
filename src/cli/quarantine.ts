import { fieldManagers } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { ConflictError } from "../kubernetes/errors.ts";
import { keyOf, stateOf } from "../kubernetes/resource.ts";
import { type Instant, formatInstant, spokenTime } from "../values/time.ts";
import { type Cluster, withCluster } from "./call/cluster.ts";
import { clusterFlags } from "./call/cluster-flags.ts";
import { type Shape, readCall } from "./call/flags.ts";
import { needing } from "./call/missing-right.ts";
import { calledAs } from "./call/program-name.ts";
import { agrees, dryRunFlag, isDryRun, yesFlag } from "./call/writing-flags.ts";
import { changeFleet } from "./steer/change-fleet.ts";
import { type HeldEntry, heldEntry } from "./steer/held-entry.ts";
import { rotationRequest } from "./steer/rotation-request.ts";
import type { Terminal } from "./terminal/terminal.ts";

const flags = { ...yesFlag, ...dryRunFlag, ...clusterFlags } as const;

/** How `proxyfleet quarantine` is called. */
export const quarantineShape: Shape<typeof flags> = {
  name: "quarantine",
  operands: "ADDRESS",
  count: { least: 1, most: 1 },
  about: `Takes an address out of service, so that it answers nothing, and is not used
again until its pool's spec.quarantine is over. Of an address that drains, the
drain ends now, and with it all open sessions. The slot of an address that
people use moves first, and the address drains: call it once more to end that
drain, too. It asks before.

You need the rights to get and patch ProxyAddress objects, and, for one that
people use, to get and patch WhatsAppProxy objects.`,
  flags,
  exitCodes:
    "0 once it was asked for, 1 for a failure or if you say no, 2 for a call that is wrong.",
};

/** What is done about an address, in which words. */
interface Step {
  readonly kind: "nothing" | "endDrain" | "move";
  readonly text: string;
}

/**
 * Runs `proxyfleet quarantine`; resolves to the exit code.
 * @throws CallError, SteeringError, MissingRightError, errors of the API client
 */
export async function quarantineCommand(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const call = readCall(quarantineShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const dryRun = isDryRun(call.flags);
  return withCluster(call.flags, async (cluster) => {
    const entry = await heldEntry(cluster.client, call.operands[0] ?? "");
    const step = stepOf(entry);
    const asking = { isDryRun: dryRun, yes: call.flags.yes, ask: terminal.ask };
    if (step.kind !== "nothing" && !(await agrees(`${step.text}. Go on?`, asking))) {
      terminal.say("nothing was changed");
      return 1;
    }
    await carryOut(step, entry, { cluster, dryRun });
    terminal.write(`${step.text}${dryRun ? " (server dry run)" : ""}\n`);
    return 0;
  });
}

function stepOf({ view }: HeldEntry): Step {
  const what = view.address ?? view.name;
  const whose = `slot ${view.slot} of ${view.namespace}/${view.fleet}`;
  switch (view.want) {
    case "Quarantine":
      return {
        kind: "nothing",
        text: `${what} of ${whose} rests already${until(view.quarantineUntil)}`,
      };
    case "Drain":
      return {
        kind: "endDrain",
        text: `the drain of ${what} of ${whose} ends now: its open sessions are cut`,
      };
    case "Serve":
      return {
        kind: "move",
        text: `${whose} moves to a fresh address, and ${what} drains, then rests`,
      };
  }
}

function until(at: Instant | undefined): string {
  return at === undefined ? "" : `, until ${spokenTime(at)}`;
}

interface Doing {
  readonly cluster: Cluster;
  readonly dryRun: boolean;
}

async function carryOut(
  { kind }: Step,
  { raw, view }: HeldEntry,
  { cluster: { client, now }, dryRun }: Doing,
): Promise<void> {
  if (kind === "nothing") return;
  const time = formatInstant(now());
  if (kind === "move") {
    const key = { namespace: view.namespace, name: view.fleet };
    await changeFleet(key, (fleet) => rotationRequest(fleet, view.slot, time), { client, dryRun });
    return;
  }
  await endDrain({ raw, view }, { client, time, dryRun });
}

/** The entry changes while its drain goes on: so often the write is tried again. */
const mostTries = 10;

interface Ending {
  readonly client: Cluster["client"];
  /** When the drain ends now. */
  readonly time: string;
  readonly dryRun: boolean;
}

async function endDrain(entry: HeldEntry, { client, time, dryRun }: Ending): Promise<void> {
  const right = { verb: "patch", of: resources.addresses, namespace: undefined } as const;
  let { raw, view } = entry;
  for (let tries = 1; view.want === "Drain"; tries++) {
    const patch = {
      state: stateOf(raw),
      change: { metadata: {}, spec: { drainUntil: time } },
      fieldManager: fieldManagers.command,
      dryRun,
    };
    try {
      await needing(right, async () => client.patch(resources.addresses, keyOf(raw), patch));
      return;
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === mostTries) throw error;
      ({ raw, view } = await heldEntry(client, view.name));
    }
  }
}
