import { type WhatsAppProxy, parseWhatsAppProxy } from "../../api/fleet.ts";
import { fieldManagers } from "../../api/names.ts";
import * as resources from "../../api/resources.ts";
import type { ApiClient, Patch } from "../../kubernetes/client.ts";
import { ConflictError } from "../../kubernetes/errors.ts";
import { stateOf } from "../../kubernetes/resource.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import type { FleetName } from "../call/fleet-name.ts";
import { needing } from "../call/missing-right.ts";
import { NoSuchFleetError } from "../read/observe-cluster.ts";

/** A command that makes no sense for the fleet as it is, or that can't be carried out. */
export class SteeringError extends ProxyfleetError {}

/** A fleet's status changes all the time; so often a write is tried again. */
const mostTries = 10;

interface Changing {
  readonly client: Pick<ApiClient, "get" | "patch">;
  readonly dryRun: boolean;
}

/**
 * Changes a fleet as it is now.
 * @param changeOf what to change; undefined: nothing. It may refuse by throwing
 * @returns the fleet as it was before, and whether anything was to change
 * @throws NoSuchFleetError, MissingRightError, SteeringError, errors of the API client
 */
export async function changeFleet(
  key: FleetName,
  changeOf: (fleet: WhatsAppProxy) => Patch["change"] | undefined,
  { client, dryRun }: Changing,
): Promise<{ readonly fleet: WhatsAppProxy; readonly isChanged: boolean }> {
  for (let tries = 1; ; tries++) {
    const fleet = await readReadable(key, client);
    const change = changeOf(fleet);
    if (change === undefined) return { fleet, isChanged: false };
    try {
      const { namespace } = key;
      await needing({ verb: "patch", of: resources.fleets, namespace }, async () =>
        client.patch(resources.fleets, key, {
          state: stateOf(fleet),
          change,
          fieldManager: fieldManagers.command,
          dryRun,
        }),
      );
      return { fleet, isChanged: true };
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === mostTries) throw error;
    }
  }
}

async function readReadable(
  key: FleetName,
  client: Pick<ApiClient, "get">,
): Promise<WhatsAppProxy> {
  const { namespace, name } = key;
  const raw = await needing({ verb: "get", of: resources.fleets, namespace }, async () =>
    client.get(resources.fleets, key),
  );
  if (raw === undefined)
    throw new NoSuchFleetError(
      `there is no WhatsAppProxy ${name} in namespace ${namespace}: kubectl get wap -A lists all`,
    );
  const parsed = parseWhatsAppProxy(raw);
  if (parsed.ok) return parsed.value;
  throw new SteeringError(parsed.problem);
}
