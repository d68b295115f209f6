import * as resources from "../api/resources.ts";
import { keyOf } from "../kubernetes/resource.ts";
import type { AddressView } from "../ledger/view.ts";
import { withCluster } from "./call/cluster.ts";
import { clusterFlags } from "./call/cluster-flags.ts";
import { type Shape, readCall } from "./call/flags.ts";
import { needing } from "./call/missing-right.ts";
import { calledAs } from "./call/program-name.ts";
import { agrees, dryRunFlag, isDryRun, yesFlag } from "./call/writing-flags.ts";
import { heldEntry } from "./steer/held-entry.ts";
import type { Terminal } from "./terminal/terminal.ts";

const flags = { ...yesFlag, ...dryRunFlag, ...clusterFlags } as const;

/** How `proxyfleet forget` is called. */
export const forgetShape: Shape<typeof flags> = {
  name: "forget",
  operands: "ADDRESS",
  count: { least: 1, most: 1 },
  about: `Takes an address out of the ledger. One that rests is forgotten at once, and may
be used again: if it is still blocked, its next people are cut off. One that is
in use is replaced first, drains, and is forgotten then. It asks before.

You need the rights to get and delete ProxyAddress objects.`,
  flags,
  exitCodes:
    "0 once it was asked for, 1 for a failure or if you say no, 2 for a call that is wrong.",
};

/**
 * Runs `proxyfleet forget`; resolves to the exit code.
 * @throws CallError, SteeringError, MissingRightError, errors of the API client
 */
export async function forgetCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const call = readCall(forgetShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const dryRun = isDryRun(call.flags);
  return withCluster(call.flags, async ({ client }) => {
    const { raw, view } = await heldEntry(client, call.operands[0] ?? "");
    const asking = { isDryRun: dryRun, yes: call.flags.yes, ask: terminal.ask };
    if (!(await agrees(`${whatHappens(view)}. Forget it?`, asking))) {
      terminal.say("nothing was changed");
      return 1;
    }
    const { uid = "" } = raw.metadata;
    await needing({ verb: "delete", of: resources.addresses, namespace: undefined }, async () =>
      client.delete(resources.addresses, keyOf(raw), { uid, dryRun }),
    );
    terminal.write(`${whatHappens(view)}${dryRun ? " (server dry run)" : ""}\n`);
    return 0;
  });
}

function whatHappens({
  address,
  name,
  want,
  namespace,
  fleet,
  slot,
  retiredBecause,
}: AddressView): string {
  const what = address ?? name;
  const whose = `slot ${slot} of ${namespace}/${fleet}`;
  if (want !== "Quarantine")
    return `${what} serves ${whose}: it is replaced, drains, and is forgotten`;
  const why = retiredBecause === undefined ? "" : ` (${retiredBecause})`;
  return `${what} of ${whose} rests${why}: it is forgotten now, and may be used again`;
}
